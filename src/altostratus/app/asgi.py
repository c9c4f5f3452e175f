"""The ASGI application: Litestar with every service's routes, inside the kernel's pipeline."""

import random
import re
from collections.abc import Sequence
from typing import Any

from litestar import Litestar, MediaType, Request, Response, get
from litestar.datastructures import State

from altostratus.app import operator
from altostratus.kernel import metrics
from altostratus.kernel.http.call import Call
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Edge
from altostratus.kernel.http.pipeline import Authenticate, Pipeline, reraise
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
    services: list[Service] = request.app.state["services"]
    return {"name": "Altostratus", "services": {s.name: base + s.edge.prefix for s in services}}


def build_asgi(
    services: Sequence[Service],
    authenticate: Authenticate,
    base_url: str,
    entropy: random.Random,
    **more: Any,
) -> Pipeline:
    """The whole HTTP side of the cloud. `more` is for the operator's routes: db and system."""
    state = State({"services": list(services), **{s.name: s.state for s in services}, **more})
    own: list[Any] = [get_root, get_metrics, get_health, *operator.ROUTES]
    inner = Litestar(
        route_handlers=[*own, *(route for s in services for route in s.routes)],
        request_class=Call,
        exception_handlers={Exception: reraise},
        openapi_config=None,
        logging_config=None,
        state=state,
    )
    return Pipeline([operator.EDGE, *(s.edge for s in services)], ROOT, inner, authenticate, base_url, entropy)
