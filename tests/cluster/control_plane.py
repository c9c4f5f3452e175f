"""A control plane process: python -m tests.cluster.control_plane DATA_DIR DATABASE_URL WORLD_SOCKET LEASE_SECONDS

It only reconciles; the test asks through an API of its own. Ends on SIGTERM.
"""

import asyncio
import signal
import sys
from pathlib import Path

from altostratus.app.settings import Settings
from altostratus.app.wiring import System
from tests.cluster.world import connect


async def main(data_dir: str, database: str, socket: str, lease: str) -> None:
    drivers = await asyncio.to_thread(connect, Path(socket))
    settings = Settings(data_dir=Path(data_dir), simulate=True, database=database)
    system = await asyncio.to_thread(lambda: System(settings, drivers=drivers, lease_seconds=float(lease)))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await system.start(listeners=False)
    print("ready", flush=True)
    await stop.wait()
    await system.stop()


asyncio.run(main(*sys.argv[1:]))
