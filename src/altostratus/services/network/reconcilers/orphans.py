"""Compares the whole host with all rows: removes what nobody knows, and has damage mended.

Runs at every start and then every `check_seconds`. What is unknown is removed only after it has been unknown for a
grace period: a row may be on its way, and an operator may want to look.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from altostratus.kernel.log import logger
from altostratus.kernel.reconcile import Again, Done, Pass, Terminal
from altostratus.kernel.tx import Tx
from altostratus.services.network.config import NetworkConfig
from altostratus.services.network.domain.plan import HostPicture, damaged, unknown
from altostratus.services.network.domain.steps import RemoveOrphan
from altostratus.services.network.reconcilers.host import Digests, Host
from altostratus.services.network.store import observations, wishes

KEY = "host"
log = logger("network")


class OrphansReconciler:
    """One key: the host."""

    kind: ClassVar[str] = "network.orphans"
    steps: ClassVar[tuple[type, ...]] = (RemoveOrphan,)

    def __init__(self, host: Host, config: NetworkConfig) -> None:
        self._host = host
        self._config = config
        self._unknown_since: dict[tuple[str, str], float] = {}

    def due(self, tx: Tx) -> Iterable[str]:
        return [KEY]

    def load(self, tx: Tx, key: str) -> HostPicture:
        rows = observations.known(tx)
        dead = {(kind, key): None for kind in wishes.TABLES for key in wishes.buried(tx, kind)}
        settled = frozenset(thing for thing, (_, fulfilled) in rows.items() if fulfilled)
        return HostPicture({**dead, **{thing: digest for thing, (digest, _) in rows.items()}}, settled)

    async def observe(self, wanted: HostPicture, turn: Pass) -> Digests:
        seen = dict(await self._host.seen(turn, fresh=True))
        now = asyncio.get_running_loop().time()
        lost = unknown(wanted, seen)
        self._unknown_since = {thing: self._unknown_since.get(thing, now) for thing in lost}
        return seen

    def plan(self, wanted: HostPicture, seen: Digests, now: datetime) -> Any | Done | Again | Terminal:
        grace = self._config.orphan_grace_seconds
        moment = asyncio.get_running_loop().time()
        for thing in sorted(unknown(wanted, seen)):
            if moment - self._unknown_since.get(thing, moment) >= grace:
                return RemoveOrphan(*thing)
        return Again(self._config.check_seconds, "the next look at the host")

    def news(self, wanted: HostPicture, seen: Digests, verdict: Any) -> bool:
        return isinstance(verdict, Again) and bool(damaged(wanted, seen))

    def record(self, tx: Tx, wanted: HostPicture, seen: Digests, verdict: Any) -> None:
        for kind, key in damaged(wanted, seen):
            if observations.changed_since(tx, kind, key, wanted.known[kind, key]):
                continue  # a pass was at it while we looked
            log.warning("not as it was made; mending", kind=kind, id=key)
            tx.wake(f"network.{kind}", key)

    async def take(self, step: RemoveOrphan, wanted: HostPicture, turn: Pass) -> None:
        log.warning("nobody knows this; removing", kind=step.kind, id=step.id)
        await self._host.remove(turn, step.kind, step.id)
