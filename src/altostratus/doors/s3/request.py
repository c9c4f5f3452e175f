"""A request to the door: who asks, which bucket and key it names, and what it says."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from altostratus.contracts.accounts import project_of
from altostratus.contracts.objectstore import Container, NoSuchContainer
from altostratus.doors.s3.body import SMALL, Body
from altostratus.doors.s3.claim import Payload, Request
from altostratus.doors.s3.door import Door
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.places import Place
from altostratus.kernel.actor import Actor
from altostratus.kernel.http.raw import RawRequest
from altostratus.kernel.tx import Tx

T = TypeVar("T")
Headers = Sequence[tuple[str, str]]
XML = ("content-type", "application/xml")


@dataclass
class S3Request:
    """`actor` is None for anybody. `source` is where the body is if it is not the request's own: a file in a form."""

    door: Door
    raw: RawRequest
    signed: Request
    place: Place
    actor: Actor | None
    payload: Payload
    source: AsyncIterator[bytes] | None = None

    @property
    def method(self) -> str:
        return self.raw.method

    @property
    def bucket(self) -> str:
        return self.place.bucket

    @property
    def key(self) -> str:
        return self.place.key

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name. Values are UTF-8 here, which the wire has as bytes."""
        return {name: _utf8(self.signed.header(name) or "") for name, _ in self.signed.headers}

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Decoded; of a repeated name the first."""
        found: dict[str, str] = {}
        for name, value in self.signed.pairs():
            found.setdefault(_utf8(name), _utf8(value))
        if "\0" in "".join(found.values()):
            raise S3Error("InvalidArgument")
        return found

    @cached_property
    def body(self) -> Body:
        return self._body(self.headers)

    def _body(self, headers: Mapping[str, str]) -> Body:
        return Body(headers, self.payload, self.source or self.raw.body(), self.door.lane)

    async def parse(self, most: int, read: Callable[[bytes], T], headers: Mapping[str, str] | None = None) -> T:
        """A document of at most so many bytes. Large ones are read in another thread. `headers` are those that speak
        of it, if not all do."""
        data = await (self.body if headers is None else self._body(headers)).read(most)
        return read(data) if len(data) <= SMALL else await self.door.lane.run(read, data)

    def number(self, name: str, default: int, most: int) -> int:
        """A count that the query may ask for, up to `most`."""
        text = self.query.get(name)
        if text is None or text == "":
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            message = f"Provided {name} not an integer or within integer range"
            raise S3Error("InvalidArgument", message, ArgumentName=name, ArgumentValue=text)
        return min(int(text), most)

    def find_bucket(self, tx: Tx) -> Container:
        """The bucket, which must be its owner's whom the request expects."""
        found = self.door.objects.find_bucket(tx, self.bucket)
        if found is None:
            raise NoSuchContainer()
        expected = self.headers.get("x-amz-expected-bucket-owner")
        if expected is not None and expected != owner_id(found):
            raise S3Error("AccessDenied")
        return found

    async def answer(self, status: int, headers: Headers = (), body: bytes = b"") -> None:
        await self.raw.answer(status, headers, body)

    async def answer_xml(self, body: bytes, headers: Headers = ()) -> None:
        await self.answer(200, [XML, *headers], body)


def owner_id(container: Container) -> str:
    """The canonical id of a bucket's owner: the project's."""
    return project_of(container.account)


def _utf8(value: str) -> str:
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
