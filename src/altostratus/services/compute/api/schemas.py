"""Request bodies, as Nova's JSON schemas have them; unknown fields are refused where Nova refuses them.

https://docs.openstack.org/api-ref/compute/
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from altostratus.kernel.http.context import Version

# printable text without white space at its ends
Text255 = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^(?!\s)[^\x00-\x1f\x7f]*(?<!\s)$")]
Key255 = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[a-zA-Z0-9-_:. ]{1,255}$")]
Value255 = Annotated[str, Meta(max_length=255)]
Uuid = Annotated[
    str, Meta(pattern=r"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$")
]
Description = Annotated[str, Meta(max_length=65535)]
Tag = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^,/]*$")]
Hostname = Annotated[str, Meta(min_length=2, max_length=63, pattern=r"^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])$")]
_LABEL = "[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?"
Fqdn = Annotated[str, Meta(min_length=2, max_length=255, pattern=rf"^{_LABEL}(\.{_LABEL})*$")]
Bool = bool | Literal["True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes"] | Literal[
    "False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no"
]  # fmt: skip
Index = Annotated[int, Meta(ge=-999999999, le=999999999)] | Annotated[str, Meta(pattern=r"^-?[0-9]{1,9}$")]
Gibibytes = Annotated[int, Meta(ge=1, le=2147483647)] | Annotated[str, Meta(pattern=r"^[0-9]{1,9}$")]
Count = Annotated[int, Meta(ge=1)] | Annotated[str, Meta(pattern=r"^[1-9][0-9]*$")]


class Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Refuses unknown fields."""


def truth(value: Any) -> bool:
    """A Bool as a bool."""
    return value is True or (isinstance(value, str) and value.lower() in ("true", "1", "on", "yes"))


class NetworkRequest(Strict):
    uuid: Uuid | UnsetType = UNSET
    port: Uuid | None | UnsetType = UNSET
    fixed_ip: str | UnsetType = UNSET
    tag: Tag | UnsetType = UNSET


class GroupName(Strict):
    name: Annotated[str, Meta(min_length=1, max_length=255)]


class BlockDevice21(Strict):
    """An entry of block_device_mapping_v2."""

    source_type: Literal["volume", "image", "snapshot", "blank"] | UnsetType = UNSET
    uuid: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[a-zA-Z0-9._-]*$")] | UnsetType = UNSET
    destination_type: Literal["local", "volume"] | UnsetType = UNSET
    guest_format: Value255 | UnsetType = UNSET
    device_type: Value255 | UnsetType = UNSET
    disk_bus: Value255 | UnsetType = UNSET
    boot_index: Index | None | UnsetType = UNSET
    volume_size: Gibibytes | UnsetType = UNSET
    device_name: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[a-zA-Z0-9._/-]*$")] | UnsetType = UNSET
    delete_on_termination: Bool | UnsetType = UNSET
    no_device: Any = UNSET


class BlockDevice242(BlockDevice21):
    tag: Tag | UnsetType = UNSET


class BlockDevice267(BlockDevice242):
    volume_type: Value255 | None | UnsetType = UNSET


class NewServer21(Strict):
    """POST /servers, microversion 2.1."""

    name: Text255
    flavorRef: str | int  # noqa: N815
    imageRef: str | UnsetType = UNSET  # noqa: N815
    adminPass: str | UnsetType = UNSET  # noqa: N815
    metadata: dict[Key255, Value255] | UnsetType = UNSET
    networks: list[NetworkRequest] | UnsetType = UNSET
    security_groups: list[GroupName] | UnsetType = UNSET
    key_name: Text255 | None | UnsetType = UNSET
    user_data: Annotated[str, Meta(max_length=65535)] | None | UnsetType = UNSET
    config_drive: Bool | None | UnsetType = UNSET
    availability_zone: Text255 | None | UnsetType = UNSET
    min_count: Count | UnsetType = UNSET
    max_count: Count | UnsetType = UNSET
    return_reservation_id: Bool | UnsetType = UNSET
    disk_config: Literal["AUTO", "MANUAL"] | UnsetType = field(default=UNSET, name="OS-DCF:diskConfig")
    access_ip_v4: str | UnsetType = field(default=UNSET, name="accessIPv4")
    access_ip_v6: str | UnsetType = field(default=UNSET, name="accessIPv6")
    personality: list[dict[str, Any]] | UnsetType = UNSET
    block_device_mapping: list[dict[str, Any]] | UnsetType = UNSET
    block_device_mapping_v2: list[BlockDevice21] | UnsetType = UNSET


