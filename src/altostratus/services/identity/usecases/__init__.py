"""What identity's use cases stand on."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from altostratus.contracts.identity import AccessKey
from altostratus.kernel.actor import Actor
from altostratus.kernel.clock import Clock
from altostratus.kernel.db import Database
from altostratus.kernel.db.state import bump, current
from altostratus.kernel.errors import DeadlineExceeded, Unavailable
from altostratus.kernel.events import Journal
from altostratus.kernel.lanes import Lane
from altostratus.kernel.secrets import MasterKey
from altostratus.kernel.tx import Tx
from altostratus.services.identity.config import IdentityConfig
from altostratus.services.identity.domain.catalog import Catalog
from altostratus.services.identity.domain.claims import Claims, Scope
from altostratus.services.identity.domain.failures import FailureLimit, LoginLimits
from altostratus.services.identity.domain.login import ScopeWish
from altostratus.services.identity.domain.passwords import Hasher
from altostratus.services.identity.domain.session import Session, actor_of
from altostratus.services.identity.policy import IdentityPolicy
from altostratus.services.identity.store.token_keys import TokenKeys

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
GENERATION = "identity_generation"
Fields = Mapping[str, Any]
"""What a client said of a noun: checked against the API's schema, with everything else it said beside it."""


class Kept(Generic[K, V]):
    """Values in memory, each true of one generation; the least used are forgotten."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[K, tuple[int, V]] = OrderedDict()

    def get(self, key: K, generation: int) -> V | None:
        found = self._kept.get(key)
        if found is None or found[0] != generation:
            return None
        try:
            self._kept.move_to_end(key)
        except KeyError:  # forgotten just now: the database's threads look here, too
            return None
        return found[1]

    def keep(self, key: K, generation: int, value: V) -> None:
        self._kept[key] = (generation, value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)


@dataclass(frozen=True)
class Known:
    """What a token stands for."""

    session: Session

    @cached_property
    def actor(self) -> Actor:
        """The same as other services see it; few tokens are asked about by themselves and by others."""
        return actor_of(self.session)


class Memory:
    """What need not be read again while identity does not change. It holds only what has been committed.

    `generation` is this process's own count of identity changes; it alone is enough on SQLite, whose only
    writer is this process.
    """

    def __init__(self, tokens: int, catalogs: int) -> None:
        self.generation = 0
        self.tokens = Kept[bytes, Known](tokens)
        """By digest."""
        self.sessions = Kept[tuple[str, Scope], Session](tokens)
        """What any token of a user has in a scope, unless something limits it further."""
        self.scopes = Kept[ScopeWish, Scope](tokens)
        self.access_keys = Kept[str, AccessKey](tokens)
        """Of EC2 credentials, by name."""
        self.catalogs = Kept[str, Catalog](catalogs)


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
    memory: Memory = field(repr=False)
    journal: Journal
    hasher: Hasher = field(default_factory=Hasher, repr=False)
    logins: LoginLimits = field(default_factory=lambda: LoginLimits(FailureLimit(0, 1, 1), FailureLimit(0, 1, 1)))

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
        self.memory.generation += 1
        return result

    async def hash(self, call: Callable[..., T], *args: Any) -> T:
        """Run a password hash in its lane; Unavailable when too many wait there."""
        try:
            return await self.hashing.run(call, *args)
        except DeadlineExceeded as error:
            raise Unavailable("Too many passwords are being checked; try again later.") from error

    async def open_token(self, token: str) -> Claims | None:
        """What a token says, or None when it is none of ours or has expired. On PostgreSQL another process may have
        changed the keys."""
        claims = self.keys.open(token, self.clock.now())
        if claims is None and not self.alone:
            await self.db.read(self.keys.load)
            claims = self.keys.open(token, self.clock.now())
        return claims

    async def open_receipt(self, receipt: str) -> Claims | None:
        """The same of a receipt."""
        await self.db.read(self.current_keys)
        return self.keys.open_receipt(receipt, self.clock.now())

    def current_keys(self, tx: Tx) -> TokenKeys:
        """The keys, those of another process among them."""
        if not (self.alone and self.keys.loaded):
            self.keys.load(tx)
        return self.keys

    async def refresh(self) -> None:
        """Believe nothing that is in memory: another process has changed the database."""
        await self.db.read(self.keys.load)
        self.memory.generation += 1

    @property
    def alone(self) -> bool:
        """Whether no other process changes the database, unless it calls for `refresh`."""
        return self.db.dialect == "sqlite"

    async def generation(self) -> int:
        """A number that differs whenever identity has changed."""
        return self.memory.generation if self.alone else await self.db.read(self.generation_in)

    def generation_in(self, tx: Tx) -> int:
        """The same as this transaction sees it, at most that of what it reads from now on."""
        return self.memory.generation if self.alone else current(tx, GENERATION)


def new_id(tx: Tx) -> str:
    """A random id as Keystone has them: a uuid4 without dashes."""
    return tx.new_id().replace("-", "")
