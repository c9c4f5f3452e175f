"""One transaction, as use cases and stores see it. Other services' contracts pass it on without looking inside.

A function that takes a Tx is synchronous, does no I/O of its own, and may run again from the start: what it
needs of time and randomness comes from the transaction.
"""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from altostratus.kernel import ids

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Wake(NamedTuple):
    """Look at this key again: 'compute.server', '<id>'."""

    kind: str
    key: str

    @classmethod
    def of(cls, owner: str) -> "Wake":
        """From an owner as child rows name it: 'compute.server/<id>'."""
        return cls(*owner.split("/", 1))


@dataclass
class Tx:
    """A transaction in progress. `wakes` are delivered once it has committed; `correlation` and `client` are the id and
    the address of the request that it belongs to."""

    sql: "Connection"
    now: datetime
    entropy: random.Random
    wakes: dict[Wake, None]
    correlation: str = ""
    client: str = ""

    def new_id(self) -> str:
        return ids.new_uuid(self.entropy)

    def wake(self, kind: str, key: str) -> None:
        self.wakes[Wake(kind, key)] = None

    def wake_owner(self, owner: str | None) -> None:
        """Wake the resource that a child row names as its owner; nothing when it has none."""
        if owner and "/" in owner:
            self.wakes[Wake.of(owner)] = None