class NewServer219(NewServer21):
    description: Description | None | UnsetType = UNSET


class NewServer232(NewServer219):
    """Tags of volumes came with 2.32, went with 2.33, and came back with 2.42."""

    block_device_mapping_v2: list[BlockDevice242] | UnsetType = UNSET  # type: ignore[assignment]


class NewServer237(NewServer219, kw_only=True):
    networks: list[NetworkRequest] | Literal["auto", "none"]  # type: ignore[assignment]


class NewServer242(NewServer237, kw_only=True):
    block_device_mapping_v2: list[BlockDevice242] | UnsetType = UNSET  # type: ignore[assignment]


class NewServer252(NewServer242, kw_only=True):
    tags: Annotated[list[Tag], Meta(max_length=50)] | UnsetType = UNSET


class NewServer257(NewServer252, kw_only=True):
    personality: UnsetType = UNSET


class NewServer263(NewServer257, kw_only=True):
    trusted_image_certificates: list[str] | None | UnsetType = UNSET


class NewServer267(NewServer263, kw_only=True):
    block_device_mapping_v2: list[BlockDevice267] | UnsetType = UNSET  # type: ignore[assignment]


class NewServer274(NewServer267, kw_only=True):
    host: Text255 | UnsetType = UNSET
    hypervisor_hostname: Text255 | UnsetType = UNSET


class NewServer290(NewServer274, kw_only=True):
    hostname: Hostname | UnsetType = UNSET


class NewServer294(NewServer290, kw_only=True):
    hostname: Fqdn | UnsetType = UNSET


def _create_body(server: type[NewServer21]) -> Any:
    """The envelope around one version of the server."""
    hints = Annotated[dict[str, Any] | UnsetType, Meta(description="scheduler hints")]
    return msgspec.defstruct(
        f"Create{server.__name__}",
        [("server", server), ("hints", hints, field(default=UNSET, name="os:scheduler_hints")),
         ("old_hints", hints, field(default=UNSET, name="OS-SCH-HNT:scheduler_hints"))],
        forbid_unknown_fields=True,
        kw_only=True,
    )  # fmt: skip


CREATE_SERVER: dict[Version, Any] = {
    Version(2, 1): _create_body(NewServer21),
    Version(2, 19): _create_body(NewServer219),
    Version(2, 32): _create_body(NewServer232),
    Version(2, 33): _create_body(NewServer219),
    Version(2, 37): _create_body(NewServer237),
    Version(2, 42): _create_body(NewServer242),
    Version(2, 52): _create_body(NewServer252),
    Version(2, 57): _create_body(NewServer257),
    Version(2, 63): _create_body(NewServer263),
    Version(2, 67): _create_body(NewServer267),
    Version(2, 74): _create_body(NewServer274),
    Version(2, 90): _create_body(NewServer290),
    Version(2, 94): _create_body(NewServer294),
}


class ServerUpdate21(Strict):
    name: Text255 | UnsetType = UNSET
    disk_config: Literal["AUTO", "MANUAL"] | UnsetType = field(default=UNSET, name="OS-DCF:diskConfig")
    access_ip_v4: str | UnsetType = field(default=UNSET, name="accessIPv4")
    access_ip_v6: str | UnsetType = field(default=UNSET, name="accessIPv6")


class ServerUpdate219(ServerUpdate21):
    description: Description | None | UnsetType = UNSET


class ServerUpdate290(ServerUpdate219):
    hostname: Hostname | UnsetType = UNSET


class ServerUpdate294(ServerUpdate290):
    hostname: Fqdn | UnsetType = UNSET


class UpdateServer(Strict):
    server: ServerUpdate21


class UpdateServer219(Strict):
    server: ServerUpdate219


class UpdateServer290(Strict):
    server: ServerUpdate290


class UpdateServer294(Strict):
    server: ServerUpdate294


UPDATE_SERVER: dict[Version, Any] = {
    Version(2, 1): UpdateServer,
    Version(2, 19): UpdateServer219,
    Version(2, 90): UpdateServer290,
    Version(2, 94): UpdateServer294,
}


class Metadata(Strict):
    metadata: dict[Key255, Value255]


class MetaItem(Strict):
    meta: Annotated[dict[Key255, Value255], Meta(min_length=1, max_length=1)]


class Tags(Strict):
    tags: Annotated[list[Tag], Meta(max_length=50)]


