"""The reconciler of hosts: what each is like now, and which of its servers are not as they were last seen.

Events tell of changes at once; this look, every few seconds, guarantees what a lost event may lose, and finds what
happened while the control plane was down.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from altostratus.kernel.reconcile import Again, Pass
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Host
from altostratus.services.compute.driver import Capabilities, DriverError, HostFacts, Observation, Power
from altostratus.services.compute.store import hosts, servers
from altostratus.services.compute.usecases import Compute

EVERY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Look:
    """A host as it answered; None in place of facts when it did not."""

    facts: HostFacts | None
    capabilities: Capabilities | None = None
    machines: Sequence[Observation] = ()


class HostReconciler:
    """kind 'compute.host'"""

    kind: ClassVar[str] = "compute.host"
    steps: ClassVar[tuple[type, ...]] = ()

    def __init__(self, compute: Compute) -> None:
        self._compute = compute

    def due(self, tx: Tx) -> Iterable[str]:
        return self._compute.hosts.keys()

    def load(self, tx: Tx, key: str) -> Host | None:
        return hosts.get_host(tx, key)

    async def observe(self, wanted: Host, turn: Pass) -> Look:
        host = self._compute.hosts[wanted.id]

        def look() -> Look:
            return Look(host.driver.host(), host.driver.capabilities(), host.driver.observe_all())

        try:
            return await turn.call(host.observe, look)
        except DriverError:
            return Look(None)

    def plan(self, wanted: Host, seen: Look, now: datetime) -> Again:
        return Again(EVERY_SECONDS, "hosts are looked at again and again")

    def news(self, wanted: Host, seen: Look, verdict: Again) -> bool:
        return True

    def record(self, tx: Tx, wanted: Host, seen: Look, verdict: Again) -> None:
        if seen.facts is None or seen.capabilities is None:
            hosts.update_host(tx, wanted.id, reachable=False)
            return
        facts, capabilities = seen.facts, seen.capabilities
        if wanted.boot_id not in ("", facts.boot_id):
            self._compute.networks.host_rebooted(tx, wanted.id)
        hosts.update_host(
            tx,
            wanted.id,
            name=facts.hostname,
            boot_id=facts.boot_id,
            vcpus=facts.vcpus,
            memory_mb=facts.memory_mb,
            disk_gb=facts.disk_gb,
            disk_free_gb=facts.disk_free_gb,
            virt_type=capabilities.virt_type,
            hypervisor_type=capabilities.hypervisor_type,
            hypervisor_version=capabilities.hypervisor_version,
            reachable=True,
            seen_at=tx.now,
        )
        _wake_changed(tx, wanted.id, seen.machines)

    async def take(self, step: object, wanted: Host, turn: Pass) -> None:
        raise AssertionError("a look at a host has no steps")


def _wake_changed(tx: Tx, host_id: str, machines: Sequence[Observation]) -> None:
    """Wake the servers whose power is not what was last recorded, and those that run with other volumes than they are
    defined with."""
    seen = {machine.id: str(machine.power) for machine in machines}
    for server_id, power in servers.powers_on(tx, host_id).items():
        if power and seen.get(server_id, "") != power:
            tx.wake("compute.server", server_id)
    for machine in machines:
        if machine.power is Power.RUNNING and machine.plugged != machine.defined:
            tx.wake("compute.server", machine.id)
