"""How many wrong passwords are answered before somebody is told to try later: token buckets in memory, of a bounded
number. Pure: the caller says what time it is.

A bucket is paid from by failures alone, so that no number of good logins at once is refused. Guesses that were on their
way when it ran dry are owed, but never so many that making up for them takes more than a quarter of an hour.
"""

import hashlib
import ipaddress
import math
from collections import OrderedDict
from datetime import datetime
from functools import lru_cache

LONGEST_WAIT = 15 * 60.0


class FailureLimit:
    """`most` failures at once and `per_minute` from then on, for each key; those unseen for longest are forgotten when
    there are more than `keys`. With `most` 0 there is no limit."""

    def __init__(self, most: int, per_minute: int, keys: int) -> None:
        self._most = float(most)
        self._rate = per_minute / 60
        self._keys = keys
        self._left: OrderedDict[bytes, tuple[float, datetime]] = OrderedDict()

    def wait(self, key: bytes, now: datetime) -> int:
        """For how many seconds this key has to wait; 0 when it may go on."""
        missing = 1 - self._now_left(key, now) if self._most else 0.0
        return math.ceil(missing / self._rate) if missing > 0 else 0

    def fail(self, key: bytes, now: datetime) -> None:
        if not self._most:
            return
        left = max(self._now_left(key, now) - 1, 1 - LONGEST_WAIT * self._rate)
        self._left[key] = (left, now)
        self._left.move_to_end(key)
        if len(self._left) > self._keys:
            self._left.popitem(last=False)

    def __len__(self) -> int:
        return len(self._left)

    def _now_left(self, key: bytes, now: datetime) -> float:
        left, since = self._left.get(key, (self._most, now))
        # a clock that was set back gives nothing and takes nothing
        return min(self._most, left + max(0.0, (now - since).total_seconds()) * self._rate)


class LoginLimits:
    """The limits on wrong passwords: for one user from one address, and for an address. There is none for a user from
    everywhere, with which anybody could keep it out. `who` is the user as the client names it, so that the limits know
    as little as the client whether there is such a user; '' names none, and counts for the address alone. A client
    without an address has no limit."""

    def __init__(self, pair: FailureLimit, address: FailureLimit) -> None:
        self._pair = pair
        self._address = address

    def wait(self, who: str, client: str, now: datetime) -> int:
        """For how many seconds this client may not try to be `who`; 0 when it may."""
        if not client:
            return 0
        pair, address = _keys(who, client)
        return (self._pair.wait(pair, now) if who else 0) or self._address.wait(address, now)

    def fail(self, who: str, client: str, now: datetime) -> None:
        if client:
            pair, address = _keys(who, client)
            if who:
                self._pair.fail(pair, now)
            self._address.fail(address, now)


def _keys(who: str, client: str) -> tuple[bytes, bytes]:
    """Digests, because a client may name a user at any length."""
    where = network_of(client)
    return _digest(f"{where} {who}"), _digest(where)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


@lru_cache(4096)
def network_of(client: str) -> str:
    """The address; of an IPv6 one its /64, all of which one client may have."""
    try:
        address = ipaddress.IPv6Address(client.split("%")[0])
    except ValueError:
        return client
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
