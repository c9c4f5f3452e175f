"""How reconcilers look at the storage."""

from collections.abc import Callable
from typing import Any, TypeVar

from altostratus.kernel.reconcile import Pass
from altostratus.services.volume.domain.plan import UNKNOWN, Seen
from altostratus.services.volume.driver import StorageUnreachable
from altostratus.services.volume.usecases import StorageAccess

T = TypeVar("T")
GIB = 1 << 30


class Storage:
    """The storage, within one service."""

    def __init__(self, access: StorageAccess, copy_seconds: float) -> None:
        self._access = access
        self._copy_seconds = copy_seconds
        self.driver = access.driver

    async def volume(self, turn: Pass, volume_id: str) -> Seen:
        """What it has of the volume."""
        try:
            found = await turn.call(self._access.observe, self.driver.observe, volume_id)
        except StorageUnreachable:
            return UNKNOWN
        if found is None:
            return Seen(durable=self._access.durable)
        return Seen(True, found.size // GIB, found.writer, found.size == 0, self._access.durable)

    async def snapshot(self, turn: Pass, snapshot_id: str) -> Seen:
        """What it has of the snapshot."""
        try:
            sizes = await self.look(turn, self.driver.snapshots)
        except StorageUnreachable:
            return UNKNOWN
        size = sizes.get(snapshot_id)
        return Seen(size=-(-(size or 0) // GIB), remains=size == 0, durable=self._access.durable)

    async def look(self, turn: Pass, method: Callable[[], T]) -> T:
        """Call a method of the driver that only looks."""
        return await turn.call(self._access.observe, method)

    async def change(self, turn: Pass, method: Callable[..., Any], *arguments: Any, copies: bool = False) -> Any:
        """Call a method of the driver that changes something."""
        deadline = self._copy_seconds if copies else None
        return await turn.call(self._access.change, method, *arguments, deadline=deadline)
