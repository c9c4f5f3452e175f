"""Tags of any resource that has them."""

from collections.abc import Callable, Sequence
from typing import Any

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import InvalidInput, TagNotFound
from altostratus.services.network.store import standard, tables
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import (
    find_floating_ip,
    find_group,
    find_network,
    find_pool,
    find_port,
    find_router,
    find_subnet,
    require,
)

MOST = 50
Find = Callable[[Tx, Networking, Actor, str], Any]
TAGGED: dict[str, tuple[Find, str, Any]] = {
    "networks": (find_network, "update_network", tables.network),
    "subnets": (find_subnet, "update_subnet", tables.subnet),
    "ports": (find_port, "update_port", tables.port),
    "routers": (find_router, "update_router", tables.router),
    "floatingips": (find_floating_ip, "update_floatingip", tables.floating_ip),
    "security-groups": (find_group, "update_security_group", tables.security_group),
    "subnetpools": (find_pool, "update_subnetpool", tables.subnet_pool),
}


def read_tags(tx: Tx, net: Networking, actor: Actor, collection: str, key: str) -> list[str]:
    """The resource's tags, sorted."""
    return list(TAGGED[collection][0](tx, net, actor, key).tags)


def has_tag(tx: Tx, net: Networking, actor: Actor, collection: str, key: str, text: str) -> None:
    """TagNotFound unless it has the tag."""
    if text not in read_tags(tx, net, actor, collection, key):
        raise TagNotFound(tag=text)


def set_tags(tx: Tx, net: Networking, actor: Actor, collection: str, key: str, tags: Sequence[str]) -> list[str]:
    """Exactly these tags."""
    _check(tags)
    _writable(tx, net, actor, collection, key)
    standard.clear_tags(tx, key)
    standard.add_tags(tx, key, tags)
    return read_tags(tx, net, actor, collection, key)


def add_tags(tx: Tx, net: Networking, actor: Actor, collection: str, key: str, tags: Sequence[str]) -> list[str]:
    """These tags too."""
    _check([*read_tags(tx, net, actor, collection, key), *tags])
    _writable(tx, net, actor, collection, key)
    standard.add_tags(tx, key, tags)
    return read_tags(tx, net, actor, collection, key)


def remove_tag(tx: Tx, net: Networking, actor: Actor, collection: str, key: str, text: str) -> None:
    """TagNotFound when it is not there."""
    _writable(tx, net, actor, collection, key)
    if not standard.remove_tag(tx, key, text):
        raise TagNotFound(tag=text)


def _writable(tx: Tx, net: Networking, actor: Actor, collection: str, key: str) -> None:
    find, rule, table = TAGGED[collection]
    require(net, actor, rule, find(tx, net, actor, key).target)
    standard.revise(tx, table, key)


def _check(tags: Sequence[str]) -> None:
    if any(not 0 < len(text) <= 255 for text in tags):
        raise InvalidInput(reason="a tag has 1 to 255 characters")
    if len(set(tags)) > MOST:
        raise InvalidInput(reason=f"a resource has at most {MOST} tags")
