"""OpenAPI 3.1 documents, made from the routes themselves: paths, methods, parameters, and bodies as they are decoded.

A route says what only it knows by options of its decorator: `body` (the Body that it decodes), `media_types` (of that
body, where it is not plain JSON), `query` (names of query parameters), `alias` (it is another path to what is described
already). Where a body depends on the microversion, its newest form is described. Answers are not described:
OpenStack's own documents do that, and tests hold us to them.

https://spec.openapis.org/oas/v3.1.1.html
"""

import re
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from litestar.routes import BaseRoute, HTTPRoute
from msgspec import UnsetType

from altostratus.kernel.http.edge import Edge, RawRoute

Json = dict[str, Any]
JSON = ("application/json",)
BYTES = ("application/octet-stream",)
_REFERENCE = "#/components/schemas/{name}"
_NEVER: Json = {"not": {}}
_VERSION_HEADER = {"$ref": "#/components/parameters/Microversion"}
_QUERY: dict[str, Json] = {"limit": {"type": "integer"}, "sort_dir": {"enum": ["asc", "desc"]}}
"""Query parameters that are more than text."""
_PARAMETER = re.compile(r"\{(\w+)\}")
_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)")
_PLAIN = re.compile(r"[\w/{}.-]*")


def describe(edge: Edge, routes: Iterable[BaseRoute], base_url: str) -> Json:
    """The document of one service; `routes` may hold other services' as well."""
    described = _Described(edge)
    for route in routes:
        if isinstance(route, HTTPRoute) and f"{route.path_format}/".startswith(f"{edge.prefix}/"):
            for method, (handler, _) in route.route_handler_map.items():
                described.add(route.path_format, method, handler.opt, summary_of(handler.fn))
    for raw in edge.raw:
        described.add_raw(raw)
    return described.document(base_url)


def summary_of(function: Any) -> str:
    """The first line of what a function says of itself."""
    return (function.__doc__ or "").partition("\n")[0]


def newest(body: Any) -> Any:
    """The type of a Body in its highest microversion."""
    return body[max(body)] if isinstance(body, Mapping) else body


class _Described:
    """The operations found so far and the bodies that they need schemas for."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._paths: dict[str, Json] = {}
        self._bodies: list[tuple[Json, Any, tuple[str, ...]]] = []

    def add(self, path: str, method: str, options: Mapping[str, Any], summary: str) -> None:
        """A route of Litestar's."""
        if method == "OPTIONS" or options.get("alias"):
            return
        operation = self._operation(path, method, options.get("query", ()), summary)
        if "body" in options:
            self._bodies.append((operation, newest(options["body"]), options.get("media_types", JSON)))

    def add_raw(self, route: RawRoute) -> None:
        """A raw route: the operations that it names, or itself where its pattern is a path with parameters and no
        more."""
        for method, template, function in route.operations:
            self._operation(self._edge.prefix + template, method, (), summary_of(function))
        if route.operations:
            return
        path = self._edge.prefix + _GROUP.sub(r"{\1}", route.path.pattern)
        if _PLAIN.fullmatch(path):
            operation = self._operation(path, route.method, (), summary_of(route.handler))
            if route.method == "PUT":
                self._bodies.append((operation, bytes, BYTES))

    def document(self, base_url: str) -> Json:
        """All of it."""
        versions = self._edge.microversions
        components: Json = {
            "schemas": self._schemas(),
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}},
        }
        if versions:
            components["parameters"] = {"Microversion": _version_parameter(versions.service, str(versions.highest))}
        return {
            "openapi": "3.1.0",
            "info": {"title": self._edge.name, "version": str(versions.highest) if versions else "1"},
            "servers": [{"url": base_url}],
            "security": [{"token": []}],
            "paths": self._paths,
            "components": components,
        }

    def _operation(self, path: str, method: str, query: Iterable[str], summary: str) -> Json:
        parameters: list[Json] = [_parameter("path", name) for name in _PARAMETER.findall(path)]
        parameters += [_parameter("query", name) for name in query]
        rest = path.removeprefix(self._edge.prefix)
        if self._edge.microversions and rest.startswith(self._edge.microversions.path):
            parameters.append(_VERSION_HEADER)
        operation: Json = {"summary": summary, "parameters": parameters, "responses": {"default": {"description": ""}}}
        if self._edge.public.fullmatch(rest):
            operation["security"] = [{}, {"token": []}]
        self._paths.setdefault(path, {})[method.lower()] = operation
        return operation

    def _schemas(self) -> Json:
        """The component schemas; each operation gets its request body on the way."""
        kinds = [kind for _, body, _ in self._bodies for kind in _kinds(body)]
        found, components = msgspec.json.schema_components(kinds, schema_hook=_unset, ref_template=_REFERENCE)
        schemas = iter(found)
        for operation, body, media_types in self._bodies:
            choices = [next(schemas) for _ in _kinds(body)]
            schema = choices[0] if len(choices) == 1 else {"anyOf": choices}
            operation["requestBody"] = {"required": True, "content": {name: {"schema": schema} for name in media_types}}
        return {name: _without_absent(schema) for name, schema in components.items()}


def _kinds(body: Any) -> tuple[Any, ...]:
    """The alternatives of a body: msgspec describes no union of untagged objects."""
    return get_args(body) if get_origin(body) in (Union, UnionType) else (body,)


def _parameter(place: str, name: str) -> Json:
    schema = _QUERY.get(name, {"type": "string"}) if place == "query" else {"type": "string"}
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _version_parameter(service: str, highest: str) -> Json:
    schema = {"type": "string", "pattern": rf"^{service} (latest|[1-9]\d*\.\d+)$", "default": f"{service} {highest}"}
    return {"name": "OpenStack-API-Version", "in": "header", "required": False, "schema": schema}


def _unset(kind: type) -> Json:
    """What an attribute looks like that newer microversions took away."""
    if kind is UnsetType:
        return _NEVER
    raise NotImplementedError(kind)


def _without_absent(schema: Json) -> Json:
    """A schema without the properties that may never be there."""
    if "properties" not in schema:
        return schema
    return {**schema, "properties": {k: v for k, v in schema["properties"].items() if v != _NEVER}}
