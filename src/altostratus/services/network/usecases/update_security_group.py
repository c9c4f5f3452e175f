"""Change a security group's name or description."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import SecurityGroupCannotUpdateDefault, SecurityGroupDefaultAlreadyExists
from altostratus.services.network.store import security_groups
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.tables import security_group
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_group, require
from altostratus.services.network.usecases.default_group import NAME
from altostratus.services.network.usecases.revisions import check_revision


def update_security_group(
    tx: Tx, net: Networking, actor: Actor, group_id: str, wish: dict[str, Any], revision: int | None = None
) -> security_groups.SecurityGroup:
    """The default group keeps its name, and no other takes it."""
    found = find_group(tx, net, actor, group_id)
    require(net, actor, "update_security_group", found.target)
    check_revision(found.revision_number, revision)
    name = wish.get("name", found.name)
    if name != found.name and found.name == NAME:
        raise SecurityGroupCannotUpdateDefault()
    if name != found.name and name.lower() == NAME:
        raise SecurityGroupDefaultAlreadyExists()
    revise(tx, security_group, group_id, **{key: wish[key] for key in ("name", "description") if key in wish})
    events.record(tx, actor, "network.security_group.update", group_id, found.project_id)
    return find_group(tx, net, actor, group_id)
