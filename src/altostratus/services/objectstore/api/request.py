"""A request of Swift's API: whom it names, who asks, and what it says in its headers and its query."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl

from altostratus.contracts.objectstore import Container
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Fault, Forbidden, Unauthorized
from altostratus.kernel.http.raw import RawRequest
from altostratus.services.objectstore.domain.access import allows_listing, allows_object, owns, reads_all
from altostratus.services.objectstore.domain.path import Path
from altostratus.services.objectstore.usecases import ObjectStore

TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=UTF-8"
Headers = list[tuple[str, str]]


@dataclass
class SwiftRequest:
    """One request. `granted` is set where something other than a token allows it: the signature of a temporary URL."""

    store: ObjectStore
    raw: RawRequest
    path: Path
    granted: bool = False

    @property
    def method(self) -> str:
        return self.raw.method

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name. Values are UTF-8 here, which the wire has as bytes."""
        return {name: _utf8(value) for name, value in self.raw.headers.items() if "_" not in name}

    @cached_property
    def query(self) -> Mapping[str, str]:
        text = self.raw.scope["query_string"].decode("latin-1")
        try:
            return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100))
        except (UnicodeDecodeError, ValueError) as error:
            raise BadRequest("The query is not valid.") from error

    @property
    def actor(self) -> Actor | None:
        return self.raw.context.actor

    @property
    def length(self) -> int | None:
        """What Content-Length says."""
        text = self.headers.get("content-length")
        if text is not None and not (text.isascii() and text.isdigit() and len(text) < 19):
            raise BadRequest("Invalid Content-Length header value")
        return None if text is None else int(text)

    @property
    def is_owner(self) -> bool:
        return self.granted or owns(self.actor, self.path.account)

    def require_owner(self) -> None:
        if not self.is_owner:
            raise self.refusal()

    def require_reader(self) -> None:
        """Of the account, or of the container, without a look at the container's own list."""
        if not (self.granted or reads_all(self.actor, self.path.account)):
            raise self.refusal()

    def require_object(self, container: Container | None, right: str) -> None:
        """The right to `read` or `write` objects of the container. Nobody learns here whether there is one."""
        if self.granted or owns(self.actor, self.path.account):
            return
        if right == "read" and reads_all(self.actor, self.path.account):
            return
        if container is None or not allows_object(self.actor, container, right, self.headers.get("referer")):
            raise self.refusal()

    def require_listing(self, container: Container | None) -> None:
        if self.granted or reads_all(self.actor, self.path.account):
            return
        if container is None or not allows_listing(self.actor, container, self.headers.get("referer")):
            raise self.refusal()

    def refusal(self) -> Fault:
        """For who may not: who has no token may come back with one."""
        if self.actor is not None:
            return Forbidden()
        fault = Unauthorized()
        fault.headers = (("www-authenticate", f'Swift realm="{self.path.account}"'),)
        return fault

    def body(self) -> AsyncIterator[bytes]:
        return self.raw.body()

    async def answer(self, status: int, headers: Sequence[tuple[str, str]] = (), body: bytes = b"") -> None:
        named = {name.lower() for name, _ in headers}
        plain = () if "content-type" in named or status == 304 else (("content-type", HTML),)
        await self.raw.answer(status, [*plain, *((name, _wire(value)) for name, value in headers)], body)


def _utf8(value: str) -> str:
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value


def _wire(value: str) -> str:
    """UTF-8 as the characters that stand for its bytes."""
    return value.encode().decode("latin-1")
