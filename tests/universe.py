"""One simulated world in which control planes live and die: hosts in memory, faults, and a System over them.

What a kill leaves is what a real one leaves: the database, and the hosts with everything on them.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from altostratus.app.settings import Settings
from altostratus.app.wiring import System
from altostratus.kernel.http.pipeline import Authenticate
from altostratus.kernel.reconcile.loop import CrashPoint
from altostratus.kernel.testing.client import ApiClient
from altostratus.kernel.testing.crash import kill
from altostratus.kernel.testing.faults import Faults
from altostratus.kernel.testing.loop import Simulation
from altostratus.kernel.tx import Tx
from altostratus.services.compute.driver import DriverError as MachineError
from altostratus.services.compute.drivers.simulated.hypervisor import SimulatedHypervisor
from altostratus.services.compute.drivers.simulated.world import World
from altostratus.services.compute.store import tables as compute_tables
from altostratus.services.network.driver import DriverError as NetworkError
from altostratus.services.network.drivers.simulated.network import SimulatedNetwork
from altostratus.services.network.drivers.simulated.world import SimulatedWorld
from altostratus.services.network.store import tables as network_tables
from altostratus.services.volume.driver import DriverError as StorageError
from altostratus.services.volume.drivers.simulated.storage import SimulatedStorage
from altostratus.services.volume.drivers.simulated.world import World as StorageWorld
from altostratus.services.volume.store import tables as volume_tables

BASE = "http://cloud"
RESOURCES = (
    "compute.server",
    "network.network",
    "network.router",
    "network.port",
    "network.membership",
    "volume.volume",
    "volume.snapshot",
    "volume.attachment",
)
"""What is to be brought to rest; the other reconcilers look again and again."""


def make_settings(data_dir: Path, **services: dict[str, Any]) -> Settings:
    return Settings(data_dir=data_dir, simulate=True, public_url=BASE, services=services)


class Universe:
    """`drivers` are what each new control plane is given: over the same worlds, with the same faults to come."""

    def __init__(self, simulation: Simulation, settings: Settings, authenticate: Authenticate) -> None:
        self.simulation = simulation
        self.settings = settings
        self.authenticate = authenticate
        self.networks = SimulatedWorld()
        now = simulation.clock.now
        self.machines = World(
            lambda: now().timestamp(),
            simulation.entropy,
            has_bridge=self._has_bridge,
            has_volume=self._has_volume,
        )
        self.storage = StorageWorld()
        self.machine_faults = Faults(MachineError)
        self.storage_faults = Faults(StorageError)
        self.network_faults = Faults(NetworkError)
        self.lives = 0

    def drivers(self) -> dict[str, Any]:
        return {
            "hypervisor": SimulatedHypervisor(self.machines, self.machine_faults),
            "network": SimulatedNetwork(self.networks, self.network_faults),
            "volume": SimulatedStorage(self.storage, self.storage_faults),
        }

    def crash_point(self) -> CrashPoint:
        return lambda when, wake, step: None

    async def live(self) -> None:
        """A new control plane over whatever the last one left."""
        self.lives += 1
        self.system = System(
            self.settings,
            clock=self.simulation.clock,
            entropy=self.simulation.entropy,
            lane=self.simulation.lane,
            inline_database=True,
            drivers=self.drivers(),
            crash_point=self.crash_point(),
        )
        await self.system.start(listeners=False)
        self.system.asgi._authenticate = self.authenticate

    async def die(self) -> None:
        """As by SIGKILL; nothing happens to one that is dead already but that its database is closed."""
        assert self.system.engine
        await kill(self.system.engine)

    def client_as(self, token: str, project_id: str) -> ApiClient:
        """Of the control plane that lives now."""
        client = ApiClient(self.system.asgi, BASE)
        client.token, client.project_id = token, project_id
        return client

    def due(self) -> list[str]:
        """What is not known to be as it is wanted."""
        engine = self.system.engine
        assert engine

        def look(tx: Tx) -> list[str]:
            return [f"{kind}/{key}" for kind in RESOURCES for key in engine._reconcilers[kind].due(tx)]

        return self.system.db.write_now(look)

    def _has_bridge(self, bridge: str) -> bool:
        """A machine needs the bridges that the network driver makes."""
        return bridge in {SimulatedNetwork().bridge(network) for network in self.networks.bridges()}

    def _has_volume(self, path: str) -> bool:
        """And a volume that the storage lets its host write to."""
        return path.rpartition("/")[2] in self.storage.connections()

    def left(self, public: str) -> list[str]:
        """Rows and things on hosts that outlive what they belonged to; the network `public` stays."""
        on_hosts = [thing for thing in self.networks.leftovers() if public not in thing]
        in_storage = self.storage.leftovers()
        return [*self.machines.leftovers(), *on_hosts, *in_storage, *self.system.db.write_now(_rows_left)]

    def assert_clean_slate(self, public: str) -> None:
        """No row, machine, volume, network, router, port, filter or address is left but those of the external
        network."""
        assert self.left(public) == []


def _rows_left(tx: Tx) -> list[str]:
    """Rows that outlive what they belong to; quotas are counted from rows, so they agree when these are gone."""
    tables = (
        compute_tables.server,
        compute_tables.verb,
        network_tables.tombstone,
        network_tables.router,
        network_tables.floating_ip,
        network_tables.port,
        volume_tables.attachment,
        volume_tables.snapshot,
        volume_tables.volume,
    )
    counts = {t.name: tx.sql.execute(select(func.count()).select_from(t)).scalar_one() for t in tables}
    return [f"{count} rows in {name}" for name, count in counts.items() if count]
