"""Brings networks, routers and ports from what rows want to what the host has; one reconciler a kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from altostratus.kernel.reconcile import Again, Done, Pass, Terminal
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain import steps
from altostratus.services.network.domain.plan import Wish, plan
from altostratus.services.network.driver import Spec, digest
from altostratus.services.network.reconcilers.host import Host
from altostratus.services.network.reconcilers.specs import PortSpecs, SpecOf, router_spec
from altostratus.services.network.store import observations, wishes


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row's wish with the spec that fulfils it, and what was recorded before. `gone`: only a tombstone is left."""

    wish: Wish
    spec: Spec | None
    recorded: observations.Recorded | None

    @property
    def gone(self) -> bool:
        return self.recorded is None


class _ResourceReconciler:
    """What the three kinds share; `specs` reads the spec of a key."""

    kind: ClassVar[str]
    steps: ClassVar[tuple[type, ...]]

    def __init__(self, host: Host, specs: SpecOf) -> None:
        self._host = host
        self._specs = specs

    @property
    def _name(self) -> str:
        return self.kind.removeprefix("network.")

    def due(self, tx: Tx) -> Iterable[str]:
        return wishes.due(tx, self._name)

    def load(self, tx: Tx, key: str) -> Wanted | None:
        recorded = observations.read(tx, self._name, key)
        if recorded is None and not wishes.is_buried(tx, self._name, key):
            return None
        spec = self._specs(tx, key) if recorded else None
        return Wanted(Wish(self._name, key, digest(spec) if spec else None), spec, recorded)

    async def observe(self, wanted: Wanted, turn: Pass) -> str | None:
        seen = await self._host.seen(turn, reboots=wanted.recorded.reboots if wanted.recorded else 0)
        return seen.get((self._name, wanted.wish.id))

    def plan(self, wanted: Wanted, seen: str | None, now: datetime) -> Any | Done | Again | Terminal:
        return plan(wanted.wish, seen) or Done()

    def news(self, wanted: Wanted, seen: str | None, verdict: Any) -> bool:
        if not isinstance(verdict, Done):
            return False
        recorded = wanted.recorded
        return recorded is None or (recorded.observed_generation, recorded.observed_digest) != (
            recorded.generation,
            wanted.wish.digest,
        )

    def record(self, tx: Tx, wanted: Wanted, seen: str | None, verdict: Any) -> None:
        if wanted.recorded is None:
            wishes.forget(tx, self._name, wanted.wish.id)
            return
        observations.write(tx, self._name, wanted.wish.id, wanted.recorded, wanted.wish.digest)

    async def take(self, step: Any, wanted: Wanted, turn: Pass) -> None:
        if wanted.spec is None:
            await self._host.remove(turn, self._name, wanted.wish.id)
        else:
            await self._host.ensure(turn, wanted.spec)


class NetworkReconciler(_ResourceReconciler):
    """Segments with DHCP."""

    kind: ClassVar[str] = "network.network"
    steps: ClassVar[tuple[type, ...]] = (steps.EnsureNetwork, steps.RemoveNetwork)


class RouterReconciler(_ResourceReconciler):
    """Routers with floating IPs."""

    kind: ClassVar[str] = "network.router"
    steps: ClassVar[tuple[type, ...]] = (steps.EnsureRouter, steps.RemoveRouter)

    def __init__(self, host: Host) -> None:
        super().__init__(host, router_spec)


class PortReconciler(_ResourceReconciler):
    """Filters of machines' ports."""

    kind: ClassVar[str] = "network.port"
    steps: ClassVar[tuple[type, ...]] = (steps.EnsurePort, steps.RemovePort)

    def __init__(self, host: Host) -> None:
        super().__init__(host, PortSpecs().spec)
