"""All that the app needs to know of block storage; the only file that names its drivers."""

import re
import socket
from functools import cache
from pathlib import Path

from litestar import Router

from altostratus.contracts.image import Images
from altostratus.kernel.config import build_config
from altostratus.kernel.http.call import require_id
from altostratus.kernel.http.edge import Edge
from altostratus.kernel.policy import Policy, read_overrides
from altostratus.kernel.service import CatalogEntry, Cloud, Service
from altostratus.services.volume.api import (
    MICROVERSIONS,
    VolumeCall,
    actions,
    attachments,
    metadata,
    quotas,
    require_own_project,
    snapshots,
    surroundings,
    versions,
    volumes,
)
from altostratus.services.volume.config import VolumeConfig
from altostratus.services.volume.driver import BlockStorage
from altostratus.services.volume.errors import volume_fault
from altostratus.services.volume.facade import VolumeFacade
from altostratus.services.volume.policy import POLICY
from altostratus.services.volume.reconcilers.attachment import AttachmentReconciler
from altostratus.services.volume.reconcilers.orphans import OrphanReconciler
from altostratus.services.volume.reconcilers.snapshot import SnapshotReconciler
from altostratus.services.volume.reconcilers.volume import VolumeReconciler
from altostratus.services.volume.usecases import BlockStorageService, StorageAccess

CATALOG = (
    CatalogEntry("block-storage", "cinder", "/volume/v3/$(project_id)s"),
    CatalogEntry("volumev3", "cinderv3", "/volume/v3/$(project_id)s"),
)
CHANGE_THREADS, OBSERVE_THREADS, DEADLINE = 4, 1, 14.0
_API = (volumes, actions, metadata, snapshots, attachments, quotas, surroundings)


def build(cloud: Cloud, images: Images, storage: BlockStorage | None = None) -> Service:
    """Block storage over images. Without a storage given: simulated if the cloud is, else files here."""
    service = BlockStorageService(
        db=cloud.db,
        policy=Policy(POLICY, read_overrides(cloud.data_dir / "policy" / "volume.yaml")),
        config=build_config(VolumeConfig, "volume", cloud.options.get("volume", {})),
        images=images,
        storage=_access(cloud, storage or _choose_driver(cloud), durable=storage is not None or not cloud.simulate),
    )
    return Service(
        name="volume",
        edge=Edge(
            name="volume",
            prefix="/volume",
            fault=volume_fault,
            public=re.compile(r"/?|/v3/?"),
            microversions=MICROVERSIONS,
            request_id_headers=("x-openstack-request-id", "x-compute-request-id"),
        ),
        routes=[_router()],
        state=service,
        facade=VolumeFacade(service),
        catalog=CATALOG,
        reconcilers=[
            VolumeReconciler(service),
            SnapshotReconciler(service),
            AttachmentReconciler(service),
            OrphanReconciler(service),
        ],
    )


@cache
def _router() -> Router:
    """Each route twice: with the project in its path, as all had it until 3.66, and without."""
    routes = [route for module in _API for route in module.ROUTES]
    api = Router("/v3", route_handlers=routes, guards=[require_id])
    guards = [require_own_project, require_id]
    of_project = Router("/v3/{project_id:str}", route_handlers=routes, guards=guards, opt={"alias": True})
    return Router("/volume", route_handlers=[*versions.ROUTES, api, of_project], request_class=VolumeCall)


def _access(cloud: Cloud, driver: BlockStorage, durable: bool) -> StorageAccess:
    return StorageAccess(
        host=socket.gethostname(),
        driver=driver,
        capabilities=driver.capabilities(),
        change=cloud.lane("storage-change", CHANGE_THREADS, DEADLINE),
        observe=cloud.lane("storage-observe", OBSERVE_THREADS, DEADLINE),
        durable=durable,
    )


def _choose_driver(cloud: Cloud) -> BlockStorage:
    if not cloud.simulate:
        return open_driver(cloud.data_dir)
    from altostratus.services.volume.drivers.simulated.storage import SimulatedStorage
    from altostratus.services.volume.drivers.simulated.world import World

    return SimulatedStorage(World())


def open_driver(data_dir: Path) -> BlockStorage:
    """The real driver of this host."""
    from altostratus.services.volume.drivers.files.storage import FileStorage, group_of

    return FileStorage(data_dir / "volume", readers=group_of("libvirt-qemu", "qemu"))
