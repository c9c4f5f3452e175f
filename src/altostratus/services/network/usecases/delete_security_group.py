"""Delete a security group."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import SecurityGroupCannotRemoveDefault, SecurityGroupInUse
from altostratus.services.network.store import security_groups, wishes
from altostratus.services.network.store.standard import remove
from altostratus.services.network.store.tables import security_group
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_group, require
from altostratus.services.network.usecases.default_group import NAME
from altostratus.services.network.usecases.revisions import check_revision


def delete_security_group(tx: Tx, net: Networking, actor: Actor, group_id: str, revision: int | None = None) -> None:
    """Delete it with its rules, and the rules of other groups that refer to it; not while a port has it."""
    found = find_group(tx, net, actor, group_id)
    require(net, actor, "delete_security_group", found.target)
    check_revision(found.revision_number, revision)
    if security_groups.has_ports(tx, group_id):
        raise SecurityGroupInUse(id=group_id, reason="in use")
    if found.name == NAME and not actor.is_admin:
        raise SecurityGroupCannotRemoveDefault()
    for other in security_groups.delete_rules_of(tx, group_id) - {group_id}:
        wishes.rules_changed(tx, other)
    remove(tx, security_group, group_id)
    events.record(tx, actor, "network.security_group.delete", group_id, found.project_id)
