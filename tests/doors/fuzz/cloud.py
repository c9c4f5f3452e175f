"""One object store behind its three doors, for requests of any kind, and what must hold after each of them."""

import io
import logging
import random
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from sqlalchemy import Engine, event
from structlog.testing import capture_logs

from altostratus.app.asgi import build_asgi
from altostratus.doors.cdmi import service as cdmi
from altostratus.doors.s3 import service as s3
from altostratus.doors.s3.chores import Lifecycles
from altostratus.services.objectstore import service as objectstore
from altostratus.services.objectstore.listeners.upkeep import upkeep_of
from altostratus.services.objectstore.usecases.large_object import SegmentChanged
from tests.doors.s3.cloud import Clock, Keys
from tests.harness import BASE, open_test_cloud
from tests.services.objectstore.cloud import ACTORS

Headers = tuple[tuple[bytes, bytes], ...]
SWIFT = b"/object-store/v1/AUTH_mine"
_NAME, _VALUE = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+"), re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_KEPT = re.compile(
    r"(altostratus|objects)\.db(-wal|-shm|-journal)?|keys(/.*)?"
    r"|objects(/(files(/[0-9a-f]{2}(/[0-9a-f]{32})?)?|packs(/[0-9a-f]{32})?))?"
)
"""All that may be below the data directory between two requests: nothing half-written, and no name of a client's."""
_ESCAPES = re.compile(r"\\u(0000|d[89a-f])", re.IGNORECASE)
_ORPHANS = """
    SELECT id FROM objectstore_blob WHERE id NOT IN (
        SELECT blob_id FROM objectstore_object WHERE blob_id IS NOT NULL
        UNION SELECT blob_id FROM objectstore_extent UNION SELECT blob_id FROM objectstore_garbage)
"""
_DANGLING = """
    SELECT 'extent', id FROM objectstore_extent WHERE (object_id IS NULL) = (part_id IS NULL)
    UNION ALL SELECT 'object', id FROM objectstore_object o WHERE blob_id IS NULL AND size > 0
        AND NOT EXISTS (SELECT 1 FROM objectstore_extent WHERE object_id = o.id)
"""


@dataclass(frozen=True)
class Request:
    """What a client sends, to the byte. `target` has the door's prefix; `by` is a token, or an access key for S3."""

    method: str
    target: bytes
    headers: Headers = ()
    body: bytes | tuple[bytes, ...] = b""
    by: str = ""

    @property
    def path(self) -> bytes:
        return self.target.partition(b"?")[0]

    @property
    def query(self) -> bytes:
        return self.target.partition(b"?")[2]

    def header(self, name: bytes) -> bytes | None:
        return next((value for key, value in self.headers if key == name), None)

    def having(self, *headers: tuple[bytes, bytes]) -> "Request":
        """With these headers, unless it has others of their names."""
        return replace(self, headers=(*self.headers, *(each for each in headers if self.header(each[0]) is None)))

    @property
    def chunks(self) -> tuple[bytes, ...]:
        return (self.body,) if isinstance(self.body, bytes) else self.body


