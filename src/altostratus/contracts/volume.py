"""What others may ask of block storage: volumes, and their attachments to servers.

An attachment's row is the truth about one volume and one server. It says what is wanted (`detaching`), and both sides
write into it what they have done, in this order:

    attach ──> bound to a host ──> `source`: the storage lets that host write
           ──> the server's host plugs it: `attached`
    detach ──> the server's host has it neither plugged nor defined: released
           ──> the storage no longer lets the host write ──> the row goes

So whoever may write to a volume stands in a row, from before it may until it surely does not: a host that does not
answer keeps what it has. Each write wakes the other side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx


@dataclass(frozen=True, slots=True)
class Source:
    """Where a host finds a volume's bytes: a file of this format ('raw' or 'qcow2'), over another one that nobody
    writes to (`base`, '' for none)."""

    path: str
    format: str
    base: str = ""
    base_format: str = ""


@dataclass(frozen=True, slots=True)
class NewVolume:
    """A volume to be made: empty, or from one of these. `size` in GiB; None: as large as its source."""

    size: int | None = None
    image_id: str | None = None
    snapshot_id: str | None = None
    type: str | None = None
    name: str = ""
    description: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class VolumeWish:
    """A volume that a server asks for: one that exists (`volume_id`), or a new one. `device` is how the server calls
    it ('vdb'); boot order 0 is what it boots from, None what it does not."""

    device: str
    volume_id: str | None = None
    new: NewVolume | None = None
    boot_index: int | None = None
    delete_on_termination: bool = False
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume that an actor may see; `size` in GiB. `image` is what is known of the image that it was made from:
    properties, and min_ram in MiB."""

    id: str
    project_id: str
    status: str
    size: int
    bootable: bool
    image: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attachment:
    """One volume of one server. `source` is there once the server's host may write to it; `attached` once it has been
    plugged; `released` once nothing on the host has it any more. `fault`: why it will never have a source.
    `detach_asked_at`: since when it is to go."""

    id: str
    volume_id: str
    owner: str
    device: str
    boot_index: int | None
    delete_on_termination: bool
    readonly: bool
    tag: str | None
    source: Source | None
    attached: bool
    released: bool
    detach_asked_at: datetime | None
    fault: str | None

    @property
    def wanted(self) -> bool:
        return self.detach_asked_at is None


@dataclass(frozen=True, slots=True)
class ShownVolume:
    """A volume as its owner sees it; `size` in GiB. `server_id` and `device` ('/dev/vdb') once it is attached."""

    id: str
    name: str
    description: str | None
    status: str
    size: int
    type: str
    zone: str
    snapshot_id: str | None
    metadata: Mapping[str, str]
    created_at: datetime
    server_id: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class ShownSnapshot:
    """A snapshot as its owner sees it; `size` in GiB."""

    id: str
    volume_id: str
    name: str
    description: str | None
    status: str
    size: int
    created_at: datetime


class UserVolumes(Protocol):
    """What users do with volumes and snapshots themselves, for those clients that ask compute for it. Raises what block
    storage raises."""

    def list_volumes(self, tx: Tx, actor: Actor) -> list[ShownVolume]:
        """The newest first."""
        ...

    def show_volume(self, tx: Tx, actor: Actor, volume_id: str) -> ShownVolume: ...
    def create_volume(self, tx: Tx, actor: Actor, new: NewVolume) -> ShownVolume: ...
    def delete_volume(self, tx: Tx, actor: Actor, volume_id: str) -> None: ...

    def list_snapshots(self, tx: Tx, actor: Actor) -> list[ShownSnapshot]:
        """The newest first."""
        ...

    def show_snapshot(self, tx: Tx, actor: Actor, snapshot_id: str) -> ShownSnapshot: ...

    def create_snapshot(
        self, tx: Tx, actor: Actor, volume_id: str, name: str, description: str | None, in_use: bool
    ) -> ShownSnapshot:
        """`in_use`: also of a volume that is attached."""
        ...

    def delete_snapshot(self, tx: Tx, actor: Actor, snapshot_id: str) -> None: ...


class Volumes(Protocol):
    """Volumes of servers. An owner is 'compute.server/<id>'; when an attachment changes, its owner is woken. Faults are
    the service's own: kinds of NotFound, BadRequest, Conflict, Forbidden, OverQuota."""

    @property
    def of_users(self) -> UserVolumes: ...

    def find(self, tx: Tx, actor: Actor, volume_id: str) -> Volume | None:
        """The volume, if the actor may see it."""
        ...

    def find_snapshot(self, tx: Tx, actor: Actor, snapshot_id: str) -> Volume | None:
        """What a volume made from this snapshot would be, if the actor may see it: its id is the snapshot's."""
        ...

    def attach(
        self, tx: Tx, actor: Actor, owner: str, host_id: str | None, wishes: Sequence[VolumeWish]
    ) -> list[Attachment]:
        """Attachments as asked for, with the volumes that are to be made, counting quota. `host_id` None: the server
        has not been placed. Raises where a volume is not there, or is not available."""
        ...

    def bind(self, tx: Tx, owner: str, host_id: str) -> None:
        """The server has been placed: let that host write to its volumes."""
        ...

    def detach(self, tx: Tx, attachment_id: str) -> None:
        """It is to go. Safe to repeat."""
        ...

    def keep(self, tx: Tx, attachment_id: str) -> None:
        """The guest would not let go of it: it is to stay after all."""
        ...

    def note_attached(self, tx: Tx, attachment_ids: Sequence[str]) -> None:
        """These have been plugged, or stand in the definition of a machine that is off."""
        ...

    def release(self, tx: Tx, attachment_ids: Sequence[str], *, terminated: bool = False) -> None:
        """No host has these plugged or defined, nor ever will: let nobody write to them. With `terminated` their
        server is gone, and those volumes that were to go with it go. Safe to repeat."""
        ...

    def set_delete_on_termination(self, tx: Tx, attachment_id: str, delete: bool) -> None: ...

    def attachments_of(self, tx: Tx, owners: Sequence[str]) -> Mapping[str, list[Attachment]]:
        """The attachments of many servers in a constant number of queries, each list in the order of creation; those
        that are to go are among them until they are gone."""
        ...

    def unsettled_owners(self, tx: Tx) -> set[str]:
        """Those that have something to do about a volume: the scan that guarantees what a lost wake may lose."""
        ...
