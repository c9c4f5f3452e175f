"""The bytes of objects that are made of others: of those that a manifest lists (static), or of all whose names begin
with a prefix (dynamic). Each is looked up when its turn comes, and must still be what it was said to be."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from altostratus.contracts.objectstore import STATIC, Container, Guard, Listing, NewObject, Object, Prefix, Reading
from altostratus.kernel.errors import Conflict, Fault, NotImplementedHere
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.domain.link import MOST_LINKS, is_link, target_of
from altostratus.services.objectstore.domain.manifest import DEEPEST, Manifest, Segment, stored_manifest
from altostratus.services.objectstore.domain.path import Path
from altostratus.services.objectstore.store.containers import container_by_id, find_container
from altostratus.services.objectstore.store.objects import find_version, list_objects, spans_of
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.copy_object import copy_object
from altostratus.services.objectstore.usecases.read_object import ObjectReading, read_spans
from altostratus.services.objectstore.usecases.replace import find_listed

PAGE = 1000
"""Segments that are in memory at once."""
MOST_PAGES = 100
"""Of a dynamic one, of which all are looked at whenever somebody asks for it."""

Allow = Callable[[Path, Container | None], None]
"""Raises a fault unless this object may be read as a segment of another."""


class SegmentChanged(Conflict):
    """A segment of this object has changed or is gone."""


@dataclass(frozen=True, slots=True)
class Inline:
    """Bytes that are in memory; see contracts.objectstore.Reading."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        yield self.data[start:stop]


async def read_manifest(store: ObjectStore, reading: Reading) -> Manifest:
    """The manifest that an object's bytes are."""
    body = b"".join([chunk async for chunk in reading.chunks(0, reading.size)])
    return await store.lane.run(stored_manifest, body)


@dataclass(slots=True)
class StaticReading:
    """What a manifest lists; see contracts.objectstore.Reading. `depth`: how many manifests have led here."""

    store: ObjectStore
    account: str
    allow: Allow
    manifest: Reading
    size: int
    depth: int = 1
    _listed: Manifest | None = None
    _nested: "tuple[str, StaticReading] | None" = None

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        at = 0
        if self._listed is None:
            self._listed = await read_manifest(self.store, self.manifest)
        for segment in self._listed.segments:
            span = segment.span
            first, last = max(start - at, 0), min(stop - at, span.stop - span.start)
            if first < last:
                async for chunk in (await self._open(segment)).chunks(span.start + first, span.start + last):
                    yield chunk
            at += span.stop - span.start

    async def _open(self, segment: Segment) -> Reading:
        if segment.data:
            return Inline(base64.b64decode(segment.data))
        if self._nested and self._nested[0] == segment.name + segment.hash:  # ranges of one follow each other
            return self._nested[1]
        reading = await self.store.db.read(lambda tx: self._find(tx, segment))
        if not segment.sub_slo:
            return reading
        if self.depth >= DEEPEST:
            raise SegmentChanged("Manifests name each other too deeply.")
        nested = StaticReading(self.store, self.account, self.allow, reading, segment.bytes, self.depth + 1)
        self._nested = (segment.name + segment.hash, nested)
        return nested

    def _find(self, tx: Tx, segment: Segment) -> ObjectReading:
        path = Path(self.account, *segment.name.lstrip("/").split("/", 1))
        found = self._look(tx, path)
        for _ in range(MOST_LINKS):
            if found and is_link(found):
                path = target_of(found, path.account)
                found = self._look(tx, path)
        if found is None or content_of(found, segment.sub_slo) != (segment.hash, segment.bytes):
            raise SegmentChanged(detail=f"segment {segment.name}")
        return read_spans(self.store, tx, found)

    def _look(self, tx: Tx, path: Path) -> Object | None:
        where = find_container(tx, path.account, path.container)
        try:
            self.allow(path, where)
        except Fault as error:
            raise SegmentChanged() from error
        return find_listed(tx, where.id, path.object) if where else None


def content_of(found: Object, large: bool) -> tuple[str, int]:
    """The entity tag and the size of an object: of what it is made of, where that is asked for."""
    if large:
        said = found.system.get(STATIC, {})
        return said.get("etag", ""), said.get("size", -1)
    return found.etag, found.size


Found = TypeVar("Found", Object, Object | None)


