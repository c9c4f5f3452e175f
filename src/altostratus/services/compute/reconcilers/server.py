"""The reconciler of servers: carries out what domain.plan decides."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from altostratus.contracts.image import Image
from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM
from altostratus.kernel.errors import Conflict
from altostratus.kernel.reconcile import Outcome, Pass, Terminal
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain import config_drive, documents
from altostratus.services.compute.domain import plan as planning
from altostratus.services.compute.domain.placement import Candidate, Ratios, Usage, choose_host, may_answer
from altostratus.services.compute.domain.plan import Rules, Seen, Wanted
from altostratus.services.compute.domain.plan_volumes import newly_attached, to_plug
from altostratus.services.compute.domain.server import Server, Wish
from altostratus.services.compute.domain.steps import (
    STEPS,
    AskShutdown,
    EnsureAbsent,
    EnsureBase,
    EnsureDefined,
    EnsureOff,
    EnsurePaused,
    EnsureRunning,
    FinishVerb,
    Forget,
    Place,
    Reboot,
    Step,
)
from altostratus.services.compute.driver import BaseImage, HostUnreachable, Impossible, MachineSpec, Nic
from altostratus.services.compute.reconcilers.server_volumes import ServerVolumes, disk_of
from altostratus.services.compute.store import hosts, servers
from altostratus.services.compute.usecases import Compute, HostAccess

COPY_DEADLINE = 600.0
"""Seconds that copying an image to a host may take."""


class HostSilent(Exception):
    """No host that answers can take the server, and one that does not answer may soon: the pass is tried again."""

    expected = True


class ServerReconciler:
    """kind 'compute.server'"""

    kind: ClassVar[str] = "compute.server"
    steps: ClassVar[tuple[type, ...]] = STEPS

    def __init__(self, compute: Compute) -> None:
        self._compute = compute
        self._asked: dict[str, datetime] = {}
        """When this process last asked a server to power off."""
        config = compute.config
        self._rules = Rules(
            shutdown_timeout=timedelta(seconds=config.shutdown_timeout),
            soft_reboot_timeout=timedelta(seconds=config.soft_reboot_timeout),
            restart_crashed=config.restart_crashed,
            detach_timeout=timedelta(seconds=config.detach_timeout),
        )
        self._ratios = Ratios(
            config.cpu_allocation_ratio,
            config.ram_allocation_ratio,
            config.disk_allocation_ratio,
            config.reserved_host_memory_mb,
        )
        self._volumes = ServerVolumes(compute, self._present_host)
        self._take: dict[type, Callable[[Any, Wanted, Pass], Any]] = {
            **self._volumes.take,
            Place: self._place,
            EnsureBase: self._ensure_base,
            EnsureDefined: self._ensure_defined,
            EnsureRunning: self._ensure_running,
            EnsurePaused: self._ensure_paused,
            AskShutdown: self._ask_shutdown,
            EnsureOff: self._ensure_off,
            Reboot: self._reboot,
            FinishVerb: self._finish_verb,
            EnsureAbsent: self._ensure_absent,
            Forget: self._forget,
        }

    def due(self, tx: Tx) -> Iterable[str]:
        return {*servers.due_servers(tx), *self._volumes.unsettled_servers(tx)}

    def load(self, tx: Tx, key: str) -> Wanted | None:
        found = servers.get_on_host(tx, key)
        if found is None:
            return None
        ports = self._compute.networks.ports_of(tx, [found.server.owner])[found.server.owner]
        return Wanted(
            server=found.server,
            ports=tuple(ports),
            verb=found.verb,
            rules=self._rules,
            boot_id=found.boot_id,
            volumes=self._volumes.load(tx, found.server.owner),
            forced_down=found.forced_down,
        )

    async def observe(self, wanted: Wanted, turn: Pass) -> Seen:
        host = self._host(wanted.server)
        if host is None or wanted.forced_down:
            return Seen(known=wanted.server.host_id is None)
        try:
            machine = await turn.call(host.observe, host.driver.observe, wanted.server.id)
            image_id = wanted.server.image_id
            has_base = bool(machine or not image_id) or await turn.call(host.observe, host.driver.has_base, image_id)
        except HostUnreachable:
            return Seen(known=False)
        if wanted.server.shutdown_asked_at is None:
            self._asked.pop(wanted.server.id, None)
        asked = self._asked.get(wanted.server.id)
        return Seen(machine=machine, has_base=has_base, durable=host.durable, asked=asked, tries=self._volumes.tries)

    def plan(self, wanted: Wanted, seen: Seen, now: datetime) -> Step | Outcome:
        return planning.plan(wanted, seen, now)

    def news(self, wanted: Wanted, seen: Seen, verdict: Step | Outcome) -> bool:
        return bool(_changes(wanted, seen, verdict, None) or _attached(wanted, seen))

    def record(self, tx: Tx, wanted: Wanted, seen: Seen, verdict: Step | Outcome) -> None:
        changes = _changes(wanted, seen, verdict, tx.now)
        if changes and servers.record_if_unchanged(tx, wanted.server, **changes):
            _tell(tx, wanted.server, changes)
        self._compute.volumes.note_attached(tx, _attached(wanted, seen))

    async def take(self, step: Step, wanted: Wanted, turn: Pass) -> None:
        try:
            await self._take[type(step)](step, wanted, turn)
        except Impossible as error:
            if wanted.server.fault is not None:
                raise
            message = str(error)
            await turn.write(lambda tx: _fail(tx, wanted.server, message))

    # -- steps -----------------------------------------------------------------------------------------------

    async def _place(self, step: Place, wanted: Wanted, turn: Pass) -> None:
        await turn.write(lambda tx: self._choose(tx, wanted.server))

    def _choose(self, tx: Tx, server: Server) -> None:
        used = servers.usage_by_host(tx)
        candidates = [Candidate(h, used.get(h.id, Usage())) for h in hosts.list_hosts(tx)]
        need = Usage.of(server.flavor, local_root=bool(server.image_id))
        chosen = choose_host(candidates, need, self._ratios)
        if isinstance(chosen, str):
            if any(may_answer(candidate.host, tx.now) for candidate in candidates):
                raise HostSilent(chosen)
            _fail(tx, server, f"No valid host was found. {chosen[:1].upper()}{chosen[1:]}.")
        elif servers.record_if_unchanged(tx, server, host_id=chosen.id):
            self._compute.networks.bind_ports(tx, server.owner, chosen.id)
            self._compute.volumes.bind(tx, server.owner, chosen.id)

    async def _ensure_base(self, step: EnsureBase, wanted: Wanted, turn: Pass) -> None:
        image = await turn.read(lambda tx: self._compute.images.get(tx, wanted.server.image_id))
        host = self._present_host(wanted.server)
        base = _base_image(image, wanted.server.image_id)
        await turn.call(host.change, host.driver.ensure_base, base, deadline=COPY_DEADLINE)

    async def _ensure_defined(self, step: EnsureDefined, wanted: Wanted, turn: Pass) -> None:
        host = self._present_host(wanted.server)

        def define() -> None:
            host.driver.ensure_defined(self._spec(wanted), turn.fence)

        await turn.call(host.change, define)

    async def _ensure_running(self, step: EnsureRunning, wanted: Wanted, turn: Pass) -> None:
        host = self._present_host(wanted.server)
        await turn.call(host.change, host.driver.ensure_running, wanted.server.id, turn.fence)

    async def _ensure_paused(self, step: EnsurePaused, wanted: Wanted, turn: Pass) -> None:
        host = self._present_host(wanted.server)
        await turn.call(host.change, host.driver.ensure_paused, wanted.server.id, turn.fence)

    async def _ask_shutdown(self, step: AskShutdown, wanted: Wanted, turn: Pass) -> None:
        host = self._present_host(wanted.server)
        await turn.call(host.change, host.driver.request_shutdown, wanted.server.id, turn.fence)
        self._asked[wanted.server.id] = await turn.read(lambda tx: tx.now)

    async def _ensure_off(self, step: EnsureOff, wanted: Wanted, turn: Pass) -> None:
        host = self._present_host(wanted.server)
        await turn.call(host.change, host.driver.ensure_off, wanted.server.id, turn.fence)

    async def _reboot(self, step: Reboot, wanted: Wanted, turn: Pass) -> None:
        host = self._present_host(wanted.server)
        await turn.call(host.change, host.driver.reboot, wanted.server.id, step.verb.id, turn.fence)

    async def _finish_verb(self, step: FinishVerb, wanted: Wanted, turn: Pass) -> None:
        await turn.write(lambda tx: servers.delete_verb(tx, step.verb.id))

    async def _ensure_absent(self, step: EnsureAbsent, wanted: Wanted, turn: Pass) -> None:
        host = self._present_host(wanted.server)
        await turn.call(host.change, host.driver.ensure_absent, wanted.server.id, turn.fence)

    async def _forget(self, step: Forget, wanted: Wanted, turn: Pass) -> None:
        def forget(tx: Tx) -> None:
            server = wanted.server
            if self._volumes.load(tx, server.owner):
                return
            self._compute.networks.release_ports(tx, server.owner)
            servers.delete_server_row(tx, server.id)
            events.record(tx, SYSTEM, "compute.server.deleted", server.id, server.project_id)

        await turn.write(forget)
        self._asked.pop(wanted.server.id, None)

    # -- inside ----------------------------------------------------------------------------------------------

    def _host(self, server: Server) -> HostAccess | None:
        return self._compute.hosts.get(server.host_id or "")

    def _present_host(self, server: Server) -> HostAccess:
        host = self._host(server)
        if host is None:
            raise Conflict(f"server {server.id} is on a host that is not configured: {server.host_id}")
        return host

    def _spec(self, wanted: Wanted) -> MachineSpec:
        """Builds the config drive: some milliseconds, so it is called in a lane."""
        server, plugged = wanted.server, to_plug(wanted.volumes)
        drive = None
        if server.config_drive:
            password = self._compute.master_key.decrypt(server.admin_pass).decode() if server.admin_pass else None
            drive = config_drive.build(documents.drive_files(server, wanted.ports, password))
        return MachineSpec(
            id=server.id,
            name=_title(server.name),
            project_id=server.project_id,
            vcpus=server.flavor["vcpus"],
            memory_mb=server.flavor["ram"],
            disk_gb=server.flavor["disk"],
            image_id=server.image_id,
            nics=tuple(Nic(p.id, p.mac, p.bridge, p.tap, p.mtu) for p in wanted.ports),
            config_drive=drive,
            volumes=tuple(sorted((disk_of(v) for v in wanted.volumes if v.id in plugged), key=lambda d: d.device)),
        )


def _changes(wanted: Wanted, seen: Seen, verdict: Step | Outcome, now: datetime | None) -> dict[str, Any]:
    """The columns to change; `now` None asks only whether there are any. What a new machine goes through until it is
    first as wanted is nobody's concern."""
    server, machine = wanted.server, seen.machine
    reached = machine is not None and bool(machine.digest) and planning.is_reached(wanted, machine)
    found: dict[str, Any] = {}
    if machine is not None and machine.digest and (server.launched_at is not None or reached):
        found["power"] = str(machine.power)
        found["started_boot_id"] = machine.boot_id
        if server.launched_at is None:
            found["launched_at"] = now
        if planning.is_new_crash(server, machine):
            recent = server.crashed_at is not None and now is not None and now - server.crashed_at < planning.STABLE
            found["crashes"], found["crashed_at"] = (server.crashes + 1 if recent else 0), now
        if planning.lowers_wish(server, machine):
            found["wanted"], found["generation"] = Wish.STOPPED, server.generation + 1
            found["observed_generation"], found["shutdown_asked_at"] = server.generation + 1, None
    if isinstance(verdict, AskShutdown) and server.shutdown_asked_at is None:
        found["shutdown_asked_at"] = now
    if isinstance(verdict, Terminal) and server.fault is None:
        found["fault"], found["fault_at"] = verdict.fault, now
        found["observed_generation"] = server.generation
    if reached and "observed_generation" not in found:
        found["observed_generation"] = server.generation
    if found.get("power", server.power) != server.power:
        found["updated_at"] = now
    return {name: value for name, value in found.items() if getattr(server, name) != value or name in _INSTANTS}