@dataclass(frozen=True)
class Answer:
    """Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Doors:
    """The cloud. Requests are checked as they are answered."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.clock, self.keys = data_dir, Clock(), Keys()
        self.cloud = open_test_cloud(
            data_dir, clock=self.clock, options={"s3": {"keys_need_tls": False}, "objectstore": {"garbage_seconds": 0}}
        )
        self.store = objectstore.build(self.cloud)
        facade = self.store.facade
        self.s3 = s3.build(self.cloud, facade, self.keys)
        self.services = [self.store, self.s3, cdmi.build(self.cloud, facade)]

        async def authenticate(token: str) -> Any:
            return ACTORS.get(token)

        self._asgi = build_asgi(self.services, authenticate, BASE, random.SystemRandom())
        self._connection = sqlite3.connect(f"file:{data_dir / 'objects.db'}?mode=ro", uri=True)

    async def send(self, request: Request) -> Answer:
        """As the server would hand it over."""
        headers = list(request.headers)
        if request.header(b"transfer-encoding") is None and request.header(b"content-length") is None:
            headers.append((b"content-length", b"%d" % sum(map(len, request.chunks))))
        scope = {
            "type": "http",
            "method": request.method,
            "scheme": "http",
            "http_version": "1.1",
            "path": unquote_to_bytes(request.path).decode("utf-8", "replace"),
            "raw_path": request.path,
            "query_string": request.query,
            "headers": headers,
            "client": ("192.0.2.1", 1000),
            "server": ("cloud", 80),
        }
        sent: list[dict[str, Any]] = []
        pieces: Iterator[bytes] = iter(request.chunks)

        async def receive() -> dict[str, Any]:
            piece = next(pieces, None)
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        try:
            await self._asgi(scope, receive, send)
        except SegmentChanged:  # what a large object is put together from was not all there after its first bytes
            assert sent
            return Answer(0, {}, b"")
        return _checked(request, sent)

    def check_disk(self) -> None:
        """Nothing is where it does not belong, and nothing was left half-made."""
        around = {path.name for path in self.data_dir.parent.iterdir()}
        assert around == {self.data_dir.name}, around
        found = [str(path.relative_to(self.data_dir)) for path in self.data_dir.rglob("*")]
        assert not (odd := [name for name in found if not _KEPT.fullmatch(name)]), odd
        files = {path.name for path in (self.data_dir / "objects" / "files").rglob("*") if path.is_file()}
        known = {row[0] for row in self._connection.execute("SELECT id FROM objectstore_blob")}
        assert files <= known, files - known
        assert self._connection.execute(_ORPHANS).fetchall() == []
        assert self._connection.execute(_DANGLING).fetchall() == []

    async def do_chores(self) -> None:
        """None of them may stumble over what somebody has sent."""
        for chore in upkeep_of(self.store.state)._chores:
            await chore.do()
        while await Lifecycles(self.s3.state)():
            pass

    def close(self) -> None:
        self._connection.close()
        self.cloud.db.close()
        self.cloud.objects.close()


def _checked(request: Request, sent: Sequence[dict[str, Any]]) -> Answer:
    """What came, if it is an answer that a client can take."""
    assert [message["type"] for message in sent[:1]] == ["http.response.start"], sent
    assert not sent[-1].get("more_body"), "the answer has no end"
    start, body = sent[0], b"".join(message.get("body", b"") for message in sent[1:])
    for name, value in start["headers"]:
        assert _NAME.fullmatch(name), name
        assert _VALUE.fullmatch(value), (name, value)
    names = [name for name, _ in start["headers"]]
    for name in (b"content-length", b"content-type", b"etag", b"location", b"content-range"):
        assert names.count(name) <= 1, names
    headers = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    status = start["status"]
    assert 200 <= status < 500 or status == 501, (status, body)
    if request.method == "HEAD" or status in (204, 304):
        assert not body
    else:
        assert headers.get("content-length") == str(len(body)), (headers, body)
    return Answer(status, headers, body)


def _fit_for_postgresql(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
    """SQLite takes text that PostgreSQL refuses: with NUL, and in JSON with halves of surrogate pairs."""
    rows = parameters if isinstance(parameters, list) else [parameters]
    for value in (value for row in rows for value in row if isinstance(value, str)):
        text = repr(msgspec.json.decode(value)) if _ESCAPES.search(value) and value[0] in "{[" else value
        if "\0" in text or "\\x00" in text or "\\ud" in text:
            raise AssertionError(f"{value!r} in {statement}")


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing was said to have gone wrong."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    logging.getLogger().addHandler(handler)
    event.listen(Engine, "before_cursor_execute", _fit_for_postgresql)
    try:
        with capture_logs() as logged:
            yield
    finally:
        event.remove(Engine, "before_cursor_execute", _fit_for_postgresql)
        logging.getLogger().removeHandler(handler)
    for entry in logged:
        if entry["log_level"] not in ("debug", "info"):
            raise AssertionError(entry) from entry.get("exc_info")
    assert not said.getvalue(), said.getvalue()
