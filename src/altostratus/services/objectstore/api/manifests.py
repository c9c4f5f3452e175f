"""Static large objects: a manifest is checked against what is there and kept; or removed with what it lists."""

from collections.abc import AsyncIterator, Sequence

from altostratus.contracts.objectstore import STATIC, Content, NewObject, NoSuchContainer
from altostratus.kernel.clock import http_date
from altostratus.kernel.errors import BadRequest, Fault, MethodNotAllowed, NotAcceptable, RangeNotSatisfiable, TooLarge
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.bulk import answer_report, delete_all, take_body
from altostratus.services.objectstore.api.links import open_target
from altostratus.services.objectstore.api.listing import TEXT, accepted_format, instant
from altostratus.services.objectstore.api.report import Report
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.uploads import announced_length, guard_of, said_of
from altostratus.services.objectstore.api.views import SECOND, modified
from altostratus.services.objectstore.domain.manifest import (
    LARGEST_MANIFEST,
    MOST_SEGMENTS,
    Asked,
    Manifest,
    Segment,
    asked_manifest,
    encoded,
    used_range,
)
from altostratus.services.objectstore.domain.path import LONGEST_OBJECT, Path, check_name, plain_path
from altostratus.services.objectstore.errors import Unprocessable
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.usecases.large_object import content_of, read_manifest
from altostratus.services.objectstore.usecases.put_object import put_object as write_object
from altostratus.services.objectstore.usecases.read_object import ObjectReading, get_listed, read_spans

LONGEST_TYPE = 256
"""Of what a manifest says of a segment's type, which nothing depends on."""
MOST_TO_DELETE = 10 * MOST_SEGMENTS
"""Segments that are removed with their manifest, those of nested ones among them."""


async def put_manifest(request: SwiftRequest) -> None:
    """201; 400 with what is wrong about which segment."""
    if "x-copy-from" in request.headers:
        raise MethodNotAllowed("Multipart Manifest PUTs cannot be COPY requests")
    announced_length(request)
    body = await take_body(request, LARGEST_MANIFEST)
    await keep_manifest(request, request.path, body, said_of(request, request.path))


async def keep_manifest(
    request: SwiftRequest, path: Path, body: bytes, new: NewObject, headers: Sequence[tuple[str, str]] = ()
) -> None:
    """Check what a client says, and write it as an object. `headers` are answered besides."""
    check_name("Object", path.object, LONGEST_OBJECT)
    asked = await request.store.lane.run(asked_manifest, body, f"{path.container}/{path.object}")
    if sum(not each.data for each in asked) > MOST_SEGMENTS:
        raise TooLarge(f"Number of object-backed segments must be <= {MOST_SEGMENTS}")
    problems = Report()
    manifest = await request.store.db.read(lambda tx: _look_up(tx, request, path, asked, problems))
    if problems.errors:
        await answer_report(request, problems, _format(request), "upload", 400)
        return
    etag, kept = await request.store.lane.run(lambda: (manifest.etag, manifest.kept()))
    if (wanted := request.headers.get("etag", "").strip('"')) and wanted != etag:
        raise Unprocessable()
    system = {**new.system, STATIC: {"etag": etag, "size": manifest.size}}

    def make(content: Content) -> NewObject:
        return NewObject(new.content_type, new.meta, system, new.expires_at)

    added = await write_object(
        request.store,
        *path,
        _once(kept),
        make,
        announced=len(kept),
        guard=guard_of(request),
        admit=lambda where: request.require_object(path, where, "write"),
    )
    said = [("etag", f'"{etag}"'), ("last-modified", http_date(modified(added.modified_at)))]
    await request.answer(201, [*said, *headers])


async def remove_manifest(request: SwiftRequest) -> None:
    """Everything that it lists, and then itself."""
    report = Report()
    names = await _listed(request, request.path, report)
    await delete_all(request, names, report)
    await answer_report(request, report, _format(request), "delete")


