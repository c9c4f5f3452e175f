"""Compute's quotas: limits that an operator sets, usage that is counted."""

from collections.abc import Mapping

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.db import quota
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.compute.store import keypairs, servers
from altostratus.services.compute.usecases import Compute

_RULE = "os_compute_api:os-quota-sets"


def show_limits(tx: Tx, compute: Compute, actor: Actor, project_id: str) -> dict[str, int]:
    compute.policy.require(actor, f"{_RULE}:show", {"project_id": project_id})
    return quota.limits(tx, project_id, "compute", compute.config.quotas())


def show_usage(tx: Tx, compute: Compute, actor: Actor, project_id: str) -> dict[str, int]:
    """What is used of each limit; per-server and per-user limits have no usage of a project."""
    used = servers.count_usage(tx, project_id)
    return {**dict.fromkeys(compute.config.quotas(), 0), **used}


def own_limits(tx: Tx, compute: Compute, actor: Actor) -> tuple[dict[str, int], dict[str, int]]:
    """(limits, usage) of the actor's project."""
    limits = quota.limits(tx, actor.project, "compute", compute.config.quotas())
    used = servers.count_usage(tx, actor.project)
    return limits, {**used, "key_pairs": keypairs.count_keypairs(tx, actor.user_id)}


def set_limits(
    tx: Tx, compute: Compute, actor: Actor, project_id: str, values: Mapping[str, int], force: bool
) -> dict[str, int]:
    """Set limits; below what is used only by force."""
    compute.policy.require(actor, f"{_RULE}:update")
    used = servers.count_usage(tx, project_id)
    for name, value in values.items():
        if not force and 0 <= value < used.get(name, 0):
            raise BadRequest(
                f"Quota limit {value} for {name} must be greater than or equal to already used and reserved"
                f" {used[name]}."
            )
    quota.set_limits(tx, project_id, "compute", values)
    events.record(tx, actor, "compute.quota.update", project_id, project_id, **values)
    return quota.limits(tx, project_id, "compute", compute.config.quotas())


def reset_limits(tx: Tx, compute: Compute, actor: Actor, project_id: str) -> None:
    compute.policy.require(actor, f"{_RULE}:delete")
    quota.reset_limits(tx, project_id, "compute")
    events.record(tx, actor, "compute.quota.reset", project_id, project_id)
