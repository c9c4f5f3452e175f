"""Quota: how many of each a project may have, and how it is changed."""

from collections.abc import Mapping

from sqlalchemy import select

from altostratus.kernel.actor import Actor
from altostratus.kernel.db import quota
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import HTTPBadRequest, OverQuota
from altostratus.services.network.store import usage
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import require

SERVICE = "network"


def charge(tx: Tx, net: Networking, project_id: str, **amounts: int) -> None:
    """Lock the project's scope and refuse what would go over; call it before inserting. Amounts by resource."""
    quota.lock(tx, project_id, SERVICE)
    limits = quota.limits(tx, project_id, SERVICE, net.config.quotas)
    over = [
        name
        for name, amount in amounts.items()
        if limits[name] != quota.UNLIMITED and usage.used(tx, project_id, name) + amount > limits[name]
    ]
    if over:
        raise OverQuota(resources=over)


def limits_of(tx: Tx, net: Networking, actor: Actor, project_id: str) -> dict[str, int]:
    """The project's limits by resource."""
    require_reading(net, actor, project_id)
    return quota.limits(tx, project_id, SERVICE, net.config.quotas)


def changed_limits(tx: Tx, net: Networking) -> dict[str, dict[str, int]]:
    """Limits of every project for which some were set."""
    limited = quota.quota_limit
    query = select(limited.c.project_id).where(limited.c.service == SERVICE).distinct().order_by(limited.c.project_id)
    projects = tx.sql.execute(query).scalars()
    return {project_id: quota.limits(tx, project_id, SERVICE, net.config.quotas) for project_id in list(projects)}


def usage_of(tx: Tx, net: Networking, actor: Actor, project_id: str) -> dict[str, dict[str, int]]:
    """limit, used and reserved by resource. Nothing is ever only reserved here."""
    limits = limits_of(tx, net, actor, project_id)
    return {
        name: {"limit": limit, "used": usage.used(tx, project_id, name), "reserved": 0}
        for name, limit in limits.items()
    }


def set_limits(tx: Tx, net: Networking, actor: Actor, project_id: str, values: Mapping[str, int]) -> dict[str, int]:
    """Change some limits; -1 is unlimited."""
    require(net, actor, "update_quota", {"project_id": project_id})
    if unknown := sorted(set(values) - set(net.config.quotas)):
        raise HTTPBadRequest(f"Unrecognized attribute(s) '{', '.join(unknown)}'")
    quota.set_limits(tx, project_id, SERVICE, values)
    return quota.limits(tx, project_id, SERVICE, net.config.quotas)


def reset_limits(tx: Tx, net: Networking, actor: Actor, project_id: str) -> None:
    """Back to the defaults."""
    require(net, actor, "delete_quota", {"project_id": project_id})
    quota.reset_limits(tx, project_id, SERVICE)


def require_reading(net: Networking, actor: Actor, project_id: str) -> None:
    """A project may read its own limits, whatever its members' roles; so clients expect (`quota show`)."""
    if actor.project != project_id:
        require(net, actor, "get_quota", {"project_id": project_id})
