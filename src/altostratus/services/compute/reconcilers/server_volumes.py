"""The steps of a server that concern its volumes, and what this process remembers of having tried them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from altostratus.contracts.volume import Attachment
from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM
from altostratus.kernel.reconcile import Pass
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.plan import Wanted
from altostratus.services.compute.domain.plan_volumes import TRIES, Tries
from altostratus.services.compute.domain.server import Server
from altostratus.services.compute.domain.steps import AskDetach, EnsureAttached, GiveUp, Keep, Release
from altostratus.services.compute.driver import DriverError, FencedOut, HostUnreachable, Impossible, VolumeDisk
from altostratus.services.compute.usecases import Compute, HostAccess

_OWNER = "compute.server/"


class ServerVolumes:
    """`take` has what carries out each step. A process that is new has asked no guest and failed nowhere: that errs on
    the side of patience."""

    def __init__(self, compute: Compute, host_of: Callable[[Server], HostAccess]) -> None:
        self._volumes = compute.volumes
        self._host_of = host_of
        self._asked: dict[str, datetime] = {}
        self._failures: dict[str, list[str]] = {}
        self.tries = Tries(self._asked, self._failures)
        self.take: Mapping[type, Callable[[Any, Wanted, Pass], Any]] = {
            EnsureAttached: self._ensure_attached,
            AskDetach: self._ask_detach,
            Keep: self._keep,
            GiveUp: self._give_up,
            Release: self._release,
        }

    def load(self, tx: Tx, owner: str) -> tuple[Attachment, ...]:
        return tuple(self._volumes.attachments_of(tx, [owner])[owner])

    def unsettled_servers(self, tx: Tx) -> Iterable[str]:
        owners = self._volumes.unsettled_owners(tx)
        return (owner.removeprefix(_OWNER) for owner in owners if owner.startswith(_OWNER))

    async def _ensure_attached(self, step: EnsureAttached, wanted: Wanted, turn: Pass) -> None:
        host, disk = self._host_of(wanted.server), disk_of(step.attachment)
        failures = self._failures.setdefault(disk.attachment_id, [])
        try:
            await turn.call(host.change, host.driver.ensure_attached, wanted.server.id, disk, turn.fence)
        except Impossible as error:
            failures.extend([str(error)] * TRIES)
        except (HostUnreachable, FencedOut):
            raise
        except DriverError as error:
            failures.append(str(error))
            raise
        else:
            del self._failures[disk.attachment_id]

    async def _ask_detach(self, step: AskDetach, wanted: Wanted, turn: Pass) -> None:
        host = self._host_of(wanted.server)
        await turn.call(host.change, host.driver.request_detach, wanted.server.id, step.attachment_id, turn.fence)
        self._asked[step.attachment_id] = await turn.read(lambda tx: tx.now)

    async def _keep(self, step: Keep, wanted: Wanted, turn: Pass) -> None:
        await turn.write(lambda tx: self._volumes.keep(tx, step.attachment_id))
        self._forget(step.attachment_id)

    async def _give_up(self, step: GiveUp, wanted: Wanted, turn: Pass) -> None:
        def give_up(tx: Tx) -> None:
            server = wanted.server
            self._volumes.detach(tx, step.attachment_id)
            what = {"attachment": step.attachment_id, "message": step.why}
            events.record(tx, SYSTEM, "compute.server.volume.failed", server.id, server.project_id, **what)

        await turn.write(give_up)
        self._forget(step.attachment_id)

    async def _release(self, step: Release, wanted: Wanted, turn: Pass) -> None:
        ids, terminated = step.attachment_ids, step.terminated
        await turn.write(lambda tx: self._volumes.release(tx, ids, terminated=terminated))
        for attachment_id in ids:
            self._forget(attachment_id)

    def _forget(self, attachment_id: str) -> None:
        self._asked.pop(attachment_id, None)
        self._failures.pop(attachment_id, None)


def disk_of(attachment: Attachment) -> VolumeDisk:
    """As its machine is to have it. It has a source: the storage lets its host write."""
    source = attachment.source
    assert source is not None
    return VolumeDisk(
        attachment_id=attachment.id,
        volume_id=attachment.volume_id,
        device=attachment.device,
        path=source.path,
        format=source.format,
        base=source.base,
        base_format=source.base_format,
        readonly=attachment.readonly,
        boot_index=attachment.boot_index,
    )
