"""A request of CDMI: who asks, in which version, for which fields, and whether it speaks CDMI at all or plain HTTP."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote

import msgspec

from altostratus.contracts.accounts import owns, reads_all
from altostratus.contracts.objectstore import ObjectStore
from altostratus.doors.cdmi.place import Place
from altostratus.doors.cdmi.spans import Span, read_span
from altostratus.kernel.errors import BadRequest, Forbidden, NotAcceptable, TooLarge
from altostratus.kernel.http.call import decode_json
from altostratus.kernel.http.raw import RawRequest
from altostratus.kernel.lanes import Lane

T = TypeVar("T")
OFFERED = ("1.1.1", "1.1.0", "1.1")
VERSION = "x-cdmi-specification-version"
VALUE_MOST = 16 << 20
"""Bytes of a value that one JSON body holds at most."""
BODY_MOST = VALUE_MOST // 3 * 4 + (1 << 20)
_CDMI = "application/cdmi-"
_ANY = {"*/*", "application/*"}
Headers = Sequence[tuple[str, str]]


class Field(NamedTuple):
    """What a query asks for: `value:0-9`."""

    name: str
    argument: str


@dataclass
class CdmiRequest:
    """One request. JSON is read and written in the `lane`; `version` is None where the client names none."""

    store: ObjectStore
    lane: Lane
    raw: RawRequest
    place: Place
    version: str | None

    @property
    def method(self) -> str:
        return self.raw.method

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name. Values are UTF-8 here, which the wire has as bytes."""
        return {name: _utf8(value) for name, value in self.raw.headers.items()}

    @cached_property
    def fields(self) -> Sequence[Field]:
        text = self.raw.scope["query_string"].decode("latin-1")
        parts = [unquote(part).partition(":") for part in text.split(";") if part]
        return [Field(name, argument) for name, _, argument in parts]

    def span(self, field: str) -> Span | None:
        """The range that is asked for of a field. Raises BadRequest."""
        return next((read_span(each.argument) for each in self.fields if each.name == field and each.argument), None)

    def names(self, field: str) -> list[str]:
        """What is asked for of a field, each by its name."""
        return [each.argument for each in self.fields if each.name == field and each.argument]

    def asks_for(self, *names: str) -> bool:
        """Whether the answer has any of these fields."""
        return not self.fields or any(field.name in names for field in self.fields)

    def require_owner(self) -> None:
        """The whole tree is one account's: what one may do there is all that counts."""
        if not self.raw.actor.project or not owns(self.raw.actor, self.place.account):
            raise Forbidden()

    def require_reader(self) -> None:
        if not self.raw.actor.project or not reads_all(self.raw.actor, self.place.account):
            raise Forbidden()

    def wants(self, kind: str) -> bool:
        """Whether the answer is to be CDMI's JSON of this kind. Raises BadRequest, NotAcceptable."""
        listed = self.headers.get("accept") or "*/*"
        types = {part.partition(";")[0].strip().lower() for part in listed.split(",")}
        names_cdmi = any(each.startswith(_CDMI) for each in types)
        if self.version is None and names_cdmi:
            raise BadRequest("CDMI's media types need the header X-CDMI-Specification-Version.")
        if self.version is None or kind in types or not _ANY.isdisjoint(types):
            return self.version is not None
        if names_cdmi:
            raise NotAcceptable(f"This is {kind}.")
        return False

    def sends(self, kind: str) -> bool:
        """Whether the body is CDMI's JSON of this kind. Raises BadRequest."""
        said = self.content_type.partition(";")[0].strip().lower()
        if not said.startswith(_CDMI):
            return not said and self.version is not None
        if said != kind:
            raise BadRequest(f"What is at this URI is {kind}.")
        if self.version is None:
            raise BadRequest("CDMI's media types need the header X-CDMI-Specification-Version.")
        return True

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def is_partial(self) -> bool:
        """Whether more is to come, before the object is complete. Raises BadRequest."""
        said = self.headers.get("x-cdmi-partial", "false").lower()
        if said not in ("true", "false"):
            raise BadRequest("X-CDMI-Partial is true or false.")
        return said == "true"

    def body(self) -> AsyncIterator[bytes]:
        return self.raw.body()

    async def decode(self, kind: type[T]) -> T:
        """The body as this type; nothing is as good as {}. Raises BadRequest, TooLarge."""
        chunks, size = [], 0
        async for chunk in self.body():
            size += len(chunk)
            if size > BODY_MOST:
                raise TooLarge(f"The request body is larger than {BODY_MOST} bytes.")
            chunks.append(chunk)
        return await self.lane.run(decode_json, b"".join(chunks) or b"{}", kind)

    async def answer(self, status: int, headers: Headers = (), body: bytes = b"") -> None:
        spoken = [(VERSION, self.version)] if self.version else []
        await self.raw.answer(status, [*headers, *spoken], body)

    async def answer_json(self, status: int, kind: str, whole: Mapping[str, Any]) -> None:
        """The fields that were asked for."""
        body = await self.lane.run(msgspec.json.encode, self._selected(whole))
        await self.answer(status, [("content-type", kind)], body)

    def _selected(self, whole: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.fields or self.method == "PUT":
            return whole
        found = {field.name: whole[field.name] for field in self.fields if field.name in whole}
        if (prefixes := tuple(self.names("metadata"))) and "metadata" in found:
            found["metadata"] = {k: v for k, v in found["metadata"].items() if k.startswith(prefixes)}
        return found


def agreed_version(header: str | None) -> str | None:
    """The newest that both sides speak. Raises BadRequest."""
    if header is None:
        return None
    asked = {version.strip() for version in header.split(",")}
    for version in OFFERED:
        if version in asked:
            return version
    raise BadRequest(f"The versions of CDMI that are spoken here are {', '.join(OFFERED)}.")


def decoded(path: str) -> str:
    """The text of a path. Raises BadRequest unless it is UTF-8."""
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError as error:
        raise BadRequest("The path is not UTF-8.") from error


def _utf8(value: str) -> str:
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value
