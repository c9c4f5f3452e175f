"""An image and the rules about its states; pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from altostratus.kernel.actor import Actor

HASH_ALGORITHM = "sha512"


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

    def visible_to(self, actor: Actor) -> bool:
        """Others' private and shared images do not exist for an ordinary user."""
        return actor.is_admin or self.visibility in ("public", "community") or self.owner == actor.project
