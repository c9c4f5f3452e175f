"""Machine events: whatever happens to a machine behind our back wakes its server."""

import asyncio
from collections.abc import Callable, Sequence

from altostratus.kernel.errors import DeadlineExceeded
from altostratus.kernel.log import logger
from altostratus.kernel.tx import Wake
from altostratus.services.compute.driver import DriverError, MachineEvent
from altostratus.services.compute.usecases import Compute, HostAccess

CLOSE_SECONDS, RETRY_SECONDS = 3.0, 5.0
log = logger("machine-events")


class MachineEvents:
    """Subscribes to every host, again and again until it answers: a host that hangs must not keep the cloud down."""

    def __init__(self, compute: Compute, wake: Callable[[Sequence[Wake]], None]) -> None:
        self._compute = compute
        self._wake = wake
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tasks = [asyncio.create_task(self._subscribe(host)) for host in self._compute.hosts.values()]

    async def stop(self) -> None:
        self._loop = None
        for task in self._tasks:
            task.cancel()
        for host in self._compute.hosts.values():
            try:
                await host.observe.run(host.driver.close, deadline=CLOSE_SECONDS)
            except (DeadlineExceeded, DriverError) as error:
                log.warning("host not closed", host=host.name, error=repr(error))

    async def _subscribe(self, host: HostAccess) -> None:
        while True:
            try:
                await host.observe.run(host.driver.subscribe, self._arrived)
                return
            except (DeadlineExceeded, DriverError) as error:
                log.warning("no machine events yet", host=host.name, error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)

    def _arrived(self, event: MachineEvent) -> None:
        """Called from a driver's thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake, [Wake("compute.server", event.id)])
