"""The outermost ASGI application. For every request: find the service, give the request an id, authenticate,
negotiate the microversion, then hand it to a raw route or to Litestar, and turn whatever goes wrong into a fault in
the service's own format."""

import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from litestar.exceptions import HTTPException

from altostratus.kernel import errors, metrics
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Fault, NotFound, Unauthorized
from altostratus.kernel.http.context import KEY, Context
from altostratus.kernel.http.edge import Edge, Rendered, SocketHandler
from altostratus.kernel.http.permits import is_permitted
from altostratus.kernel.http.proxies import HEADER as FORWARDED
from altostratus.kernel.http.proxies import Proxies
from altostratus.kernel.http.raw import Disconnected, RawRequest, wired
from altostratus.kernel.ids import new_uuid
from altostratus.kernel.log import client, correlation, logger

log = logger("http")
NO_PROXIES = Proxies()
_PORT = re.compile(r":\d*$")
Authenticate = Callable[[str], Awaitable[Actor | None]]
_BY_STATUS = {
    kind.status: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Fault) and kind.__module__ == errors.__name__
} | {403: errors.Forbidden, 400: errors.BadRequest}


class Pipeline:
    """Everything between the socket and a service. `root` is the edge of paths that belong to no service."""

    def __init__(
        self,
        edges: Sequence[Edge],
        root: Edge,
        inner: Any,
        authenticate: Authenticate,
        base_url: str,
        entropy: random.Random,
        state: Mapping[str, Any] | None = None,
        proxies: Proxies = NO_PROXIES,
    ) -> None:
        self._edges = {edge.prefix: edge for edge in edges}
        self._by_host = [edge for edge in edges if edge.hosts]
        self._root = root
        self._inner = inner
        self._authenticate = authenticate
        self._base_url = base_url
        self._entropy = entropy
        self._state = state or {}
        self._proxies = proxies

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        edge, path = self._find(scope["path"], headers.get("host", ""))
        if scope["type"] == "websocket":
            await self._serve_socket(edge.sockets.get(path), scope, receive, send)
            return
        context = self._context(edge, scope, headers)
        scope[KEY] = context
        correlation.set(context.request_id)
        client.set(context.client)
        answer = _Answer(scope, context, send)
        if "expect" in headers:
            receive = answer.noticing(receive)
        try:
            await self._serve(edge, path, context, headers, scope, receive, answer)
        except Disconnected:
            log.info("client went away", path=scope["path"])
        except Exception as error:
            fault = as_fault(error)
            if fault.status >= 500 and type(fault) is Fault:
                log.error("request failed", path=scope["path"], exc_info=error)
            elif fault.detail:
                log.info("request refused", path=scope["path"], status=fault.status, detail=fault.detail)
            if answer.started:  # too late for a fault: cut the connection, so that nobody takes it for complete
                raise
            context.headers += fault.headers
            await answer.complete(edge.fault(fault, context))

    def _find(self, path: str, host: str) -> tuple[Edge, str]:
        """The service that a path belongs to and the rest of the path. Litestar takes '//' for '/', so here too."""
        for hosted in self._by_host:
            if hosted.hosts and hosted.hosts.fullmatch(_PORT.sub("", host.lower())):
                return hosted, path
        first, slash, rest = path.lstrip("/").partition("/")
        edge = self._edges.get("/" + first)
        return (edge, slash + rest) if edge else (self._root, path)

    async def _serve_socket(self, handler: SocketHandler | None, scope: Any, receive: Any, send: Any) -> None:
        if handler is None:
            await receive()
            await send({"type": "websocket.close", "code": 4404})
            return
        await handler(scope, receive, send)

    def _context(self, edge: Edge, scope: Any, headers: dict[str, str]) -> Context:
        request_id = edge.request_id(new_uuid(self._entropy))  # never the client's own: that is its global id
        client = self._proxies.client_of((scope.get("client") or ("",))[0], headers.get(FORWARDED, ""))
        context = Context(request_id, self._base_url, edge.name, client, headers, self._state)
        context.headers = [(name, request_id) for name in edge.request_id_headers]
        return context

    async def _serve(
        self,
        edge: Edge,
        path: str,
        context: Context,
        headers: dict[str, str],
        scope: Any,
        receive: Any,
        answer: "_Answer",
    ) -> None:
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            raise BadRequest("The URL must not contain NUL characters.")
        if token := headers.get("x-auth-token"):
            actor = await self._authenticate(token)
            context.actor = actor if actor and _may_ask(actor, edge, path, scope) else None
        if context.actor is None and not edge.public.fullmatch(path):
            raise Unauthorized()
        if edge.microversions and path.startswith(edge.microversions.path):
            context.version = edge.microversions.requested(headers)
            context.headers += edge.microversions.answer(context.version)
        whole = scope.get("raw_path", scope["path"].encode()).decode("latin-1").split("?", 1)[0]
        raw = whole if path == scope["path"] else _below(edge.prefix, whole)
        for route in edge.raw:
            if match := route.match(scope["method"], raw):
                await route.handler(RawRequest(scope, receive, answer, match.groupdict()))
                return
        if scope["method"] == "HEAD":
            context.head, scope["method"] = True, "GET"
        if direct := edge.direct.get((scope["method"], path)):
            await answer.complete(await direct(scope, receive))
            return
        await self._inner(scope, receive, answer)


def _below(prefix: str, path: str) -> str:
    """What follows the prefix; '' where the path does not begin with it, however it would be read."""
    return path.removeprefix(prefix) if path.startswith(prefix + "/") else ""


def _may_ask(actor: Actor, edge: Edge, path: str, scope: Any) -> bool:
    permits = actor.permits
    return permits is None or is_permitted(permits, edge.name, scope["method"], (path, scope["path"]))


class _Answer:
    """The ASGI `send` of one request: adds the headers every answer has, and drops the body of HEAD. A client that
    waits for `100 Continue` and is answered at once never sends its body: the connection is of no use then, because
    the server would take the next request for that body."""

    def __init__(self, scope: Any, context: Context, send: Any) -> None:
        self._context = context
        self._send = send
        self._head = scope["method"] == "HEAD"
        self._waited_for = False
        self.started = False

    def noticing(self, receive: Any) -> Any:
        """The `receive` of a client that sends its body only when it is asked for."""
        self._waited_for = True

        async def received() -> Any:
            self._waited_for = False
            return await receive()

        return received

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            metrics.requests(self._context.service, message["status"]).inc()
            extra = wired(self._context.headers)
            if self._waited_for:
                extra.append((b"connection", b"close"))
            await self._send({**message, "headers": [*message.get("headers", ()), *extra]})
        elif self._head:
            if not message.get("more_body"):
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await self._send(message)

    async def complete(self, rendered: Rendered) -> None:
        length = ("content-length", str(len(rendered.body)))
        headers = wired((*rendered.headers, length))
        await self({"type": "http.response.start", "status": rendered.status, "headers": headers})
        await self({"type": "http.response.body", "body": rendered.body, "more_body": False})


def as_fault(error: Exception) -> Fault:
    """Any exception as a fault; what nobody foresaw becomes a plain Fault (500) that tells the user nothing."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, HTTPException):
        kind = _BY_STATUS.get(error.status_code, BadRequest if error.status_code < 500 else Fault)
        if kind is NotFound:
            return NotFound()
        return kind(error.detail) if error.status_code < 500 else kind()
    return Fault("An unexpected error occurred. The request id names it in the log.")


def reraise(request: Any, error: Exception) -> Any:
    """Litestar's exception handler for everything: faults are rendered by the pipeline, not by Litestar."""
    raise error
