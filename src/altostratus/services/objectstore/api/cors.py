"""Pages of other origins: containers say which may ask, in their metadata (X-Container-Meta-Access-Control-*).

https://docs.openstack.org/swift/latest/cors.html
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

from altostratus.kernel.errors import Fault, Unauthorized
from altostratus.kernel.http.raw import wired
from altostratus.services.objectstore.api.request import Headers, SwiftRequest
from altostratus.services.objectstore.store.containers import find_container

_EXPOSED = (
    "cache-control",
    "content-language",
    "content-type",
    "etag",
    "expires",
    "last-modified",
    "pragma",
    "x-openstack-request-id",
    "x-timestamp",
    "x-trans-id",
)
_META = ("x-container-meta", "x-object-meta")


class Rules(NamedTuple):
    """What a container says."""

    origins: tuple[str, ...]
    exposed: tuple[str, ...]
    max_age: str

    def allows(self, origin: str) -> bool:
        return origin in self.origins or "*" in self.origins

    def shown(self, origin: str) -> Headers:
        if self.origins == ("*",):
            return [("access-control-allow-origin", "*")]
        return [("access-control-allow-origin", origin), ("vary", "Origin")]


async def answer_options(request: SwiftRequest, methods: Iterable[str]) -> None:
    """What may be asked here at all; or, before a page of another origin asks, whether it may. Raises Unauthorized."""
    allowed = sorted({*methods, "OPTIONS"} - {"COPY"})
    shown = ", ".join([*allowed, "COPY"] if request.path.object else allowed)
    origin = request.headers.get("origin")
    if not origin or not request.path.container:
        await request.answer(200, [("allow", shown)])
        return
    rules = await _rules(request)
    if not rules.allows(origin) or request.headers.get("access-control-request-method") not in allowed:
        fault = Unauthorized()
        fault.headers = (("allow", ", ".join(allowed)), ("www-authenticate", request.keystone))
        raise fault
    headers = [("allow", shown), *rules.shown(origin), ("access-control-allow-methods", shown)]
    if rules.max_age:
        headers.append(("access-control-max-age", rules.max_age))
    if asked := request.headers.get("access-control-request-headers"):
        headers += [("access-control-allow-headers", asked), ("vary", "Access-Control-Request-Headers")]
    await request.answer(200, headers)


async def answer(request: SwiftRequest, verb: Callable[[SwiftRequest], Awaitable[None]]) -> None:
    """As the verb answers, and with what a page of another origin must know to see it."""
    origin = request.headers.get("origin")
    rules = await _rules(request) if origin and request.path.container else None
    if origin is None or rules is None or not rules.allows(origin):
        await verb(request)
        return
    send = request.raw.send

    async def tell(message: Any) -> None:
        if message["type"] == "http.response.start":
            more = _told(rules, origin, [name.decode("latin-1") for name, _ in message["headers"]])
            message = {**message, "headers": [*message["headers"], *wired(more)]}
        await send(message)

    request.raw.send = tell
    try:
        await verb(request)
    except Fault as fault:
        fault.headers = (*fault.headers, *_told(rules, origin, [name for name, _ in fault.headers]))
        raise


def _told(rules: Rules, origin: str, names: Iterable[str]) -> Headers:
    metadata = {name for name in names if name.startswith(_META)}
    exposed = sorted({*_EXPOSED, *metadata, *rules.exposed})
    return [("access-control-expose-headers", ", ".join(exposed)), *rules.shown(origin)]


async def _rules(request: SwiftRequest) -> Rules:
    path = request.path
    found = await request.store.db.read(lambda tx: find_container(tx, path.account, path.container))
    said = {name: str(found.meta.get(f"access-control-{name}", "")) if found else "" for name in _SAID}
    exposed = tuple(said["expose-headers"].lower().split())
    return Rules(tuple(said["allow-origin"].split()), exposed, said["max-age"])


_SAID = ("allow-origin", "expose-headers", "max-age")
