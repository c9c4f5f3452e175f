"""Tells ports whose rules accept a security group's members who these are now, but not too often."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from altostratus.kernel.reconcile import Again, Done, Pass, Terminal
from altostratus.kernel.tx import Tx
from altostratus.services.network.config import NetworkConfig
from altostratus.services.network.domain.plan import spread_wait
from altostratus.services.network.domain.steps import SpreadMembership
from altostratus.services.network.store import membership


@dataclass(frozen=True, slots=True)
class Wanted:
    """A group whose members changed, and how many ports are to hear of it."""

    group: membership.Group
    ports: int


class MembershipReconciler:
    """One key a security group. Raises generations; the port reconciler does the rest."""

    kind: ClassVar[str] = "network.membership"
    steps: ClassVar[tuple[type, ...]] = (SpreadMembership,)

    def __init__(self, config: NetworkConfig) -> None:
        self._config = config

    def due(self, tx: Tx) -> Iterable[str]:
        return membership.due(tx)

    def load(self, tx: Tx, key: str) -> Wanted | None:
        group = membership.read(tx, key)
        if group is None or group.membership == group.spread:
            return None
        return Wanted(group, len(membership.listeners(tx, key)))

    async def observe(self, wanted: Wanted, turn: Pass) -> None:
        return None

    def plan(self, wanted: Wanted, seen: None, now: datetime) -> Any | Done | Again | Terminal:
        seconds = self._config.membership_seconds_per_port
        wait = spread_wait(wanted.group.spread_at, wanted.ports, seconds, now)
        return Again(wait, "the group's ports were told a moment ago") if wait else SpreadMembership(wanted.group.id)

    def news(self, wanted: Wanted, seen: None, verdict: Any) -> bool:
        return False

    def record(self, tx: Tx, wanted: Wanted, seen: None, verdict: Any) -> None:
        """Nothing: the step records itself."""

    async def take(self, step: SpreadMembership, wanted: Wanted, turn: Pass) -> None:
        await turn.write(lambda tx: membership.spread(tx, wanted.group))
