"""Request bodies. What is not named here is a custom property: domain/schema.py checks every value."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec

_Text = Annotated[str, msgspec.Meta(max_length=255)]
_Amount = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_DISK_FORMATS = Literal["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"]
_CONTAINER_FORMATS = Literal["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]


class ImageCreate(TypedDict, total=False):
    """A new image."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")]
    name: _Text | None
    visibility: Literal["community", "public", "private", "shared"]
    owner: _Text | None
    disk_format: _DISK_FORMATS | None
    container_format: _CONTAINER_FORMATS | None
    min_disk: _Amount
    min_ram: _Amount
    protected: bool
    os_hidden: bool
    tags: list[_Text]


class Operation(TypedDict):
    """One operation of a JSON patch."""

    op: Literal["add", "remove", "replace"]
    path: str
    value: NotRequired[Any]


ImagePatch = list[Operation]
