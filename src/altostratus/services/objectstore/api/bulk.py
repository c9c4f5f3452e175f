"""Many objects at once: a list of names to remove, or an archive to unpack. See report.py for how it is answered."""

import functools
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from altostratus.kernel.errors import BadRequest, Fault, MethodNotAllowed, NotAcceptable, TooLarge
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.listing import TEXT, accepted_format
from altostratus.services.objectstore.api.report import Report
from altostratus.services.objectstore.api.request import HTML, SwiftRequest
from altostratus.services.objectstore.api.uploads import announced_length
from altostratus.services.objectstore.api.versions import open_for_writing, remove_current
from altostratus.services.objectstore.domain.path import LONGEST_CONTAINER, LONGEST_OBJECT, plain_path
from altostratus.services.objectstore.usecases.delete_container import delete_container

MOST_DELETES = 1000
LONGEST_LINE = 2 * (LONGEST_CONTAINER + LONGEST_OBJECT + 2)
"""Of a list of names, in bytes as they are sent."""


async def bulk_delete(request: SwiftRequest) -> None:
    """Objects first, and then the containers that are named."""
    report, kind = Report(), HTML
    try:
        kind = accepted_format(request)
        if not request.headers.get("content-type", TEXT).startswith(TEXT):
            raise NotAcceptable()
        announced_length(request)
        body = await take_body(request, MOST_DELETES * LONGEST_LINE)
        names = await request.store.lane.run(_names, body)
        await delete_all(request, names, report)
    except Fault as fault:
        report.facts = {"Number Deleted": 0, "Number Not Found": 0, **report.facts}
        report.refuse(fault)
    await answer_report(request, report, kind, "delete")


def _names(body: bytes) -> list[str]:
    """Raises TooLarge for more than may be removed at once."""
    lines = [line.strip() for line in body.split(b"\n")]
    if any(len(line) > LONGEST_LINE for line in lines):
        raise BadRequest("Invalid File Name")
    found = [unquote_to_bytes(line).decode(errors="surrogateescape") for line in lines if line]
    if len(found) > MOST_DELETES:
        raise TooLarge(f"Maximum Bulk Deletes: {MOST_DELETES} per request")
    return found


async def delete_all(request: SwiftRequest, names: Sequence[str], report: Report) -> None:
    """Remove what is there of container/object and container; `report` may have begun."""
    deleted, missing = 0, int(report.facts.get("Number Not Found", 0))
    ordered = sorted(names, key=lambda name: "/" not in name.strip("/"))
    for some in (ordered[at : at + MOST_DELETES] for at in range(0, len(ordered), MOST_DELETES)):
        found = await request.store.db.write(functools.partial(_delete_some, request=request, names=some))
        deleted += sum(fault is None for fault in found)
        missing += sum(fault is not None and fault.status == 404 for fault in found)
        for name, fault in zip(some, found, strict=True):
            if fault and fault.status != 404:
                report.fail(name, fault)
    report.facts = {"Number Deleted": deleted, "Number Not Found": missing}
    if report.errors:
        report.end(400)
    elif deleted or missing:
        report.end(200)
    else:
        report.end(400, "Invalid bulk delete.")


def _delete_some(tx: Tx, request: SwiftRequest, names: Sequence[str]) -> list[Fault | None]:
    """What has become of each."""
    found: list[Fault | None] = []
    for name in names:
        try:
            _delete(tx, request, name)
            found.append(None)
        except Fault as fault:
            found.append(fault)
    return found


def _delete(tx: Tx, request: SwiftRequest, name: str) -> None:
    """Raises a fault before anything has happened."""
    path = plain_path(f"{request.path.account}/{name.lstrip('/')}".encode(errors="surrogateescape"))
    if not path.container:
        raise MethodNotAllowed()
    if path.object:
        remove_current(tx, open_for_writing(tx, request, path), path.object)
    else:
        request.require_owner()
        delete_container(tx, path.account, path.container)


async def answer_report(request: SwiftRequest, report: Report, kind: str, root: str, status: int = 200) -> None:
    """The body in the format that is wanted."""
    await request.answer(status, [("content-type", kind)], report.body(kind, root))


async def take_body(request: SwiftRequest, most: int) -> bytes:
    """All of a small body. Raises TooLarge."""
    found, size = [], 0
    async for chunk in request.body():
        size += len(chunk)
        if size > most:
            raise TooLarge(f"The body is larger than {most} bytes")
        found.append(chunk)
    return b"".join(found)
