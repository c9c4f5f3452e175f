"""How a service looks from outside: its prefix, its faults, what needs no token, its versions, its raw routes."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from altostratus.kernel.errors import Fault
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.microversions import Microversions

if TYPE_CHECKING:
    from altostratus.kernel.http.raw import RawRequest

RawHandler = Callable[["RawRequest"], Awaitable[None]]
DirectHandler = Callable[[Any, Any], Awaitable["Rendered"]]
"""What answers an ASGI scope and its `receive`."""
SocketHandler = Callable[[Any, Any, Any], Awaitable[None]]
"""A WebSocket as ASGI has it: (scope, receive, send). The handler checks who asks."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A response that is complete."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


FaultFormat = Callable[[Fault, Context], Rendered]


ANY = "*"
"""The method of a route that answers all of them."""


@dataclass(frozen=True, slots=True)
class RawRoute:
    """A route that Litestar never sees: bytes in, bytes out. `path` matches the undecoded path after the prefix.

    One for GET answers HEAD too: its handler sees the method and may spare the body, which is dropped anyway. One for
    any method says by `operations` what there is: (method, path with {parameters}, the function that answers).
    """

    method: str
    path: re.Pattern[str]
    handler: RawHandler
    operations: tuple[tuple[str, str, Callable[..., Any]], ...] = ()

    def match(self, method: str, path: str) -> re.Match[str] | None:
        fits = self.method in (method, ANY) or (method, self.method) == ("HEAD", "GET")
        return self.path.fullmatch(path) if fits else None


@dataclass(frozen=True, slots=True)
class Edge:
    """One service's edge. `public` matches the paths (after the prefix) that answer without a
    token; `direct` are handlers by method and path (after the prefix, decoded) that the pipeline calls itself, though
    Litestar has them too; `sockets` are WebSocket handlers by path. `hosts` matches names of hosts (without a port)
    whose whole paths are this service's, without the prefix. `request_id` makes the id of a request from a UUID."""

    name: str
    prefix: str
    fault: FaultFormat
    public: re.Pattern[str]
    microversions: Microversions | None = None
    request_id_headers: tuple[str, ...] = ("x-openstack-request-id",)
    raw: tuple[RawRoute, ...] = field(default=())
    direct: Mapping[tuple[str, str], DirectHandler] = field(default_factory=dict)
    sockets: Mapping[str, SocketHandler] = field(default_factory=dict)
    hosts: re.Pattern[str] | None = None
    request_id: Callable[[str], str] = "req-{}".format


def json_response(status: int, body: object, *headers: tuple[str, str]) -> Rendered:
    """A JSON body, rendered."""
    return Rendered(status, (("content-type", "application/json"), *headers), msgspec.json.encode(body))