class RebootType(Strict):
    type: Literal["HARD", "Hard", "hard", "SOFT", "Soft", "soft"]


class ConsoleOutput(Strict):
    length: int | Annotated[str, Meta(pattern=r"^-?[0-9]+$")] | None | UnsetType = UNSET


class FixedIpRequest(Strict):
    networkId: str | int  # noqa: N815


class FixedIpAddress(Strict):
    address: str


class LockReason(Strict):
    locked_reason: Annotated[str, Meta(min_length=1, max_length=255)] | UnsetType = UNSET


class ResetState(Strict):
    state: Literal["active", "error"]


DevicePath = Annotated[str, Meta(max_length=255, pattern=r"^/dev/x?[a-z]?d?[a-z]+[0-9]*$")]


class NewAttachment21(Strict):
    volumeId: Uuid  # noqa: N815
    device: DevicePath | None | UnsetType = UNSET


class NewAttachment249(NewAttachment21):
    tag: Tag | UnsetType = UNSET


class NewAttachment279(NewAttachment249):
    delete_on_termination: Bool | UnsetType = UNSET


class AttachmentSwap(Strict):
    volumeId: Uuid  # noqa: N815


class AttachmentUpdate285(NewAttachment279):
    serverId: Uuid | UnsetType = UNSET  # noqa: N815
    id: Uuid | UnsetType = UNSET


def _attachment_body(attachment: type[Strict]) -> Any:
    return msgspec.defstruct(
        f"Envelope{attachment.__name__}", [("volumeAttachment", attachment)], forbid_unknown_fields=True
    )


class ProxiedVolume(Strict):
    size: Gibibytes
    volume_type: str | UnsetType = UNSET
    metadata: dict[str, Value255] | UnsetType = UNSET
    snapshot_id: str | UnsetType = UNSET
    availability_zone: str | UnsetType = UNSET
    display_name: Value255 | UnsetType = UNSET
    display_description: Value255 | UnsetType = UNSET


class CreateVolume(Strict):
    volume: ProxiedVolume


class ProxiedSnapshot(Strict):
    volume_id: str
    force: Bool | UnsetType = UNSET
    display_name: Value255 | UnsetType = UNSET
    display_description: Value255 | UnsetType = UNSET


class CreateSnapshot(Strict):
    snapshot: ProxiedSnapshot


CREATE_ATTACHMENT: dict[Version, Any] = {
    Version(2, 1): _attachment_body(NewAttachment21),
    Version(2, 49): _attachment_body(NewAttachment249),
    Version(2, 79): _attachment_body(NewAttachment279),
}
UPDATE_ATTACHMENT: dict[Version, Any] = {
    Version(2, 1): _attachment_body(AttachmentSwap),
    Version(2, 85): _attachment_body(AttachmentUpdate285),
}


Text = Annotated[str, Meta(min_length=1, max_length=255)]


class ServiceAction21(Strict):
    host: Text
    binary: Text
    disabled_reason: Text | UnsetType = UNSET


class ServiceAction211(ServiceAction21):
    forced_down: Bool | UnsetType = UNSET


class ServiceUpdate253(Strict):
    status: Literal["enabled", "disabled"] | UnsetType = UNSET
    disabled_reason: Text | UnsetType = UNSET
    forced_down: Bool | UnsetType = UNSET


UPDATE_SERVICE: dict[Version, Any] = {
    Version(2, 1): ServiceAction21,
    Version(2, 11): ServiceAction211,
    Version(2, 53): ServiceUpdate253,
}

Amount = Annotated[int, Meta(ge=0, le=2147483647)] | Annotated[str, Meta(pattern=r"^[0-9]{1,10}$")]
AtLeastOne = Annotated[int, Meta(ge=1, le=2147483647)] | Annotated[str, Meta(pattern=r"^[0-9]{1,10}$")]


class FlavorFields(Strict):
    name: Text255
    ram: AtLeastOne
    vcpus: AtLeastOne
    disk: Amount
    id: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^(?!\s)[a-zA-Z0-9. _-]*(?<!\s)$")] | int | None = (
        None
    )
    swap: Amount = 0
    ephemeral: Amount = field(default=0, name="OS-FLV-EXT-DATA:ephemeral")
    rxtx_factor: float | int | str = 1.0
    is_public: Bool = field(default=True, name="os-flavor-access:is_public")


class FlavorFields255(FlavorFields):
    description: Description | None = None


class CreateFlavor(Strict):
    flavor: FlavorFields


