"""The image service: what the app needs to know of it, and which drivers it uses."""

import re

from litestar import Router

from altostratus.contracts.objectstore import ObjectStore
from altostratus.kernel.config import build_config
from altostratus.kernel.disk import Disk
from altostratus.kernel.http.edge import Edge, RawRoute
from altostratus.kernel.policy import Policy, read_overrides
from altostratus.kernel.service import CatalogEntry, Cloud, Service
from altostratus.kernel.tx import Tx
from altostratus.services.image import errors, policy
from altostratus.services.image.api import ImageCall, discovery, images, versions
from altostratus.services.image.api.data import DataApi
from altostratus.services.image.config import ImageConfig
from altostratus.services.image.domain.image import LOCAL, OBJECTS
from altostratus.services.image.drivers.files import Files
from altostratus.services.image.drivers.objects import Objects
from altostratus.services.image.drivers.qemu_img import QemuImg
from altostratus.services.image.facade import ImageFacade
from altostratus.services.image.reconcilers.files import FileSweep
from altostratus.services.image.store import uploads
from altostratus.services.image.usecases import Images

CATALOG = (CatalogEntry("image", "glance", "/image"),)
LANE_SECONDS = 60.0

_ROUTES = [
    versions.get_root,
    versions.get_versions,
    discovery.get_schema,
    discovery.get_import_methods,
    discovery.get_stores,
    images.post_image,
    images.list_images,
    images.get_image,
    images.patch_image,
    images.delete_image,
    images.put_tag,
    images.delete_tag,
    images.post_deactivate,
    images.post_reactivate,
]
_FILE = re.compile(r"/v2/images/(?P<image_id>[^/]+)/file")
_NO_VERSION = re.compile(r"(?!/v2(/|$)|/versions/?$|/?$).*")
_PUBLIC = re.compile(r"(?!/v2(/|$)).*")
_ROUTER = Router(path="/image", route_handlers=_ROUTES, request_class=ImageCall)


def build(cloud: Cloud, objects: ObjectStore, disk: Disk | None = None) -> Service:
    """The service; `disk` replaces the calls that make data durable in tests."""
    config = build_config(ImageConfig, "image", cloud.options.get("image", {}))
    qemu_img = QemuImg(config.inspect_memory, config.inspect_seconds)
    lane = cloud.lane("image-data", config.lane_threads, LANE_SECONDS)
    service = Images(
        db=cloud.db,
        policy=Policy(policy.DEFAULTS, read_overrides(cloud.data_dir / "policy" / "image.yaml")),
        config=config,
        stores={
            LOCAL: Files(cloud.data_dir / "images", qemu_img, lane, disk),
            OBJECTS: Objects(objects, qemu_img, lane),
        },
    )

    def prepare(tx: Tx) -> None:
        if cloud.db.dialect == "sqlite":  # this is the only process, so no upload can be alive
            uploads.forget_all(tx)

    return Service(
        name="image",
        edge=Edge("image", "/image", errors.render, _PUBLIC, raw=_raw_routes(DataApi(service))),
        routes=[_ROUTER],
        state=service,
        facade=ImageFacade(service),
        catalog=CATALOG,
        reconcilers=[FileSweep(service.stores)],
        prepare=prepare,
    )


def _raw_routes(data: DataApi) -> tuple[RawRoute, ...]:
    return (
        RawRoute("PUT", _FILE, data.put_file),
        RawRoute("GET", _FILE, data.get_file),
        *(RawRoute(method, _FILE, data.refuse) for method in ("POST", "PATCH", "DELETE")),
        RawRoute("GET", _NO_VERSION, versions.get_anything),
    )