def _look_up(tx: Tx, request: SwiftRequest, path: Path, asked: list[Asked], problems: Report) -> Manifest:
    """All segments as they are now, in one look; what is not as it is said to be goes to `problems`."""
    request.require_object(path, find_container(tx, path.account, path.container), "write")
    segments = []
    for number, each in enumerate(asked):
        if each.data:
            segments.append(Segment(data=encoded(each.data)))
            continue
        try:
            where = plain_path(f"{path.account}/{each.path.lstrip('/')}".encode())
            found = _segment(tx, request, where)
            segments.append(_checked(each, found, problems, last=number == len(asked) - 1))
        except Fault as fault:
            problems.fail(each.path, fault)
    return Manifest(tuple(segments))


def _segment(tx: Tx, request: SwiftRequest, path: Path) -> Segment:
    """What is there under this name, or where its link leads to."""
    found = open_target(tx, request, path, None).found
    large = STATIC in found.system
    etag, size = content_of(found, large)
    moment, kind = instant(modified(found.modified_at) * SECOND), found.content_type[:LONGEST_TYPE]
    return Segment(f"/{path.container}/{path.object}", size, etag, kind, moment, sub_slo=large)


def _checked(asked: Asked, found: Segment, problems: Report, last: bool) -> Segment:
    """The segment, of which a range may be used."""
    used = ""
    try:
        used = used_range(asked.range, found.bytes)
    except RangeNotSatisfiable:
        problems.fail(asked.path, "Unsatisfiable Range")
    if found.bytes < 1 and not last:
        problems.fail(asked.path, "Too small; each segment must be at least 1 byte.")
    if asked.size is not None and asked.size != found.bytes:
        problems.fail(asked.path, "Size Mismatch")
    if asked.etag is not None and asked.etag != found.hash:
        problems.fail(asked.path, "Etag Mismatch")
    return Segment(found.name, found.bytes, found.hash, found.content_type, found.last_modified, used, found.sub_slo)


async def _listed(request: SwiftRequest, path: Path, report: Report) -> list[str]:
    """The names below the account of all that a manifest lists, then those of the manifests."""
    itself = f"/{path.container}/{path.object}"
    names, manifests, waiting = [], [], [itself]
    known: dict[str, Manifest] = {}
    while waiting:
        name = waiting.pop(0)
        try:
            if name not in known:
                known[name] = await _manifest(request, Path(path.account, *name.lstrip("/").split("/", 1)))
        except Fault as fault:
            _note(report, name, fault)
            continue
        manifests.append(name)
        waiting += [each.name for each in known[name].segments if each.sub_slo]
        names += [each.name for each in known[name].segments if not each.sub_slo and not each.data]
        if len(names) + len(waiting) + len(manifests) > MOST_TO_DELETE:
            raise BadRequest("Too many segments to delete.")
    return names + manifests


def _note(report: Report, name: str, fault: Fault) -> None:
    if fault.status == 404:
        report.facts["Number Not Found"] = int(report.facts.get("Number Not Found", 0)) + 1
    else:
        report.fail(name, fault.message if isinstance(fault, BadRequest) else fault)


async def _manifest(request: SwiftRequest, path: Path) -> Manifest:
    reading = await request.store.db.read(lambda tx: _open_manifest(tx, request, path))
    return await read_manifest(request.store, reading)


def _open_manifest(tx: Tx, request: SwiftRequest, path: Path) -> ObjectReading:
    where = find_container(tx, path.account, path.container)
    request.require_object(path, where, "read")
    if where is None:
        raise NoSuchContainer()
    found = get_listed(tx, where, path.object)
    if STATIC not in found.system:
        raise BadRequest("Not an SLO manifest")
    return read_spans(request.store, tx, found)


def _format(request: SwiftRequest) -> str:
    try:
        return accepted_format(request)
    except NotAcceptable:
        return TEXT


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
