"""The Network API v2.0. https://docs.openstack.org/api-ref/network/v2/"""

import re
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from altostratus.kernel.http.call import Body, Call, body_type
from altostratus.services.network.errors import HTTPBadRequest
from altostratus.services.network.usecases import Networking

T = TypeVar("T")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")
_IF_MATCH = re.compile(r"revision_number=(\d{1,18})")


class NetworkCall(Call):
    """A call of the network service."""

    __slots__ = ()

    @property
    def net(self) -> Networking:
        found: Networking = self.context.state["network"]
        return found

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query string, in order."""
        try:
            return parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="strict")
        except (UnicodeDecodeError, ValueError):
            raise HTTPBadRequest("The query string is not valid") from None

    @property
    def revision(self) -> int | None:
        """The revision that If-Match names."""
        text = self.headers.get("if-match")
        if text is None:
            return None
        match = _IF_MATCH.fullmatch(text.strip())
        if match is None:
            raise HTTPBadRequest(f"Invalid constraints in If-Match header: {text}")
        return int(match[1])

    async def decode(self, kind: Body[T]) -> T:
        """The body as this type. As in Neutron, "80" will do for a number and "true" for a truth value."""
        content = await self.content()
        try:
            return msgspec.json.decode(content, type=body_type(kind, self.version), strict=False)
        except msgspec.ValidationError as error:
            raise HTTPBadRequest(_readable(str(error))) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise HTTPBadRequest(f"The request body is not valid JSON: {error}") from error


def wish_of(body: Any) -> dict[str, Any]:
    """What a decoded body says, by the API's names; what it does not say is not there."""
    found: dict[str, Any] = msgspec.to_builtins(body)
    return found


def without(view: Mapping[str, Any], hidden: frozenset[str], fields: frozenset[str]) -> dict[str, Any]:
    """A view as this caller may see it and asked for it."""
    return {name: value for name, value in view.items() if name not in hidden and (not fields or name in fields)}


def _readable(text: str) -> str:
    if unknown := _UNKNOWN.search(text):
        return f"Unrecognized attribute(s) '{unknown[1]}'"
    return f"Invalid input for operation: {text}."
