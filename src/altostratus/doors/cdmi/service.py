"""CDMI's door: what the app needs to know of it."""

import re

from altostratus.contracts.objectstore import ObjectStore
from altostratus.doors.cdmi.place import PREFIX
from altostratus.doors.cdmi.router import OPERATIONS, Router
from altostratus.kernel.errors import Fault
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import ANY, Edge, RawRoute, Rendered
from altostratus.kernel.service import CatalogEntry, Cloud, Service

CATALOG = (CatalogEntry("cdmi", "cdmi", PREFIX),)
_THREADS, _SECONDS = 2, 60.0
_ALL = re.compile(r"(?P<path>(?:/.*)?)", re.DOTALL)
_NOTHING = re.compile(r"(?!)")


def build(cloud: Cloud, objects: ObjectStore) -> Service:
    """The door to these objects."""
    router = Router(objects, cloud.lane("cdmi", _THREADS, _SECONDS))
    edge = Edge("cdmi", PREFIX, fault_format, _NOTHING, raw=(RawRoute(ANY, _ALL, router, OPERATIONS),))
    return Service(name="cdmi", edge=edge, routes=[], state=router, catalog=CATALOG)


def fault_format(fault: Fault, context: Context) -> Rendered:
    """As text: the specification has no form for it."""
    return Rendered(fault.status, (("content-type", "text/plain; charset=UTF-8"),), f"{fault.message}\n".encode())
