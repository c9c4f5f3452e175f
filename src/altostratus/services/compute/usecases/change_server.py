"""Change what is only written down of a server: name, description, metadata, tags, lock."""

from collections.abc import Mapping, Sequence
from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.db import quota
from altostratus.kernel.errors import BadRequest, Forbidden, NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Server
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.find_server import find_server, require_unlocked

MAX_TAGS = 50


def update_server(tx: Tx, compute: Compute, actor: Actor, server_id: str, **values: Any) -> Server:
    """Change name, description or hostname."""
    find_server(tx, compute, actor, server_id, "servers:update")
    return _write(tx, actor, server_id, "update", **values)


def set_metadata(
    tx: Tx, compute: Compute, actor: Actor, server_id: str, items: Mapping[str, str], replace: bool
) -> dict[str, str]:
    """Add items, or make them all there is; the metadata afterwards."""
    rule = "server-metadata:update_all" if replace else "server-metadata:create"
    server = find_server(tx, compute, actor, server_id, rule)
    require_unlocked(server, actor)
    metadata = dict(items) if replace else {**server.metadata, **items}
    limit = quota.limits(tx, server.project_id, "compute", compute.config.quotas())["metadata_items"]
    if 0 <= limit < len(metadata):
        raise Forbidden(f"Maximum number of metadata items exceeds {limit}")
    return _write(tx, actor, server_id, "update", metadata=metadata).metadata


def delete_metadata(tx: Tx, compute: Compute, actor: Actor, server_id: str, key: str) -> None:
    server = find_server(tx, compute, actor, server_id, "server-metadata:delete")
    require_unlocked(server, actor)
    if key not in server.metadata:
        raise NotFound("Metadata item was not found")
    left = {name: value for name, value in server.metadata.items() if name != key}
    _write(tx, actor, server_id, "update", metadata=left)


def set_tags(tx: Tx, compute: Compute, actor: Actor, server_id: str, tags: Sequence[str], rule: str) -> list[str]:
    """Make these all the tags there are; the tags afterwards."""
    find_server(tx, compute, actor, server_id, f"os-server-tags:{rule}")
    if len(set(tags)) > MAX_TAGS:
        raise BadRequest(f"The number of tags exceeded the per-server limit {MAX_TAGS}")
    return _write(tx, actor, server_id, "update", tags=sorted(set(tags))).tags


def lock_server(tx: Tx, compute: Compute, actor: Actor, server_id: str, reason: str | None) -> None:
    server = find_server(tx, compute, actor, server_id, "os-lock-server:lock")
    by = "owner" if server.project_id == actor.project_id and not actor.is_admin else "admin"
    _write(tx, actor, server_id, "lock", locked=True, locked_by=by, locked_reason=reason)


def unlock_server(tx: Tx, compute: Compute, actor: Actor, server_id: str) -> None:
    """What an administrator locked, only an administrator unlocks."""
    server = find_server(tx, compute, actor, server_id, "os-lock-server:unlock")
    if server.locked_by == "admin":
        compute.policy.require(actor, "os_compute_api:os-lock-server:unlock:unlock_override")
    _write(tx, actor, server_id, "unlock", locked=False, locked_by=None, locked_reason=None)


def _write(tx: Tx, actor: Actor, server_id: str, what: str, **values: Any) -> Server:
    servers.update_server(tx, server_id, updated_at=tx.now, **values)
    changed = servers.get_server(tx, server_id)
    assert changed is not None
    events.record(tx, actor, f"compute.server.{what}", server_id, changed.project_id)
    return changed
