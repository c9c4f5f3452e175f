"""What to do next for a network, a router or a port. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from altostratus.services.network.domain import steps

ENSURE = {"network": steps.EnsureNetwork, "router": steps.EnsureRouter, "port": steps.EnsurePort}
REMOVE = {"network": steps.RemoveNetwork, "router": steps.RemoveRouter, "port": steps.RemovePort}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a row wants on the host: the digest of its spec, None for nothing."""

    kind: str
    id: str
    digest: str | None


def plan(wish: Wish, seen: str | None) -> Any | None:
    """The next step, or None when what is seen (a digest, '' for damaged, None for absent) is what is wanted."""
    if wish.digest is None:
        return None if seen is None else REMOVE[wish.kind](wish.id)
    return None if seen == wish.digest else ENSURE[wish.kind](wish.id)


def spread_wait(last: datetime | None, ports: int, seconds_per_port: float, now: datetime) -> float:
    """Seconds until a group's new members may be told to its ports again; 0 for now. A group that grows a member a
    second must not make each of a thousand ports be filtered anew each second."""
    if last is None:
        return 0.0
    due = last + timedelta(seconds=ports * seconds_per_port)
    return max(0.0, (due - now).total_seconds())


@dataclass(frozen=True, slots=True)
class HostPicture:
    """What rows know and what a host shows: (kind, id) to digest."""

    known: dict[tuple[str, str], str | None]
    settled: frozenset[tuple[str, str]]
    """Known things whose wish has been fulfilled, so that a difference is damage."""


def damaged(picture: HostPicture, seen: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    """Settled things that are not on the host as they were made."""
    return [thing for thing in sorted(picture.settled) if picture.known[thing] != seen.get(thing)]


def unknown(picture: HostPicture, seen: dict[tuple[str, str], str]) -> set[tuple[str, str]]:
    """Things on the host that no row knows."""
    return set(seen) - set(picture.known)
