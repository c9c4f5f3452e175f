"""An image and the rules about its states; pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from altostratus.kernel.actor import Actor

HASH_ALGORITHM = "sha512"
LOCAL, OBJECTS = "local", "objects"
"""The stores of image data, as Glance's clients name them: a directory, and the object store."""


class Status(StrEnum):
    """QUEUED and ACTIVE and DEACTIVATED are stored; SAVING is derived from an upload that is alive."""

    QUEUED = "queued"
    SAVING = "saving"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class Image:
    """Sizes in bytes, min_disk in GiB, min_ram in MiB. `file` is the name of its data, None while it has none."""

    id: str
    name: str | None
    status: str
    visibility: str
    owner: str | None
    disk_format: str | None
    container_format: str | None
    size: int | None
    virtual_size: int | None
    min_disk: int
    min_ram: int
    protected: bool
    os_hidden: bool
    checksum: str | None
    os_hash_algo: str | None
    os_hash_value: str | None
    file: str | None
    created_at: datetime
    updated_at: datetime
    properties: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    @property
    def store(self) -> str | None:
        """Which store has its data."""
        return store_of(self.file) if self.file else None

    def visible_to(self, actor: Actor) -> bool:
        """Others' private and shared images do not exist for an ordinary user."""
        return actor.is_admin or self.visibility in ("public", "community") or self.owner == actor.project


def new_file(store: str, image_id: str, unique: str) -> str:
    """A name for data that says where it is."""
    return f"{image_id}.{unique}" if store == LOCAL else f"{store}:{image_id}.{unique}"


def store_of(file: str) -> str:
    """The store that has the data of this name."""
    return file.rpartition(":")[0] or LOCAL
