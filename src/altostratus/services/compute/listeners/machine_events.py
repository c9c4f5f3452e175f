"""Machine events: whatever happens to a machine behind our back wakes its server."""

import asyncio
from collections.abc import Callable, Sequence

from altostratus.kernel.log import logger
from altostratus.kernel.tx import Wake
from altostratus.services.compute.driver import MachineEvent
from altostratus.services.compute.usecases import Compute

log = logger("machine-events")


class MachineEvents:
    """Subscribes to every host that can tell of changes."""

    def __init__(self, compute: Compute, wake: Callable[[Sequence[Wake]], None]) -> None:
        self._compute = compute
        self._wake = wake
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        for host in self._compute.hosts.values():
            await host.observe.run(host.driver.subscribe, self._arrived)

    async def stop(self) -> None:
        self._loop = None
        for host in self._compute.hosts.values():
            await host.observe.run(host.driver.close)

    def _arrived(self, event: MachineEvent) -> None:
        """Called from a driver's thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake, [Wake("compute.server", event.id)])
