"""/v2.0/{collection}/{id}/tags of every resource that has tags."""

from typing import Any

from litestar import delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from altostratus.services.network.api import NetworkCall
from altostratus.services.network.api.schemas import Tags
from altostratus.services.network.usecases import tags


def routes_of(collection: str) -> list[HTTPRouteHandler]:
    """The tag routes of one collection."""
    path = f"/v2.0/{collection}/{{key:str}}/tags"
    return [*_all_routes(collection, path), *_one_routes(collection, f"{path}/{{tag:str}}")]


def _all_routes(collection: str, path: str) -> list[HTTPRouteHandler]:
    @get(path)
    async def list_tags(request: NetworkCall, key: FromPath[str]) -> dict[str, Any]:
        net, actor = request.net, request.actor
        return {"tags": await net.db.read(lambda tx: tags.read_tags(tx, net, actor, collection, key))}

    @put(path, body=Tags)
    async def replace_tags(request: NetworkCall, key: FromPath[str]) -> dict[str, Any]:
        net, actor, wished = request.net, request.actor, (await request.decode(Tags)).tags
        return {"tags": await net.db.write(lambda tx: tags.set_tags(tx, net, actor, collection, key, wished))}

    @post(path, body=Tags)
    async def add_tags(request: NetworkCall, key: FromPath[str]) -> dict[str, Any]:
        net, actor, wished = request.net, request.actor, (await request.decode(Tags)).tags
        return {"tags": await net.db.write(lambda tx: tags.add_tags(tx, net, actor, collection, key, wished))}

    @delete(path)
    async def remove_tags(request: NetworkCall, key: FromPath[str]) -> None:
        net, actor = request.net, request.actor
        await net.db.write(lambda tx: tags.set_tags(tx, net, actor, collection, key, []))

    return [list_tags, replace_tags, add_tags, remove_tags]


def _one_routes(collection: str, path: str) -> list[HTTPRouteHandler]:
    @get(path, status_code=204)
    async def check_tag(request: NetworkCall, key: FromPath[str], tag: FromPath[str]) -> None:
        net, actor = request.net, request.actor
        await net.db.read(lambda tx: tags.has_tag(tx, net, actor, collection, key, tag))

    @put(path, status_code=201)
    async def add_tag(request: NetworkCall, key: FromPath[str], tag: FromPath[str]) -> dict[str, Any]:
        net, actor = request.net, request.actor
        return {"tags": await net.db.write(lambda tx: tags.add_tags(tx, net, actor, collection, key, [tag]))}

    @delete(path)
    async def remove_tag(request: NetworkCall, key: FromPath[str], tag: FromPath[str]) -> None:
        net, actor = request.net, request.actor
        await net.db.write(lambda tx: tags.remove_tag(tx, net, actor, collection, key, tag))

    return [check_tag, add_tag, remove_tag]


ROUTES = tuple(route for collection in tags.TAGGED for route in routes_of(collection))
