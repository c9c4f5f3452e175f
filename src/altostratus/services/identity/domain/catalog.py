"""The catalog as tokens carry it: JSON, made once for many tokens, with gaps for what differs among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from altostratus.services.identity.domain.nouns import CatalogService, Endpoint
from altostratus.services.identity.domain.urls import filled

_USER, _PROJECT = "\0user\0", "\0project\0"
"""Stand for the ids. No text that is stored has a NUL."""
_IN_NO_PROJECT = {"user_id": _USER}
_IN_A_PROJECT = {"user_id": _USER, "project_id": _PROJECT, "tenant_id": _PROJECT}


@dataclass(frozen=True, slots=True)
class CatalogItem:
    """A service and where it is."""

    service: CatalogService
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """One for many tokens. `filters`: whether there are projects that have another one."""

    json: bytes
    filters: bool = False

    def of(self, user_id: str, project_id: str | None) -> bytes:
        """The JSON for this user's tokens in this project."""
        own = self.json.replace(_inside(_USER), _inside(user_id))
        return own.replace(_inside(_PROJECT), _inside(project_id)) if project_id else own


def render(items: Iterable[CatalogItem], in_project: bool) -> bytes:
    """JSON with gaps. What needs the project is left out where there is none, as is a malformed URL."""
    values = _IN_A_PROJECT if in_project else _IN_NO_PROJECT
    return msgspec.json.encode([_entry(item, values) for item in items])


def render_chosen(items: Iterable[CatalogItem], chosen: frozenset[str]) -> bytes:
    """For a project that has only the endpoints with these ids: a service without any of them is left out too."""
    less = [CatalogItem(item.service, tuple(one for one in item.endpoints if one.id in chosen)) for item in items]
    entries = (_entry(item, _IN_A_PROJECT) for item in less)
    return msgspec.json.encode([entry for entry in entries if entry["endpoints"]])


def _entry(item: CatalogItem, values: dict[str, str]) -> dict[str, Any]:
    service = item.service
    endpoints = [found for one in item.endpoints if (found := _endpoint(one, values))]
    return {"endpoints": endpoints, "id": service.id, "type": service.type, "name": service.name or ""}


def _endpoint(endpoint: Endpoint, values: dict[str, str]) -> dict[str, Any] | None:
    url = filled(endpoint.url, values)
    if not url:
        return None
    return {
        **endpoint.extra,
        "id": endpoint.id,
        "interface": endpoint.interface,
        "region_id": endpoint.region_id,
        "url": url,
        "region": endpoint.region_id,
    }


def _inside(text: str) -> bytes:
    """The text as it stands between a JSON string's quotes."""
    return msgspec.json.encode(text)[1:-1]
