"""Create security groups."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import SecurityGroupDefaultAlreadyExists
from altostratus.services.network.store import security_groups
from altostratus.services.network.store.standard import born
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import project_for, require
from altostratus.services.network.usecases.default_group import NAME, add_rule, ensure_default_group
from altostratus.services.network.usecases.quota import charge


def create_security_group(tx: Tx, net: Networking, actor: Actor, wish: dict[str, Any]) -> security_groups.SecurityGroup:
    """A new group that lets everything out and nothing in."""
    project_id = project_for(actor, wish)
    require(net, actor, "create_security_group", {"project_id": project_id, "tenant_id": project_id})
    ensure_default_group(tx, project_id)
    if wish.get("name", "").lower() == NAME:
        raise SecurityGroupDefaultAlreadyExists()
    charge(tx, net, project_id, security_group=1)
    values = born(tx, project_id, wish)
    group_id: str = values["id"]
    security_groups.insert(tx, name=wish.get("name", ""), **values)
    for ethertype in ("IPv4", "IPv6"):
        add_rule(tx, project_id, group_id, direction="egress", ethertype=ethertype)
    events.record(tx, actor, "network.security_group.create", group_id, project_id)
    created = security_groups.get(tx, group_id)
    assert created is not None
    return created
