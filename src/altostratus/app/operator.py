"""What OpenStack has no API for: events, how the process itself is doing, what each API takes. Under /operator/v1."""

import re
from typing import Any

from litestar import Router, get
from litestar.params import FromPath

from altostratus.kernel import events
from altostratus.kernel.clock import iso_micro
from altostratus.kernel.db import Database
from altostratus.kernel.errors import BadRequest, Fault, Forbidden, NotFound
from altostratus.kernel.http.call import Call
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Edge, Rendered, json_response
from altostratus.kernel.http.openapi import describe
from altostratus.kernel.reconcile import Engine
from altostratus.kernel.service import Service

MOST = 1000


def plain_fault(fault: Fault, context: Context) -> Rendered:
    """{"error": {"code": …, "message": …}}"""
    return json_response(fault.status, {"error": {"code": fault.status, "message": fault.message}})


EDGE = Edge("operator", "/operator", plain_fault, re.compile(r"(?!)"))


@get("/v1/events", query=("after", "limit"))
async def get_events(request: Call) -> dict[str, Any]:
    """Events after `after` (an id), or the last `limit`; administrators see every project's."""
    project = None if request.actor.is_admin else request.actor.project
    after, limit = _number(request, "after", -1), min(_number(request, "limit", 50), MOST)
    db: Database = request.context.state["db"]

    def find(tx: Any) -> list[events.Event]:
        if after >= 0:
            return events.read_after(tx, after, limit, project)
        return events.read_last(tx, limit, project)

    return {"events": [_event(e) for e in await db.read(find)]}


@get("/v1/passes/{kind:str}/{key:str}")
async def get_passes(request: Call, kind: FromPath[str], key: FromPath[str]) -> dict[str, Any]:
    """The last passes over a resource in this process: what was tried, and what it waits for."""
    if not request.actor.is_admin:
        raise Forbidden()
    engine: Engine | None = request.context.state["system"].engine
    found = engine.history(kind, key) if engine else []
    passes = [{"at": iso_micro(p.at), "request": p.request, "steps": p.steps, "end": p.end} for p in found]
    return {"passes": passes}


@get("/v1/openapi/{service:str}", sync_to_thread=True)
def get_openapi(request: Call, service: FromPath[str]) -> dict[str, Any]:
    """What an API takes, as an OpenAPI document: a service's, or `operator` for this one."""
    services: list[Service] = request.context.state["services"]
    edges = {edge.name: edge for edge in (EDGE, *(s.edge for s in services))}
    if service not in edges:
        raise NotFound(f"There is no service {service}; there are {', '.join(edges)}.")
    return describe(edges[service], request.app.routes, request.context.base_url)


def _event(event: events.Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": iso_micro(event.at),
        "kind": event.kind,
        "resource_id": event.resource_id,
        "project_id": event.project_id,
        "user_id": event.user_id,
        "request_id": event.request_id,
        "detail": event.detail,
    }


def _number(request: Call, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise BadRequest(f"{name} must be an integer")
    return int(text)


ROUTES = [Router("/operator", route_handlers=[get_events, get_passes, get_openapi])]