class CreateFlavor255(Strict):
    flavor: FlavorFields255


CREATE_FLAVOR: dict[Version, Any] = {Version(2, 1): CreateFlavor, Version(2, 55): CreateFlavor255}


class FlavorDescription(Strict):
    description: Description | None


class UpdateFlavor(Strict):
    flavor: FlavorDescription


class ExtraSpecs(Strict):
    extra_specs: dict[Key255, Value255 | int | float]


class Tenant(Strict):
    tenant: Annotated[str, Meta(min_length=1, max_length=255)]


class AddTenantAccess(Strict):
    addTenantAccess: Tenant  # noqa: N815


class RemoveTenantAccess(Strict):
    removeTenantAccess: Tenant  # noqa: N815


class KeypairFields(Strict):
    name: Key255
    public_key: str | UnsetType = UNSET


class KeypairFields22(KeypairFields):
    type: Literal["ssh", "x509"] | UnsetType = UNSET


class KeypairFields210(KeypairFields22):
    user_id: Annotated[str, Meta(min_length=1, max_length=255)] | UnsetType = UNSET


class KeypairFields292(KeypairFields210, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[a-zA-Z0-9-_:. @]{1,255}$")]
    public_key: str


def _keypair_body(keypair: type[KeypairFields]) -> Any:
    return msgspec.defstruct(
        f"Create{keypair.__name__}", [("keypair", keypair)], forbid_unknown_fields=True, kw_only=True
    )


CREATE_KEYPAIR: dict[Version, Any] = {
    Version(2, 1): _keypair_body(KeypairFields),
    Version(2, 2): _keypair_body(KeypairFields22),
    Version(2, 10): _keypair_body(KeypairFields210),
    Version(2, 92): _keypair_body(KeypairFields292),
}


class QuotaFields(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Limits that exist here."""

    instances: Annotated[int, Meta(ge=-1)] | str | UnsetType = UNSET
    cores: Annotated[int, Meta(ge=-1)] | str | UnsetType = UNSET
    ram: Annotated[int, Meta(ge=-1)] | str | UnsetType = UNSET
    key_pairs: Annotated[int, Meta(ge=-1)] | str | UnsetType = UNSET
    metadata_items: Annotated[int, Meta(ge=-1)] | str | UnsetType = UNSET
    server_groups: Annotated[int, Meta(ge=-1)] | str | UnsetType = UNSET
    server_group_members: Annotated[int, Meta(ge=-1)] | str | UnsetType = UNSET
    force: Bool | UnsetType = UNSET


class QuotaFields21(QuotaFields):
    """Until 2.35 Nova also took limits of networks, until 2.56 those of injected files; they limit nothing here."""

    floating_ips: int | str | UnsetType = UNSET
    fixed_ips: int | str | UnsetType = UNSET
    security_groups: int | str | UnsetType = UNSET
    security_group_rules: int | str | UnsetType = UNSET
    injected_files: int | str | UnsetType = UNSET
    injected_file_content_bytes: int | str | UnsetType = UNSET
    injected_file_path_bytes: int | str | UnsetType = UNSET


class UpdateQuota21(Strict):
    quota_set: QuotaFields21


class UpdateQuota(Strict):
    quota_set: QuotaFields


UPDATE_QUOTA: dict[Version, Any] = {Version(2, 1): UpdateQuota21, Version(2, 57): UpdateQuota}


class ConsoleKind(Strict):
    protocol: Literal["vnc", "spice", "serial", "mks"]
    type: Literal["novnc", "spice-html5", "serial", "webmks", "xvpvnc", "rdp-html5", "spice-direct"]


class RemoteConsole(Strict):
    remote_console: ConsoleKind


class SerialType(Strict):
    type: Literal["serial"]


class GroupFields(Strict):
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    description: Annotated[str, Meta(max_length=255)] | None = None


class GroupBody(Strict):
    security_group: GroupFields


PortNumber = Annotated[int, Meta(ge=-1, le=65535)] | Annotated[str, Meta(pattern=r"^(-1|[0-9]{1,5})$")]


class GroupRuleFields(Strict):
    parent_group_id: str
    ip_protocol: str | None = None
    from_port: PortNumber | None = None
    to_port: PortNumber | None = None
    cidr: str | None = None
    group_id: str | None = None


class GroupRuleBody(Strict):
    security_group_rule: GroupRuleFields


class ServerGroupName(Strict):
    name: Annotated[str, Meta(min_length=1, max_length=255)]
