"""The S3 door: what the app needs to know of it."""

import re

from altostratus.contracts.identity import Identity
from altostratus.contracts.objectstore import ObjectStore
from altostratus.doors.s3.chores import Lifecycles
from altostratus.doors.s3.config import S3Config
from altostratus.doors.s3.door import PREFIX, Door
from altostratus.doors.s3.errors import fault_format
from altostratus.doors.s3.router import OPERATIONS, Router
from altostratus.kernel.chores import Chore, Chores
from altostratus.kernel.config import build_config
from altostratus.kernel.http.edge import ANY, Edge, RawRoute
from altostratus.kernel.service import CatalogEntry, Cloud, Service

CATALOG = (CatalogEntry("s3", "s3", PREFIX),)
HASH_SECONDS = 60.0
_EVERYTHING = re.compile(r"(?P<path>.*)", re.DOTALL)


def build(cloud: Cloud, objects: ObjectStore, identity: Identity) -> Service:
    """The service. Who may is asked in each function: buckets may be open to everybody."""
    config = build_config(S3Config, "s3", cloud.options.get("s3", {}))
    door = Door(
        objects=objects,
        identity=identity,
        clock=cloud.clock,
        config=config,
        region=config.region or cloud.region,
        base_url=cloud.public_url,
        lane=cloud.lane("s3", config.hash_threads, HASH_SECONDS),
    )
    edge = Edge(
        "s3",
        PREFIX,
        fault_format,
        _EVERYTHING,
        request_id_headers=("x-amz-request-id", "x-openstack-request-id"),
        raw=(RawRoute(ANY, _EVERYTHING, Router(door), OPERATIONS),),
        hosts=_hosts(config.hostnames) if config.hostnames else None,
    )
    chores = Chores([Chore("lifecycles", Lifecycles(door), config.lifecycle_seconds)])
    return Service(name="s3", edge=edge, routes=[], state=door, catalog=CATALOG, listeners=[chores])


def _hosts(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?:.+\.)?(?:{'|'.join(re.escape(name.lower()) for name in names)})")
