"""Requests that Schemathesis makes up from a service's OpenAPI document, and some that it would not think of: valid
ones with one thing wrong, and single query parameters."""

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.schemas.world import Operation

VERSIONS = {
    "compute": ("2.1", "2.25", "2.35", "2.47", "2.59", "2.87", "latest", "2.999", "x"),
    "volume": ("3.0", "3.26", "3.33", "3.52", "3.65", "latest", "3.999", "x"),
}
NASTY: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 2**31, 2**63, 2**64, 10**400, "", " ", "0", "-1", "a" * 256, "\0", "é💥", "\ud800", "../..",
    "10.0.0.0/99", "::", "0.0.0.0/0", "fe80::1%eth0", "00000000-0000-0000-0000-000000000000", [], [None], [[]], {},
    {"": {}},
)  # fmt: skip
"""What goes in place of something valid."""
WORDS = ("", "0", "1", "-1", "9" * 25, "true", "None", "asc", "name", "id", "red", "in:a,b", "gte:2026-11-20T00:00:00Z",
         "9999-12-31T23:59:59-12:00", "ip_address=10.9.0.1", "ACTIVE", "[", "\0", "é", "default")  # fmt: skip
"""Values of query parameters."""
NEW = "@new"
"""A name in a body that is made up for each request."""
_NUMBERS = count(1)


@dataclass(frozen=True)
class Generated:
    """A case with what is put over it: a body (None: its own), more query parameters or, if `alone`, only those, and
    the microversion."""

    case: Any
    body: Any
    query: dict[str, str]
    alone: bool
    version: str

    def request(self, operation: Operation) -> dict[str, Any]:
        """As httpx takes it."""
        made = self.case.as_transport_kwargs(base_url="http://cloud")
        headers = {"OpenStack-API-Version": f"{operation.service} {self.version}"}
        if "requestBody" in operation.described:
            headers["Content-Type"] = next(iter(operation.described["requestBody"]["content"]))
        query = self.query if self.alone else {**(made["params"] or {}), **self.query}
        return {
            "method": made["method"],
            "path": made["url"],
            "params": query,
            "headers": headers,
            "content": self._content(made),
        }

    def _content(self, made: dict[str, Any]) -> Any:
        if self.body is not None:
            return json.dumps(self.body).replace(NEW, f"m{next(_NUMBERS)}").encode()
        return json.dumps(made["json"]).encode() if "json" in made else made.get("data")


def schema_of(document: dict[str, Any], known: dict[str, str]) -> OpenApiSchema:
    """The document as Schemathesis shall read it: one kind of JSON, no headers of its own choice, and wherever a body
    names another thing, one that exists as often as not."""
    document = copy.deepcopy(document)
    del document["security"]
    for methods in document["paths"].values():
        for described in methods.values():
            described["parameters"] = [p for p in described["parameters"] if "$ref" not in p]
            if body := described.get("requestBody"):
                body["content"] = {_plain(name): content for name, content in body["content"].items()}
    for schema in document["components"]["schemas"].values():
        properties = schema.get("properties", {})
        properties |= {k: {"anyOf": [{"enum": [known[k]]}, v]} for k, v in properties.items() if k in known}
    return schemathesis.openapi.from_dict(document)


def _plain(media_type: str) -> str:
    """JSON by the only name that Schemathesis knows."""
    return "application/json" if "json" in media_type else media_type


def requests_for(schema: Any, operation: Operation, parameters: dict[str, str], bodies: Sequence[Any]) -> Any:
    """Requests to an operation: with these path parameters, that exist, and others; around valid `bodies`, too."""
    found = schema[operation.path][operation.method]
    modes = [GenerationMode.POSITIVE]
    if operation.described["parameters"] or "requestBody" in operation.described:
        modes.append(GenerationMode.NEGATIVE)
    paths = ({}, parameters) if parameters else ({},)
    ways = [st.tuples(found.as_strategy(mode, path_parameters=path), st.none()) for mode in modes for path in paths]
    for body in bodies:
        ways.append(st.tuples(found.as_strategy(path_parameters=parameters, body=body), with_a_fault(body)))
    versions = st.sampled_from((operation.example.version, *VERSIONS.get(operation.service, VERSIONS["compute"])))
    return st.builds(
        lambda pair, *more: Generated(*pair, *more), st.one_of(ways), _queries(operation), st.booleans(), versions
    )


def _queries(operation: Operation) -> Any:
    """At most two query parameters, most of them such as the operation knows."""
    known = [p["name"] for p in operation.described["parameters"] if p.get("in") == "query"]
    names = st.text(min_size=1, max_size=5)
    values = st.sampled_from(WORDS) | st.text(max_size=5)
    return st.dictionaries(st.sampled_from(known) | names if known else names, values, max_size=2)


@st.composite
def with_a_fault(draw: Any, body: Any) -> Any:
    """A copy of a body with a value somewhere in it replaced, left out, or doubled."""
    body = copy.deepcopy(body)
    container, key = draw(st.sampled_from(list(_places(body))))
    change = draw(st.sampled_from(("replace", "replace", "remove", "more")))
    if change == "replace":
        container[key] = draw(st.sampled_from(NASTY))
    elif change == "remove":
        del container[key]
    elif isinstance(container, list):
        container.append(container[key])
    else:
        container[draw(st.text(max_size=5))] = container[key]
    return body


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside a JSON value."""
    for key in value if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
