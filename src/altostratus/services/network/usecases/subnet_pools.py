"""Create, change and delete subnet pools."""

from typing import Any

from sqlalchemy import update

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.subnet_pool_rules import check_bounds, check_growth, merged_prefixes
from altostratus.services.network.errors import InvalidInput, SubnetPoolInUse
from altostratus.services.network.store import subnet_pools, subnets
from altostratus.services.network.store.standard import born, remove, revise
from altostratus.services.network.store.tables import subnet_pool
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_pool, project_for, require, require_attributes
from altostratus.services.network.usecases.quota import charge
from altostratus.services.network.usecases.revisions import check_revision

BOUNDS = ("min_prefixlen", "max_prefixlen", "default_prefixlen")


def create_subnet_pool(tx: Tx, net: Networking, actor: Actor, wish: dict[str, Any]) -> subnet_pools.SubnetPool:
    """A new pool of prefixes of one IP version."""
    project_id = project_for(actor, wish)
    target = {"project_id": project_id, "tenant_id": project_id}
    require(net, actor, "create_subnetpool", target)
    require_attributes(net, actor, "create_subnetpool", wish, target)
    version, prefixes = merged_prefixes(wish["prefixes"])
    bounds = check_bounds(version, *(wish.get(name) for name in BOUNDS))
    charge(tx, net, project_id, subnetpool=1)
    if wish.get("is_default"):
        _refuse_second_default(tx, version)
    values = born(tx, project_id, wish)
    subnet_pools.insert(
        tx,
        **values,
        name=wish.get("name", ""),
        prefixes=prefixes,
        ip_version=version,
        **dict(zip(BOUNDS, bounds, strict=True)),
        default_quota=wish.get("default_quota"),
        shared=wish.get("shared", False),
        is_default=wish.get("is_default", False),
    )
    events.record(tx, actor, "network.subnetpool.create", values["id"], project_id)
    created = subnet_pools.get(tx, values["id"])
    assert created is not None
    return created


def update_subnet_pool(
    tx: Tx, net: Networking, actor: Actor, pool_id: str, wish: dict[str, Any], revision: int | None = None
) -> subnet_pools.SubnetPool:
    """Change what the wish names; prefixes may only be added to."""
    found = find_pool(tx, net, actor, pool_id)
    require(net, actor, "update_subnetpool", found.target)
    require_attributes(net, actor, "update_subnetpool", wish, found.target)
    check_revision(found.revision_number, revision)
    names = ("name", "description", "default_quota", "is_default")
    values: dict[str, Any] = {name: wish[name] for name in names if name in wish}
    if wish.get("is_default") and not found.is_default:
        _refuse_second_default(tx, found.ip_version)
    if "prefixes" in wish:
        values["prefixes"] = check_growth(found.ip_version, found.prefixes, wish["prefixes"])
    bounds = check_bounds(found.ip_version, *(wish.get(name, getattr(found, name)) for name in BOUNDS))
    values |= dict(zip(BOUNDS, bounds, strict=True))
    revise(tx, subnet_pool, pool_id, **values)
    events.record(tx, actor, "network.subnetpool.update", pool_id, found.project_id)
    return find_pool(tx, net, actor, pool_id)


def delete_subnet_pool(tx: Tx, net: Networking, actor: Actor, pool_id: str, revision: int | None = None) -> None:
    """Delete it; SubnetPoolInUse while subnets of it are there."""
    found = find_pool(tx, net, actor, pool_id)
    require(net, actor, "delete_subnetpool", found.target)
    check_revision(found.revision_number, revision)
    if subnets.of_pool(tx, pool_id):
        raise SubnetPoolInUse(id=pool_id)
    remove(tx, subnet_pool, pool_id)
    events.record(tx, actor, "network.subnetpool.delete", pool_id, found.project_id)


def _refuse_second_default(tx: Tx, version: int) -> None:
    # locks the rows that the look below depends on, where the engine has row locks
    tx.sql.execute(update(subnet_pool).where(subnet_pool.c.is_default).values(is_default=True))
    if subnet_pools.default_of_version(tx, version):
        raise InvalidInput(reason=f"A default subnetpool for this IP family has already been set for IPv{version}")
