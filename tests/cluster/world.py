"""One simulated host that several processes share: it lives in the test's process, they call it over a socket."""

import random
import threading
import time
from multiprocessing.managers import BaseManager
from pathlib import Path

from altostratus.kernel.testing.faults import Faults
from altostratus.services.compute.driver import DriverError
from altostratus.services.compute.drivers.simulated.hypervisor import SimulatedHypervisor
from altostratus.services.compute.drivers.simulated.world import World
from altostratus.services.network.drivers.simulated.network import SimulatedNetwork

KEY = b"tests/cluster"
DRIVERS = ("hypervisor", "network")


class SharedWorld(BaseManager):
    """Hands out the drivers by name."""


for _name in DRIVERS:
    SharedWorld.register(_name)


def serve(socket: Path) -> tuple[World, Faults]:
    """Serve a new world on a socket, in threads of this process, for as long as it lives."""
    world = World(time.time, random.Random(1))
    faults = Faults(DriverError, threaded=True)
    drivers = {"hypervisor": SimulatedHypervisor(world, faults), "network": SimulatedNetwork()}

    class Server(BaseManager):
        pass

    for name, driver in drivers.items():
        Server.register(name, callable=lambda driver=driver: driver)
    server = Server(address=str(socket), authkey=KEY).get_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return world, faults


def connect(socket: Path) -> dict[str, object]:
    """The drivers, as System takes them."""
    manager = SharedWorld(address=str(socket), authkey=KEY)
    manager.connect()
    return {name: getattr(manager, name)() for name in DRIVERS}
