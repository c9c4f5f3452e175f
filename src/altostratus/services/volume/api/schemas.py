"""Request bodies, as Cinder's JSON schemas have them; unknown fields are refused where Cinder refuses them.

https://docs.openstack.org/api-ref/block-storage/v3/
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from altostratus.kernel.http.context import Version

Key = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[a-zA-Z0-9-_:. /]{1,255}$")]
Value = Annotated[str, Meta(max_length=255)]
Items = dict[Key, Value]
Text = Annotated[str, Meta(max_length=255)]
Uuid = Annotated[
    str, Meta(pattern=r"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$")
]
Bool = bool | Literal["True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes", "y", "t"] | Literal[
    "False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no", "n", "f"
]  # fmt: skip
Size = Annotated[int, Meta(ge=1, le=2147483647)] | Annotated[str, Meta(pattern=r"^0*[1-9][0-9]{0,8}$")]


class Loose(msgspec.Struct, kw_only=True):
    """Ignores unknown fields."""


class Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Refuses unknown fields."""


class NewVolume(Loose):
    """Until 3.52, when clients sent more than there is."""

    size: Size | None = None
    name: Text | None = None
    display_name: Text | None = None
    description: Text | None = None
    display_description: Text | None = None
    volume_type: Text | None = None
    metadata: Items | None = None
    snapshot_id: Uuid | None = None
    source_volid: Uuid | None = None
    image_id: Text | None = None
    imageRef: Text | None = None  # noqa: N815
    availability_zone: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    multiattach: Bool | None = None
    consistencygroup_id: Uuid | None = None
    group_id: Text | None = None
    backup_id: Uuid | None = None


class NewVolume353(NewVolume, forbid_unknown_fields=True):
    """As it is described."""


class CreateVolume(Strict):
    volume: NewVolume
    hints: dict[str, Any] | None = field(default=None, name="OS-SCH-HNT:scheduler_hints")


class CreateVolume353(Strict):
    volume: NewVolume353
    hints: dict[str, Any] | None = field(default=None, name="OS-SCH-HNT:scheduler_hints")


CREATE_VOLUME: dict[Version, Any] = {Version(3, 0): CreateVolume, Version(3, 53): CreateVolume353}


class VolumeFields(Strict):
    name: Text | None | UnsetType = UNSET
    display_name: Text | None | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    display_description: Text | None | UnsetType = UNSET
    metadata: Items | UnsetType = UNSET


class UpdateVolume(Strict):
    volume: VolumeFields


class Metadata(Strict):
    metadata: Items


class MetaItem(Strict):
    meta: Annotated[Items, Meta(min_length=1)]


class NewSnapshot(Strict):
    volume_id: Uuid | None
    name: Text | None = None
    display_name: Text | None = None
    description: Text | None = None
    force: Bool | None = None
    metadata: Items | None = None


class CreateSnapshot(Strict):
    snapshot: NewSnapshot


class SnapshotFields(Strict):
    name: Text | None | UnsetType = UNSET
    display_name: Text | None | UnsetType = UNSET
    description: Text | None | UnsetType = UNSET
    display_description: Text | None | UnsetType = UNSET


class UpdateSnapshot(Strict):
    snapshot: SnapshotFields


class NewAttachment(Strict):
    volume_uuid: Uuid
    instance_uuid: Uuid | UnsetType = UNSET
    connector: dict[str, Any] | None = None


class NewAttachment354(NewAttachment, kw_only=True):
    mode: Literal["rw", "ro"] | UnsetType = UNSET


class CreateAttachment(Strict):
    attachment: NewAttachment


class CreateAttachment354(Strict):
    attachment: NewAttachment354


CREATE_ATTACHMENT: dict[Version, Any] = {Version(3, 0): CreateAttachment, Version(3, 54): CreateAttachment354}


class Connecting(Strict):
    connector: Annotated[dict[str, Any], Meta(min_length=1)]


class UpdateAttachment(Strict):
    attachment: Connecting


class Attach(Strict):
    """os-attach: to a server or to a host."""

    mountpoint: Annotated[str, Meta(min_length=1, max_length=255)]
    instance_uuid: Uuid | None = None
    host_name: Text | None = None
    mode: Literal["rw", "ro"] = "rw"


class Detach(Strict):
    attachment_id: Uuid | None = None


class ForceDetach(Strict):
    attachment_id: Uuid | None = None
    connector: dict[str, Any] | str | None = None


class Connector(Strict):
    connector: dict[str, Any]


class Disconnect(Strict):
    connector: dict[str, Any] | str | None


class Extend(Strict):
    new_size: Size


class Readonly(Strict):
    readonly: Bool


class Bootable(Strict):
    bootable: Bool


class ImageItems(Strict):
    metadata: dict[Key, Annotated[str, Meta(max_length=65535)]]


class ImageItem(Strict):
    key: Annotated[str, Meta(min_length=1, max_length=255)]


class ResetStatus(Strict):
    status: str | None = None
    attach_status: str | None = None
    migration_status: str | None = None


class ResetSnapshotStatus(Strict):
    status: str


class Limits(Strict):
    """Limits by name; which there are depends on the types of volumes."""

    quota_set: dict[str, int | str | None]
