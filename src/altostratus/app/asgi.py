"""The ASGI application: Litestar with every service's routes, inside the kernel's pipeline."""

import random
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from litestar import Litestar, MediaType, Request, Response, get
from litestar.plugins.core import MsgspecDIPlugin

from altostratus.app import operator
from altostratus.kernel import metrics
from altostratus.kernel.http.call import Call
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Edge, Rendered
from altostratus.kernel.http.pipeline import NO_PROXIES, Authenticate, Pipeline, reraise
from altostratus.kernel.http.proxies import Proxies
from altostratus.kernel.service import Service

ROOT = Edge("root", "", operator.plain_fault, re.compile(r".*"))


@get("/metrics", sync_to_thread=False)
def get_metrics() -> Response[bytes]:
    """Prometheus metrics of this process."""
    return Response(metrics.text(), media_type=metrics.CONTENT_TYPE)


@get("/healthcheck", media_type=MediaType.TEXT, sync_to_thread=False)
def get_health() -> str:
    """The process answers."""
    return "OK"


@get("/", sync_to_thread=False)
def get_root(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Where each service is."""
    base = Context.of(request.scope).base_url
    services: list[Service] = Context.of(request.scope).state["services"]
    return {"name": "Altostratus", "services": {s.name: base + s.edge.prefix for s in services}}


async def _answered(response: Any) -> Any:
    """A handler that answers None answers nothing, not JSON's null; what is rendered is not rendered again."""
    match response:
        case Response(content=None):
            response.content = b""
        case Response(content=Rendered(status, headers, body)):
            return Response(body, status_code=status, headers=dict(headers))
    return response


def build_asgi(
    services: Sequence[Service],
    authenticate: Authenticate,
    base_url: str,
    entropy: random.Random,
    proxies: Proxies = NO_PROXIES,
    **more: Any,
) -> Pipeline:
    """The whole HTTP side of the cloud. `more` is for the operator's routes: db and system."""
    state = {"services": list(services), **{s.name: s.state for s in services}, **more}
    inner = _framework(tuple(route for s in services for route in s.routes))
    edges = [operator.EDGE, *(s.edge for s in services)]
    return Pipeline(edges, ROOT, inner, authenticate, base_url, entropy, state, proxies)


class Framework(Litestar):
    """Litestar for msgspec's types alone: its plugins for pydantic and attrs, which it takes wherever those are
    installed, are 9 MB."""

    @staticmethod
    def _get_default_plugins(plugins: list[Any]) -> list[Any]:
        return [*plugins, MsgspecDIPlugin()]


@cache
def _framework(routes: tuple[Any, ...]) -> Litestar:
    """Litestar over these routes. It keeps nothing of one cloud, so that many (in tests) share the half second that
    it takes to build."""
    return Framework(
        route_handlers=[get_root, get_metrics, get_health, *operator.ROUTES, *routes],
        request_class=Call,
        exception_handlers={Exception: reraise},
        after_request=_answered,
        openapi_config=None,
        logging_config=None,
    )
