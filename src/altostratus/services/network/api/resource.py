"""The five routes that every kind of resource has: list, create, show, change, delete."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar import delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct
from sqlalchemy import ColumnElement, Select

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.api import NetworkCall, wish_of, without
from altostratus.services.network.api.listing import fields_of, list_query, page_links, parameters
from altostratus.services.network.api.schemas import change, creation
from altostratus.services.network.errors import HTTPBadRequest
from altostratus.services.network.store.listing import Listing, select_page
from altostratus.services.network.usecases import Networking


@dataclass(frozen=True)
class Resource:
    """A kind of resource: its names, its bodies, its use cases, its view. `secret` maps attributes to the rules
    that let a caller see them; `before_list` makes what a list must not miss. Without `change` and `update` there is
    no PUT."""

    single: str
    plural: str
    listing: Listing
    visible: Callable[[Networking, Actor], ColumnElement[bool]]
    fetch: Callable[[Tx, Select[Any]], list[Any]]
    find: Callable[[Tx, Networking, Actor, str], Any]
    view: Callable[[Any], dict[str, Any]]
    new: type[Struct]
    create: Callable[[Tx, Networking, Actor, dict[str, Any]], Any]
    delete: Callable[[Tx, Networking, Actor, str, int | None], None]
    change: type[Struct] | None = None
    update: Callable[[Tx, Networking, Actor, str, dict[str, Any], int | None], Any] | None = None
    secret: Mapping[str, str] = field(default_factory=dict)
    before_list: Callable[[Networking, Actor], Awaitable[None]] | None = None

    @property
    def path(self) -> str:
        return f"/v2.0/{self.plural.replace('_', '-')}"

    def hidden(self, call: NetworkCall) -> frozenset[str]:
        """The attributes that this caller may not see."""
        net, actor = call.net, call.actor
        return frozenset(name for name, rule in self.secret.items() if not net.policy.allows(actor, rule))

    def show(self, call: NetworkCall, found: Any) -> dict[str, Any]:
        """One of them, as a response body."""
        return {self.single: without(self.view(found), self.hidden(call), fields_of(call.pairs))}


def routes_of(resource: Resource) -> list[HTTPRouteHandler]:
    """Its routes."""
    found = [_list(resource), _create(resource), _show(resource), _delete(resource)]
    return [*found, _change(resource)] if resource.change else found


def _list(resource: Resource) -> HTTPRouteHandler:
    @get(resource.path, query=parameters(resource.listing), name=f"network.list_{resource.plural}")
    async def list_all(request: NetworkCall) -> dict[str, Any]:
        net, actor, query = request.net, request.actor, list_query(request.pairs)
        visible = resource.visible(net, actor)
        if resource.before_list:
            await resource.before_list(net, actor)
        found = await net.db.read(lambda tx: resource.fetch(tx, select_page(tx, resource.listing, visible, query)))
        if query.reverse:
            found.reverse()
        hidden, fields = resource.hidden(request), fields_of(request.pairs)
        body: dict[str, Any] = {resource.plural: [without(resource.view(each), hidden, fields) for each in found]}
        if links := page_links(request, query, [each.id for each in found]):
            body[f"{resource.plural}_links"] = links
        return body

    return list_all


def _create(resource: Resource) -> HTTPRouteHandler:
    kind = creation(resource.single, resource.plural, resource.new)

    @post(resource.path, body=kind, name=f"network.create_{resource.single}")
    async def create(request: NetworkCall) -> dict[str, Any]:
        net, actor = request.net, request.actor
        body = wish_of(await request.decode(kind))
        if resource.single in body:
            one = body[resource.single]
            return resource.show(request, await net.db.write(lambda tx: resource.create(tx, net, actor, dict(one))))
        if resource.plural not in body:
            raise HTTPBadRequest("Resource body required")
        many = body[resource.plural]
        made = await net.db.write(lambda tx: [resource.create(tx, net, actor, dict(wish)) for wish in many])
        return {resource.plural: [resource.show(request, each)[resource.single] for each in made]}

    return create


def _show(resource: Resource) -> HTTPRouteHandler:
    @get(f"{resource.path}/{{key:str}}", name=f"network.show_{resource.single}")
    async def show(request: NetworkCall, key: FromPath[str]) -> dict[str, Any]:
        net, actor = request.net, request.actor
        return resource.show(request, await net.db.read(lambda tx: resource.find(tx, net, actor, key)))

    return show


def _change(resource: Resource) -> HTTPRouteHandler:
    assert resource.change is not None
    assert resource.update is not None
    kind, update = change(resource.single, resource.change), resource.update

    @put(f"{resource.path}/{{key:str}}", body=kind, name=f"network.update_{resource.single}")
    async def put_one(request: NetworkCall, key: FromPath[str]) -> dict[str, Any]:
        net, actor, revision = request.net, request.actor, request.revision
        wish = wish_of(await request.decode(kind))[resource.single]
        found = await net.db.write(lambda tx: update(tx, net, actor, key, dict(wish), revision))
        return resource.show(request, found)

    return put_one


def _delete(resource: Resource) -> HTTPRouteHandler:
    @delete(f"{resource.path}/{{key:str}}", name=f"network.delete_{resource.single}")
    async def delete_one(request: NetworkCall, key: FromPath[str]) -> None:
        net, actor, revision = request.net, request.actor, request.revision
        await net.db.write(lambda tx: resource.delete(tx, net, actor, key, revision))

    return delete_one
