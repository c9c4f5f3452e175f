"""Compute's faults, and how Nova's wire format renders any fault."""

from collections.abc import Iterator
from contextlib import contextmanager

from altostratus.kernel.errors import BadRequest, Conflict, Fault, Forbidden, NotFound, OverQuota
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Rendered, json_response

_NAMES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    406: "notAcceptable",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    429: "overLimit",
    501: "notImplemented",
    503: "serviceUnavailable",
}


def compute_fault(fault: Fault, context: Context) -> Rendered:
    """{"itemNotFound": {"code": 404, "message": "…"}}; 401 as keystonemiddleware answers it. A method that a path does
    not take is a 404 too: Nova routes by both."""
    if fault.status == 405:
        return compute_fault(NotFound(), context)
    if fault.status == 401:
        header = ("www-authenticate", f'Keystone uri="{context.base_url}/identity"')
        body = {"error": {"code": 401, "title": "Unauthorized", "message": fault.message}}
        return json_response(401, body, header)
    name = _NAMES.get(fault.status, "computeFault")
    return json_response(fault.status, {name: {"code": fault.status, "message": fault.message}})


@contextmanager
def not_found_is_bad_request() -> Iterator[None]:
    """What a request names of another service and is not there makes the request wrong (400), as Nova has it."""
    try:
        yield
    except NotFound as fault:
        raise BadRequest(fault.message) from fault


@contextmanager
def as_of_create() -> Iterator[None]:
    """What other services say about ports and volumes of a new server, as Nova says it: what is not there makes the
    request wrong (400), what their quotas do not allow is forbidden (403)."""
    with not_found_is_bad_request(), over_quota_is_forbidden():
        yield


@contextmanager
def over_quota_is_forbidden() -> Iterator[None]:
    """Other services' quotas answer 413, Nova 403."""
    try:
        yield
    except OverQuota as fault:
        raise Forbidden(fault.message) from fault


class ServerNotFound(NotFound):
    """Instance {id} could not be found."""


class FlavorNotFound(NotFound):
    """Flavor {id} could not be found."""


class KeypairNotFound(NotFound):
    """Keypair {name} not found for user {user}"""


class HypervisorNotFound(NotFound):
    """No hypervisor matching '{id}' could be found."""


class ServiceNotFound(NotFound):
    """Service {id} could not be found."""


class HostBinaryNotFound(NotFound):
    """Could not find binary {binary} on host {host}."""


class FlavorExists(Conflict):
    """Flavor with {what} {value} already exists."""


class KeypairExists(Conflict):
    """Key pair '{name}' already exists."""


class InvalidState(Conflict):
    """Cannot '{action}' instance {id} while it is in {attribute} {state}"""


class ServerLocked(Conflict):
    """Instance {id} is locked"""


class DeviceInUse(Conflict):
    """The supplied device path ({path}) is in use."""


class InvalidDevice(BadRequest):
    """The supplied device path ({path}) is invalid."""


class TooManyDevices(Forbidden):
    """The maximum allowed number of disk devices ({maximum}) to attach to a single instance has been exceeded."""


class VolumeNotFound(NotFound):
    """Volume {id} could not be found."""


class VolumeNotAttached(NotFound):
    """Instance {server} is not attached to volume {volume}"""


class VolumeNotAvailable(BadRequest):
    """Invalid volume: volume '{id}' status must be 'available'. Currently in '{status}'"""


class VolumeNotMigrating(Conflict):
    """volume {id} is not migrating; this API should only be called by Cinder"""


class RootVolume(BadRequest):
    """Cannot detach a root device volume"""


class InvalidMapping(BadRequest):
    """Block Device Mapping is Invalid: {details}"""


class VolumeNotBootable(BadRequest):
    """Block Device {id} is not bootable."""


class VolumeTooSmall(BadRequest):
    """Volume is smaller than the minimum size specified in image metadata: {size} GiB instead of {needed} GiB."""


class ImageNotUsable(BadRequest):
    """Image {id} is not active."""


class ImageMissing(BadRequest):
    """Can not find requested image"""


class FlavorTooSmall(BadRequest):
    """Flavor's {what} is too small for requested image."""


class ServerQuota(OverQuota):
    """Quota exceeded for {overs}: Requested {requested}, but already used {used} of {allowed} {overs}"""


class KeypairQuota(Forbidden):
    """Quota exceeded, too many key pairs."""
