"""What others may ask of the image service."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx


@dataclass(frozen=True, slots=True)
class Image:
    """An image that can be booted from or not; sizes in bytes, min_disk in GiB, min_ram in MiB. `path` is where
    its verified bytes are on this machine, None while it has none."""

    id: str
    name: str | None
    status: str
    disk_format: str | None
    container_format: str | None
    size: int | None
    virtual_size: int | None
    min_disk: int
    min_ram: int
    path: Path | None
    properties: Mapping[str, str]


class Images(Protocol):
    """Images by id."""

    def find(self, tx: Tx, actor: Actor, image_id: str) -> Image | None:
        """The image, if the actor may see it."""
        ...

    def get(self, tx: Tx, image_id: str) -> Image | None:
        """The image, whoever owns it; for work that was allowed before."""
        ...
