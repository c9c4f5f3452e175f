"""The object store: what the app needs to know of it, and who keeps its bytes."""

import re

from altostratus.contracts.accounts import account_of
from altostratus.kernel.config import build_config
from altostratus.kernel.http.edge import ANY, Edge, RawRoute
from altostratus.kernel.service import CatalogEntry, Cloud, Service
from altostratus.services.objectstore.api.info import Info, answer_health, get_root_info
from altostratus.services.objectstore.api.router import OPERATIONS, Router
from altostratus.services.objectstore.config import ObjectstoreConfig
from altostratus.services.objectstore.domain.path import ROOT
from altostratus.services.objectstore.driver import Blobs
from altostratus.services.objectstore.drivers.files import Files
from altostratus.services.objectstore.errors import fault_format
from altostratus.services.objectstore.facade import ObjectStoreFacade
from altostratus.services.objectstore.listeners.upkeep import upkeep_of
from altostratus.services.objectstore.usecases import ObjectStore

PREFIX = ROOT
CATALOG = (CatalogEntry("object-store", "swift", f"{ROOT}/v1/{account_of('$(project_id)s')}"),)
_BELOW_V1 = re.compile(r"/v1(?:\.0)?(?:/(?P<path>.*))?", re.DOTALL)


def build(cloud: Cloud, blobs: Blobs | None = None) -> Service:
    """The service; `blobs` replaces the directory in tests."""
    config = build_config(ObjectstoreConfig, "objectstore", cloud.options.get("objectstore", {}))
    blobs = blobs or Files(cloud.data_dir / "objects")
    store = ObjectStore(
        db=cloud.objects,
        clock=cloud.clock,
        config=config,
        blobs=blobs,
        lane=cloud.lane("objects", config.disk_threads, config.disk_seconds),
        master_key=cloud.master_key,
    )
    # who may is asked in each function: containers may be open to everybody
    edge = Edge(
        "object-store",
        PREFIX,
        fault_format,
        re.compile(r".*", re.DOTALL),
        request_id_headers=("x-trans-id", "x-openstack-request-id"),
        request_id=_transaction_id,
        raw=(
            RawRoute(ANY, _BELOW_V1, Router(store), OPERATIONS),
            RawRoute(ANY, re.compile("/info"), Info(store)),
            RawRoute("GET", re.compile("/healthcheck"), answer_health),
        ),
    )
    facade = ObjectStoreFacade(store)
    return Service(
        name="object-store",
        edge=edge,
        routes=[get_root_info],
        state=store,
        facade=facade,
        catalog=CATALOG,
        listeners=[upkeep_of(store)],
    )


def _transaction_id(uuid: str) -> str:
    """As Swift's: tx, 21 hexadecimal digits, a dash, 10 more."""
    digits = uuid.replace("-", "")
    return f"tx{digits[:21]}-{digits[21:31]}"
