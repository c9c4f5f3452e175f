"""Lists of containers and objects as text, JSON or XML, as the client wants them."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from altostratus.contracts.objectstore import STATIC, Container, Listing, Object, Prefix, Usage, Values
from altostratus.kernel.clock import from_micros
from altostratus.kernel.errors import NotAcceptable, PreconditionFailed
from altostratus.services.objectstore.api.request import SwiftRequest, is_true
from altostratus.services.objectstore.api.views import POLICY
from altostratus.services.objectstore.domain.link import listed_link
from altostratus.services.objectstore.errors import Malformed
from altostratus.services.objectstore.usecases.archive import DELETED, EMPTY

TEXT, JSON, XML = "text/plain", "application/json", "application/xml"
XML_TEXT = "text/xml"
_FORMATS = {"plain": TEXT, "json": JSON, "xml": XML}
_ACCEPTED = {TEXT: TEXT, "text/*": TEXT, "*/*": TEXT, JSON: JSON, "application/*": JSON, XML: XML, XML_TEXT: XML_TEXT}
_WORD = r"[^()<>@,;:\"/\[\]?={}\s]+"
_OFFER = re.compile(rf"{_WORD}/{_WORD}\s*(;\s*{_WORD}\s*=\s*({_WORD}|\"[^\"]*\")\s*)*")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_IN_XML = ("name", "hash", "count", "bytes", "content_type", "last_modified", "storage_policy")


def wanted_format(request: SwiftRequest) -> str:
    """By ?format, which wins, or by Accept, even where that says q=0; versions are listed as JSON alone. Raises
    NotAcceptable, Malformed."""
    if "versions" in request.query:
        if request.query.get("format", "json").lower() in ("xml", "plain"):
            raise NotAcceptable()
        return JSON
    if said := _FORMATS.get(request.query.get("format", "").lower()):
        return said
    return accepted_format(request)


def accepted_format(request: SwiftRequest) -> str:
    """By Accept. Raises NotAcceptable, Malformed."""
    accept = request.headers.get("accept", "")
    if not accept:
        return TEXT
    offers = sorted(map(_weighed, accept.split(",")), reverse=True)
    for _, _, kind in offers:
        if kind in _ACCEPTED:
            return _ACCEPTED[kind]
    raise NotAcceptable()


def _weighed(offer: str) -> tuple[float, bool, str]:
    if not _OFFER.fullmatch(offer.strip()):
        raise Malformed("Invalid Accept header")
    kind, *parameters = (part.strip() for part in offer.split(";"))
    weights = [value.strip() for name, _, value in (p.partition("=") for p in parameters) if name.strip() == "q"]
    try:
        weight = float(weights[0]) if weights else 1.0
    except ValueError:
        raise Malformed("Invalid Accept header") from None
    return weight, "*" not in kind, kind


def read_listing(request: SwiftRequest, most: int) -> Listing:
    """What the query asks for. Raises PreconditionFailed beyond `most`."""
    query = request.query
    text = query.get("limit", "")
    limit = int(text[:18]) if text.isascii() and text.isdigit() else most
    if limit > most:
        raise PreconditionFailed(f"Maximum limit is {most}")
    path = query.get("path")
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    if path is not None:
        prefix, delimiter = f"{path.rstrip('/')}/" if path else "", "/"
    return Listing(
        limit=limit,
        children=path is not None,
        prefix=prefix,
        delimiter=delimiter,
        marker=query.get("marker", ""),
        end_marker=query.get("end_marker", ""),
        reverse=is_true(query.get("reverse", "")),
    )


class ContainerEntry(msgspec.Struct):
    """A container in a list."""

    name: str
    count: int
    bytes: int
    last_modified: str
    storage_policy: str


def container_entry(container: Container, usage: Usage) -> ContainerEntry:
    return ContainerEntry(container.name, usage.objects, usage.bytes, instant(container.changed_at), POLICY)


class ObjectEntry(msgspec.Struct, gc=False):
    """An object in a list: made ten thousand times, so it is light. What is UNSET is not said of it."""

    name: str
    hash: str
    bytes: int
    content_type: str
    last_modified: str
    slo_etag: str | UnsetType = UNSET
    symlink_path: str | UnsetType = UNSET
    symlink_etag: str | UnsetType = UNSET
    symlink_bytes: int | UnsetType = UNSET
    is_latest: bool | UnsetType = UNSET
    version_id: str | UnsetType = UNSET


def object_entry(
    account: str, name: str, etag: str, size: int, kind: str, modified_at: int, system: Values | None
) -> ObjectEntry:
    """`account` is whose links are shown."""
    kind = ";".join(part.strip() for part in kind.split(";")) if ";" in kind else kind
    entry = ObjectEntry(name, etag, size, kind, instant(modified_at))
    return replace(entry, **_more(account, system)) if system else entry


def _more(account: str, system: Values) -> dict[str, Any]:
    """What is said of large objects and links."""
    static = system.get(STATIC)
    said = {"bytes": static["size"], "slo_etag": f'"{static["etag"]}"'} if static else {}
    return {**said, **listed_link(system, account)}


def version_entry(account: str, found: Object) -> ObjectEntry:
    kind, etag = (DELETED, EMPTY) if found.marker else (found.content_type, found.etag)
    entry = object_entry(account, found.name, etag, found.size, kind, found.modified_at, found.system)
    return replace(entry, is_latest=found.latest, version_id=found.version)


Entry = ObjectEntry | ContainerEntry | Prefix


def instant(micros: int) -> str:
    """2026-11-20T10:43:19.000000"""
    return f"{_second(micros // 1_000_000)}.{micros % 1_000_000:06}"


@lru_cache(1024)
def _second(seconds: int) -> str:
    """Many objects of a list were written in the same one."""
    return from_micros(seconds * 1_000_000).isoformat()[:19]


def rendered(kind: str, root: str, name: str, noun: str, entries: Sequence[Entry]) -> bytes:
    """The body of a list of `noun`s; `root` and `name` are what XML calls the whole."""
    if kind == JSON:
        return msgspec.json.encode([{"subdir": e.name} if isinstance(e, Prefix) else e for e in entries])
    if kind in (XML, XML_TEXT):
        return _xml(root, name, noun, entries)
    return "".join(f"{e.name}\n" for e in entries).encode()


def _xml(root: str, name: str, noun: str, entries: Sequence[Entry]) -> bytes:
    """Put together by hand: a tree takes four times as long. Large objects and links are not told from others."""
    parts = ["<?xml version='1.0' encoding='UTF-8'?>\n", f"<{root} name={quoteattr(_text(name))}>"]
    for entry in entries:
        if isinstance(entry, Prefix):
            inside = f"<name>{escape(_text(entry.name))}</name>" if root == "container" else ""
            parts.append(f"<subdir name={quoteattr(_text(entry.name))}>{inside}</subdir>")
        else:
            shown = ((key, getattr(entry, key)) for key in _IN_XML if hasattr(entry, key))
            said = "".join(f"<{key}>{escape(_text(str(value)))}</{key}>" for key, value in shown)
            parts.append(f"<{noun}>{said}</{noun}>")
    return "".join([*parts, f"</{root}>"]).encode()


def _text(value: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NO_XML.sub("\ufffd", value)


async def answer_listing(
    request: SwiftRequest, headers: list[tuple[str, str]], kind: str, render: Callable[[], bytes], empty: bool
) -> None:
    """204 for an empty list as text, and for HEAD."""
    headers = [*headers, ("content-type", f"{kind}; charset=utf-8")]
    if "format" not in request.query:
        headers.append(("vary", "Accept"))
    if request.method == "HEAD" or (empty and kind == TEXT):
        await request.answer(204, headers)
    else:
        body = await request.store.lane.run(render) if kind in (XML, XML_TEXT) else render()
        await request.answer(200, headers, body)
