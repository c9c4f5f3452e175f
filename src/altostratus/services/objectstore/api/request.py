"""A request of Swift's API: whom it names, who asks, and what it says in its headers and its query."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, quote

from altostratus.contracts.accounts import owns, reads_all
from altostratus.contracts.objectstore import Container
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Fault, Forbidden, Unauthorized
from altostratus.kernel.http.raw import RawRequest
from altostratus.services.objectstore.domain.access import allows_listing, allows_object
from altostratus.services.objectstore.domain.grant import Grant
from altostratus.services.objectstore.domain.path import Path
from altostratus.services.objectstore.usecases import ObjectStore

TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=UTF-8"
ACCEPTED = b"<html><h1>Accepted</h1><p>The request is accepted for processing.</p></html>"
Headers = list[tuple[str, str]]


@dataclass
class SwiftRequest:
    """One request. `grant` is there where a signature allows it: then no token counts, and of the query only what is
    `said` there."""

    store: ObjectStore
    raw: RawRequest
    path: Path
    grant: Grant | None = None
    said: Mapping[str, str] | None = None

    @property
    def method(self) -> str:
        return self.raw.method

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name. They are UTF-8 here, which the wire has as bytes."""
        return {_utf8(name): _utf8(value) for name, value in self.raw.headers.items() if "_" not in name}

    @cached_property
    def query(self) -> Mapping[str, str]:
        if self.said is not None:
            return self.said
        text = self.raw.scope["query_string"].decode("latin-1")
        try:
            return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100))
        except (UnicodeDecodeError, ValueError) as error:
            raise BadRequest("The query is not valid.") from error

    @property
    def place(self) -> str:
        """The whole path, as it came."""
        return str(self.raw.scope["raw_path"].decode("latin-1").partition("?")[0])

    def flag(self, name: str) -> bool:
        """Whether a header says yes."""
        return is_true(self.headers.get(name, ""))

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
        return self.grant is None and owns(self.actor, self.path.account)

    def require_owner(self) -> None:
        if not self.is_owner:
            raise self._refusal(self.path)

    def require_reader(self) -> None:
        """Of the account."""
        if self.grant or not reads_all(self.actor, self.path.account):
            raise self._refusal(self.path)

    def require_object(self, path: Path, container: Container | None, right: str) -> None:
        """The right to `read` or `write` an object of the container. Nobody learns here whether there is one."""
        if not self._may(path, container, right):
            raise self._refusal(path)

    def require_named(self, path: Path, container: Container | None) -> None:
        """The right to read what a manifest or a link names that may be read itself."""
        if not (self.grant.reaches(path) if self.grant else self._may(path, container, "read")):
            raise self._refusal(path)

    def require_listing(self, path: Path, container: Container | None) -> None:
        """The right to look at the container itself."""
        if self.grant.reaches(path) if self.grant else reads_all(self.actor, path.account):
            return
        if self.grant or container is None:
            raise self._refusal(path)
        if not allows_listing(self.actor, container, self.headers.get("referer")):
            raise self._refusal(path)

    def _may(self, path: Path, container: Container | None, right: str) -> bool:
        if self.grant:
            return self.grant.allows(path, right)
        if owns(self.actor, path.account) or (right == "read" and reads_all(self.actor, path.account)):
            return True
        return container is not None and allows_object(self.actor, container, right, self.headers.get("referer"))

    def _refusal(self, path: Path) -> Fault:
        """For who may not: who has no token may come back with one."""
        if self.actor is not None:
            return Forbidden()
        fault = Unauthorized()
        fault.headers = (("www-authenticate", f'Swift realm="{quote(path.account)}", {self.keystone}'),)
        return fault

    @property
    def keystone(self) -> str:
        """Where tokens are had, as a challenge."""
        return f'Keystone uri="{self.raw.context.base_url}/identity"'

    def body(self) -> AsyncIterator[bytes]:
        return self.raw.body()

    async def answer(self, status: int, headers: Sequence[tuple[str, str]] = (), body: bytes = b"") -> None:
        named = {name.lower() for name, _ in headers}
        body = body or (ACCEPTED if status == 202 else b"")
        plain = () if "content-type" in named else (("content-type", HTML),)
        await self.raw.answer(status, [*plain, *headers], body)


def is_true(text: str) -> bool:
    return text.lower() in {"true", "1", "yes", "on", "t", "y"}


def _utf8(text: str) -> str:
    """What is not UTF-8 becomes halves of surrogate pairs, which nothing that is kept may have."""
    return text.encode("latin-1").decode("utf-8", "surrogateescape")
