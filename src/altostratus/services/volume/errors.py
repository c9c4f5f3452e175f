"""Block storage's faults, and how Cinder's wire format renders any fault."""

from altostratus.kernel.errors import BadRequest, Conflict, Fault, Forbidden, NotFound, OverQuota
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Rendered, json_response

_NAMES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    501: "notImplemented",
    503: "serviceUnavailable",
}


def volume_fault(fault: Fault, context: Context) -> Rendered:
    """{"itemNotFound": {"code": 404, "message": "…"}}; 401 as keystonemiddleware answers it. A method that a path does
    not take is a 404 too: Cinder routes by both."""
    if fault.status == 405:
        return volume_fault(NotFound(), context)
    if fault.status == 401:
        header = ("www-authenticate", f'Keystone uri="{context.base_url}/identity"')
        body = {"error": {"code": 401, "title": "Unauthorized", "message": fault.message}}
        return json_response(401, body, header)
    values = {"code": fault.status, "message": fault.message}
    if fault.status == 413:
        values["retryAfter"] = "0"
    return json_response(fault.status, {_NAMES.get(fault.status, "computeFault"): values})


class VolumeNotFound(NotFound):
    """Volume {id} could not be found."""


class SnapshotNotFound(NotFound):
    """Snapshot {id} could not be found."""


class AttachmentNotFound(NotFound):
    """Volume attachment could not be found with filter: attachment_id = {id}."""


class TypeNotFound(NotFound):
    """Volume type {id} could not be found."""


class MetadataNotFound(NotFound):
    """{what} {id} has no metadata with key {key}."""


class InvalidVolume(BadRequest):
    """Invalid volume: {reason}"""


class InvalidSnapshot(BadRequest):
    """Invalid snapshot: {reason}"""


class InvalidAttachment(BadRequest):
    """Invalid volume attachment: {reason}"""


class InvalidInput(BadRequest):
    """Invalid input received: {reason}"""


class ImageUnusable(BadRequest):
    """Image {id} is unacceptable: {reason}"""


class AttachedByServer(Conflict):
    """Volume {id} is attached to server {server}, which alone can have it detached: ask the compute service."""


class VolumeQuota(OverQuota):
    """VolumeLimitExceeded: Maximum number of volumes allowed ({allowed}) exceeded for quota '{name}'."""

    status = 413
    headers = (("Retry-After", "0"),)


class SnapshotQuota(VolumeQuota):
    """SnapshotLimitExceeded: Maximum number of snapshots allowed ({allowed}) exceeded"""


class GigabytesQuota(VolumeQuota):
    """VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed {name} quota. Requested {requested}G, quota is {quota}G and {consumed}G has been consumed."""  # noqa: E501


class VolumeTooLarge(VolumeQuota):
    """VolumeSizeExceedsLimit: Requested volume size {size}G is larger than maximum allowed limit {limit}G."""


class MetadataQuota(Forbidden):
    """Maximum number of metadata items exceeds {allowed}."""
