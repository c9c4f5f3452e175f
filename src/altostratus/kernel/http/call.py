"""A request as handlers see it: the actor, the microversion, the decoded body, links. Services subclass it to add
their own use-case dependencies (`request_class` of their Litestar router)."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.handlers import HTTPRouteHandler

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, NotFound, TooLarge, Unauthorized
from altostratus.kernel.http.context import Context, Version
from altostratus.kernel.http.edge import DirectHandler, Rendered
from altostratus.kernel.http.raw import body_of

T = TypeVar("T")
BODY_LIMIT = 256 * 1024

Body = type[T] | Mapping[Version, type[T]]
"""A request body's type, or which type from which microversion on."""


class Call(Request[Any, Any, Any]):
    """One API call. Route options (keyword arguments of the route decorator): `body`, the Body that it decodes,
    from which the OpenAPI document is made; `limit`, the most bytes a body may have."""

    __slots__ = ()

    @property
    def context(self) -> Context:
        return Context.of(self.scope)

    @property
    def actor(self) -> Actor:
        """Who asks. The pipeline has refused requests without a valid token already, but for public paths."""
        actor = self.context.actor
        if actor is None:
            raise Unauthorized()
        return actor

    @property
    def version(self) -> Version:
        return self.context.version

    def link(self, path: str) -> str:
        """An absolute URL below the cloud's public one; `path` begins with a service prefix."""
        return self.context.base_url + path

    async def json(self) -> Any:
        """The body as plain JSON values; {} is not assumed for an empty one."""
        return decode_json(await self.content(), Any)

    async def decode(self, kind: Body[T]) -> T:
        """The body as the type that fits this microversion; BadRequest says what is wrong and where."""
        return decode_json(await self.content(), body_type(kind, self.version))

    async def content(self) -> bytes:
        """The whole body, at most the route's limit."""
        if self.context.body is not None:
            return self.context.body
        limit = self.route_handler.opt.get("limit", BODY_LIMIT)
        chunks, size = [], 0
        async for chunk in body_of(self.receive):
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"The request body is larger than {limit} bytes.")
            chunks.append(chunk)
        self.context.body = b"".join(chunks)
        return self.context.body


def direct(handler: HTTPRouteHandler, kind: type[Call]) -> DirectHandler:
    """A handler without Litestar around it, whose routing and answering take 40 us: for what is asked most. It takes
    a call of this kind and nothing else. Litestar serves it too, however else its path is spelled ('//', a slash at
    the end), and describes it."""

    async def answer(scope: Any, receive: Any) -> Rendered:
        scope["route_handler"] = handler
        rendered: Rendered = await handler.fn(kind(scope, receive))
        return rendered

    return answer


def body_type(kind: Body[T], version: Version) -> type[T]:
    """The type for this microversion: that of the highest version not above it."""
    if not isinstance(kind, Mapping):
        return kind
    return kind[max(v for v in kind if v <= version)]


def decode_json(content: bytes, kind: type[T]) -> T:
    """JSON to a type, strictly."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise BadRequest(f"Invalid input: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"The request body is not valid JSON: {error}") from error


async def require_id(connection: Any, handler: Any) -> None:
    """A guard that refuses a path whose last part is empty: it stands for something whose id a client does not have."""
    if connection.scope.get("raw_path", b"").partition(b"?")[0].endswith(b"/"):  # Litestar drops it from `path`
        raise NotFound()
