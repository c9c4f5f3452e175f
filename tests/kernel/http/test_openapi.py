"""What an OpenAPI document says of a service's routes."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from litestar import Litestar, Router, get, post
from litestar.params import FromPath
from msgspec import UNSET, Struct, UnsetType

from altostratus.kernel.errors import Fault
from altostratus.kernel.http.context import Context, Version
from altostratus.kernel.http.edge import Edge, RawRoute, Rendered, json_response
from altostratus.kernel.http.microversions import Microversions
from altostratus.kernel.http.openapi import describe
from altostratus.kernel.http.raw import RawRequest


class Thing(Struct):
    name: str
    old: int | UnsetType = UNSET


class ThingNow(Thing):
    old: UnsetType = UNSET
    colour: str | UnsetType = UNSET


class Paint(Struct):
    paint: str


class Sell(Struct):
    sell: int


@get("/v1/things", query=("limit", "sort_dir", "name"))
async def list_things() -> dict[str, Any]:
    """Things, many.

    And more of it."""
    return {}


@post("/v1/things", body={Version(1, 0): Thing, Version(1, 7): ThingNow})
async def make_thing() -> dict[str, Any]:
    return {}


@post("/v1/things/{key:str}/action", body=Paint | Sell, media_types=("application/x-thing",))
async def act(key: FromPath[str]) -> dict[str, Any]:
    return {}


@get("/", sync_to_thread=False)
def get_versions() -> dict[str, Any]:
    return {}


@get("/stationery/pens", sync_to_thread=False)
def get_pens() -> dict[str, Any]:
    return {}


async def take(request: RawRequest) -> None:
    """Bytes, any number."""


def fault(fault: Fault, context: Context) -> Rendered:
    return json_response(fault.status, {})


EDGE = Edge(
    name="things",
    prefix="/station",
    fault=fault,
    public=re.compile(r"/?"),
    microversions=Microversions("things", Version(1, 0), Version(1, 9), "/v1"),
    raw=(
        RawRoute("PUT", re.compile(r"/v1/things/(?P<key>[^/]+)/file"), take),
        RawRoute("GET", re.compile(r"(?!/v1(/|$)).*"), take),
    ),
)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    router = Router("/station", route_handlers=[list_things, make_thing, act, get_versions])
    app = Litestar([router, get_pens], openapi_config=None, logging_config=None)
    return describe(EDGE, app.routes, "http://cloud")


def body_of(document: Mapping[str, Any], path: str, method: str) -> Any:
    return document["paths"][path][method]["requestBody"]["content"]


def test_it_has_the_services_own_routes_and_no_others(document: dict[str, Any]) -> None:
    found = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert found == {
        ("get", "/station"),
        ("get", "/station/v1/things"),
        ("post", "/station/v1/things"),
        ("post", "/station/v1/things/{key}/action"),
        ("put", "/station/v1/things/{key}/file"),
    }


def test_a_list_names_its_query_parameters(document: dict[str, Any]) -> None:
    operation = document["paths"]["/station/v1/things"]["get"]
    assert operation["summary"] == "Things, many."
    limit, direction, name, version = operation["parameters"]
    assert limit == {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer"}}
    assert direction["schema"] == {"enum": ["asc", "desc"]}
    assert name["schema"] == {"type": "string"}
    assert version == {"$ref": "#/components/parameters/Microversion"}


def test_the_newest_body_counts_without_what_it_lost(document: dict[str, Any]) -> None:
    schema = body_of(document, "/station/v1/things", "post")["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/ThingNow"}
    assert set(document["components"]["schemas"]["ThingNow"]["properties"]) == {"name", "colour"}


def test_a_union_is_a_choice_in_the_routes_own_media_type(document: dict[str, Any]) -> None:
    schema = body_of(document, "/station/v1/things/{key}/action", "post")["application/x-thing"]["schema"]
    assert schema == {"anyOf": [{"$ref": "#/components/schemas/Paint"}, {"$ref": "#/components/schemas/Sell"}]}


def test_raw_routes_are_there_where_they_are_templates(document: dict[str, Any]) -> None:
    operation = document["paths"]["/station/v1/things/{key}/file"]["put"]
    assert [p["name"] for p in operation["parameters"] if "name" in p] == ["key"]
    assert list(operation["requestBody"]["content"]) == ["application/octet-stream"]


def test_only_public_paths_need_no_token(document: dict[str, Any]) -> None:
    assert document["security"] == [{"token": []}]
    assert {} in document["paths"]["/station"]["get"]["security"]
    assert "security" not in document["paths"]["/station/v1/things"]["get"]
