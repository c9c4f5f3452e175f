"""What identity's use cases stand on."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from altostratus.kernel.actor import Actor
from altostratus.kernel.clock import Clock
from altostratus.kernel.db import Database
from altostratus.kernel.db.state import bump, current
from altostratus.kernel.errors import DeadlineExceeded, Unavailable
from altostratus.kernel.lanes import Lane
from altostratus.kernel.secrets import MasterKey
from altostratus.kernel.tx import Tx
from altostratus.services.identity.config import IdentityConfig
from altostratus.services.identity.policy import IdentityPolicy
from altostratus.services.identity.store.token_keys import TokenKeys

T = TypeVar("T")
GENERATION = "identity_generation"
Fields = Mapping[str, Any]
"""What a client said of a noun: checked against the API's schema, with everything else it said beside it."""


class Actors:
    """Validated tokens in memory: digest of the token -> generation and actor; the least used are forgotten.

    `generation` is this process's own count of identity changes; it alone is enough on SQLite, whose only
    writer is this process.
    """

    def __init__(self, limit: int) -> None:
        self.generation = 0
        self._limit = limit
        self._kept: OrderedDict[bytes, tuple[int, Actor]] = OrderedDict()

    def get(self, digest: bytes, generation: int) -> Actor | None:
        found = self._kept.get(digest)
        if found is None or found[0] != generation:
            return None
        self._kept.move_to_end(digest)
        return found[1]

    def keep(self, digest: bytes, generation: int, actor: Actor) -> None:
        self._kept[digest] = (generation, actor)
        self._kept.move_to_end(digest)
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._kept

    def __len__(self) -> int:
        return len(self._kept)


@dataclass(frozen=True)
class Identity:
    """The dependencies of every use case."""

    db: Database
    clock: Clock
    policy: IdentityPolicy
    config: IdentityConfig
    keys: TokenKeys
    master_key: MasterKey
    hashing: Lane
    actors: Actors = field(repr=False)

    async def change(self, fn: Callable[[Tx], T]) -> T:
        """`db.write` for what may change who a token stands for: every cached actor is looked up anew after it."""
        # Shielded, because the commit happens even when the caller goes away.
        return await asyncio.shield(asyncio.ensure_future(self._changed(fn)))

    async def _changed(self, fn: Callable[[Tx], T]) -> T:
        def run(tx: Tx) -> T:
            result = fn(tx)
            bump(tx, GENERATION)
            return result

        result = await self.db.write(run)
        self.actors.generation += 1
        return result

    async def hash(self, call: Callable[..., T], *args: Any) -> T:
        """Run a password hash in its lane; Unavailable when too many wait there."""
        try:
            return await self.hashing.run(call, *args)
        except DeadlineExceeded as error:
            raise Unavailable("Too many passwords are being checked; try again later.") from error

    async def generation(self) -> int:
        """A number that differs whenever identity has changed."""
        return self.actors.generation if self.db.dialect == "sqlite" else await self.db.read(self.generation_in)

    def generation_in(self, tx: Tx) -> int:
        """The same as this transaction sees it, at most that of what it reads from now on."""
        return self.actors.generation if self.db.dialect == "sqlite" else current(tx, GENERATION)


def new_id(tx: Tx) -> str:
    """A random id as Keystone has them: a uuid4 without dashes."""
    return tx.new_id().replace("-", "")
