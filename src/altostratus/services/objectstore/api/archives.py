"""An archive that is unpacked: each of its files becomes an object. Names in it are names of objects alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from altostratus.contracts.objectstore import NewObject
from altostratus.kernel.errors import Fault, Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.bulk import answer_report
from altostratus.services.objectstore.api.listing import accepted_format
from altostratus.services.objectstore.api.metadata import check_item, check_size, check_text, read_metadata
from altostratus.services.objectstore.api.report import Report
from altostratus.services.objectstore.api.request import HTML, SwiftRequest
from altostratus.services.objectstore.api.uploads import announced_length, expires_at, guessed_type
from altostratus.services.objectstore.domain.path import (
    LONGEST_CONTAINER,
    LONGEST_OBJECT,
    ROOT,
    Path,
    check_name,
    plain_path,
)
from altostratus.services.objectstore.domain.tar import Archive, BadArchive, Entry
from altostratus.services.objectstore.domain.unpack import UNPACKERS, unpacked
from altostratus.services.objectstore.errors import Malformed
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.usecases.create_container import create_container
from altostratus.services.objectstore.usecases.put_object import put_object as write_object

MOST_CONTAINERS = 1000
MOST_FAILED = 1000
LONGEST_SHOWN = LONGEST_CONTAINER + LONGEST_OBJECT + 2
_METADATA = ("SCHILY.xattr.user.meta.", "LIBARCHIVE.xattr.user.meta.")
_TYPE = ("SCHILY.xattr.user.mime_type", "LIBARCHIVE.xattr.user.mime_type")


@dataclass
class _Unpacking:
    """How far it has come."""

    request: SwiftRequest
    report: Report = field(default_factory=Report)
    created: int = 0
    status: int = 400
    seen: set[str] = field(default_factory=set)
    made: int = 0


async def extract_archive(request: SwiftRequest) -> None:
    """200, and what became of it."""
    kind = request.query["extract-archive"].lower().strip(".")
    if kind not in UNPACKERS:
        raise Malformed("Unsupported archive format")
    state, shown = _Unpacking(request), HTML
    try:
        shown = accepted_format(request)
        announced_length(request)
        await _unpack(state, unpacked(kind, request.body(), request.store.lane.run))
        state.report.end(*_end(state))
    except Fault as fault:
        state.report.refuse(fault)
    state.report.facts["Number Files Created"] = state.created
    await answer_report(request, state.report, shown, "extract")


def _end(state: _Unpacking) -> tuple[int, str]:
    if state.report.errors:
        return state.status, ""
    return (201, "") if state.created else (400, "Invalid Tar File: No Valid Files")


async def _unpack(state: _Unpacking, body: AsyncIterator[bytes]) -> None:
    archive, base = Archive(body), "/".join(state.request.path[1:]).rstrip("/")
    async for entry in archive.files():
        name = entry.name.removeprefix("./").lstrip("/")
        name = f"{base}/{name}" if base else name
        container, _, rest = name.partition("/")
        if not container or not rest:  # it would be a container
            continue
        try:
            await _write(state, name, entry, archive)
            state.created += 1
        except (BadArchive, Unauthorized):
            raise
        except Fault as fault:
            state.report.fail(name[:LONGEST_SHOWN], fault)
            state.status = 502 if fault.status >= 500 else state.status
        if len(state.report.errors) >= MOST_FAILED:
            return


async def _write(state: _Unpacking, name: str, entry: Entry, archive: Archive) -> None:
    request = state.request
    path = plain_path(f"{request.path.account}/{name}".encode(errors="surrogateescape"))
    check_name("Object", path.object, LONGEST_OBJECT)
    new = _said_of(request, path, entry)
    unmade = await _container_for(state, path)
    try:
        await write_object(
            request.store,
            *path,
            archive.data(),
            lambda content: new,
            announced=entry.size,
            admit=lambda where: request.require_object(path, where, "write"),
        )
    except Fault:
        if unmade:
            state.report.fail(f"{ROOT}/v1/{path.account}/{path.container}", unmade)
        raise


async def _container_for(state: _Unpacking, path: Path) -> Fault | None:
    """Owners make what is missing; or why it is not there for all one knows: it may be written to nevertheless. Raises
    Unauthorized, and BadArchive beyond MOST_CONTAINERS."""
    if path.container in state.seen:
        return None
    state.seen.add(path.container)
    try:
        state.made += await state.request.store.db.write(lambda tx: _ensure(tx, state.request, path))
    except Unauthorized:
        raise
    except Fault as fault:
        return fault
    if state.made > MOST_CONTAINERS:
        raise BadArchive(f"More than {MOST_CONTAINERS} containers to create from tar.")
    return None


def _ensure(tx: Tx, request: SwiftRequest, path: Path) -> bool:
    """Whether it had to be made."""
    if where := find_container(tx, path.account, path.container):
        request.require_listing(path, where)
        return False
    request.require_owner()
    check_name("Container", path.container, LONGEST_CONTAINER)
    create_container(tx, path.account, path.container, {}, {})
    return True


def _said_of(request: SwiftRequest, path: Path, entry: Entry) -> NewObject:
    """What the request says of all files, and the archive of this one."""
    meta = read_metadata("object", request.headers)
    for key, value in entry.said.items():
        for prefix in _METADATA:
            if key.startswith(prefix):
                meta[key.removeprefix(prefix).lower()] = value
    said = next((entry.said[key] for key in _TYPE if key in entry.said), "")
    check_text(said)
    for key, value in meta.items():
        check_item(key, value)
    check_size(meta)
    return NewObject(said or guessed_type(path), meta, {}, expires_at(request))