def _attached(wanted: Wanted, seen: Seen) -> list[str]:
    return newly_attached(wanted.volumes, seen.machine) if seen.machine else []


_INSTANTS = ("launched_at", "crashed_at", "shutdown_asked_at", "fault_at")


def _tell(tx: Tx, server: Server, changes: dict[str, Any]) -> None:
    """An event for each change that people and other services want to hear of."""
    power = changes.get("power")
    if power is not None:
        events.record(tx, SYSTEM, f"compute.server.power.{power}", server.id, server.project_id)


def _fail(tx: Tx, server: Server, message: str) -> None:
    """The wish cannot be met: say so, and stop trying until it changes."""
    fault = {"fault": message, "fault_at": tx.now, "observed_generation": server.generation, "updated_at": tx.now}
    if servers.record_if_unchanged(tx, server, **fault):
        events.record(tx, SYSTEM, "compute.server.fault", server.id, server.project_id, message=message)


def _base_image(image: Image | None, image_id: str) -> BaseImage:
    if image is None or image.path is None or image.disk_format is None:
        raise Impossible(f"Image {image_id} is gone, and this host has no copy of it. Create the server from another.")
    return BaseImage(image.id, image.path, image.disk_format, image.virtual_size or image.size or 0)


def _title(name: str) -> str:
    """A name that XML and terminals can carry."""
    return re.sub(r"[^\x20-\x7e\xa0-\ud7ff]", "?", name)[:255]