def as_whole(found: Found) -> Found:
    """As other doors see it, which know no manifests."""
    static = found.system.get(STATIC) if found else None
    return replace(found, size=static["size"], etag=static["etag"]) if found and static else found


def open_whole(store: ObjectStore, tx: Tx, found: Object, sealed: bool) -> Reading:
    """The bytes of an object that is seen so."""
    where = container_by_id(tx, found.container_id) if STATIC in found.system else None
    if where is None:
        return read_spans(store, tx, found, sealed=sealed)
    spans = tuple(spans_of(tx, found))
    manifest = ObjectReading(store, sum(span.length for span in spans), spans)
    return StaticReading(store, where.account, _anybody, manifest, found.size)


def copy_whole(tx: Tx, source: Object, container: Container, name: str, new: NewObject, guard: Guard) -> Object:
    """A copy of an object that is seen so: its manifest stays one, whatever is said of it. Raises NotImplementedHere
    for another account, where it would name other segments."""
    kept = find_version(tx, source.container_id, source.name, source.id) if STATIC in source.system else None
    if kept:
        origin = container_by_id(tx, source.container_id)
        if origin is None or origin.account_id != container.account_id:
            raise NotImplementedHere("Objects that are made of others are copied within their account.")
        new = replace(new, etag=kept.etag, system={**new.system, STATIC: kept.system[STATIC]})
    return as_whole(copy_object(tx, source, container, name, new, guard))


def _anybody(path: Path, container: Container | None) -> None:
    """Whoever may read the whole: who made it could read what it names."""


class _Page(NamedTuple):
    """Where a page of segments begins: behind this name, at this byte of the whole."""

    marker: str
    offset: int


@dataclass(slots=True)
class DynamicReading:
    """All objects of a container that begin with a prefix, in the order of their names; see
    contracts.objectstore.Reading."""

    store: ObjectStore
    container_id: int
    prefix: str
    pages: tuple[_Page, ...]
    size: int
    etag: str

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        ends = [page.offset for page in self.pages[1:]] + [self.size]
        for page, end in zip(self.pages, ends, strict=True):
            if page.offset < stop and start < end:
                async for chunk in self._of_page(page, end, start, stop):
                    yield chunk

    async def _of_page(self, page: _Page, end: int, start: int, stop: int) -> AsyncIterator[bytes]:
        listed = await self.store.db.read(lambda tx: _segments(tx, self.container_id, self.prefix, page.marker))
        at = page.offset
        for row in listed[0]:
            first, last = max(start - at, 0), min(stop - at, row.size)
            if first < last:
                async for chunk in (await self._open(row)).chunks(first, last):
                    yield chunk
            at += row.size
        if at != end:
            raise SegmentChanged()

    async def _open(self, row: Object) -> ObjectReading:
        return await self.store.db.read(lambda tx: self._find(tx, row))

    def _find(self, tx: Tx, row: Object) -> ObjectReading:
        found = find_listed(tx, self.container_id, row.name)
        if found is None or found.id != row.id:
            raise SegmentChanged(detail=f"segment {row.name}")
        return read_spans(self.store, tx, row)


def open_dynamic(store: ObjectStore, tx: Tx, container_id: int, prefix: str) -> DynamicReading:
    """What is there now. Raises SegmentChanged where that is too much."""
    pages, size, etag = [_Page("", 0)], 0, hashlib.md5(usedforsecurity=False)
    while True:
        rows, last = _segments(tx, container_id, prefix, pages[-1].marker)
        for row in rows:
            etag.update(row.etag.encode())
            size += row.size
        if not last:
            return DynamicReading(store, container_id, prefix, tuple(pages), size, etag.hexdigest())
        if len(pages) == MOST_PAGES:
            raise SegmentChanged(f"A large object has at most {MOST_PAGES * PAGE} segments.")
        pages.append(_Page(last, size))


def _segments(tx: Tx, container_id: int, prefix: str, marker: str) -> tuple[list[Object], str]:
    """One page of segments, and the name behind which the next begins; '' if there is none."""
    rows = list_objects(tx, container_id, Listing(limit=PAGE, prefix=prefix, marker=marker))
    found = [row for row in rows if not isinstance(row, Prefix)]
    return found, found[-1].name if len(found) == PAGE else ""
