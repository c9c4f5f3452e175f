"""Change a floating IP: where it leads, its description."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.errors import BadRequest
from altostratus.services.network.store.floating_ips import FloatingIP
from altostratus.services.network.store.standard import revise
from altostratus.services.network.store.tables import floating_ip
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_floating_ip, require, require_attributes
from altostratus.services.network.usecases.associate_floating_ip import associate
from altostratus.services.network.usecases.create_floating_ip import read_floating_ip
from altostratus.services.network.usecases.float_wishes import disassociate
from altostratus.services.network.usecases.revisions import check_revision


def update_floating_ip(
    tx: Tx, net: Networking, actor: Actor, key: str, wish: dict[str, Any], revision: int | None = None
) -> FloatingIP:
    """port_id null lets it lead nowhere. A body without port_id and description does the same, as in Neutron."""
    found = find_floating_ip(tx, net, actor, key)
    require(net, actor, "update_floatingip", found.target)
    require_attributes(net, actor, "update_floatingip", wish, found.target)
    check_revision(found.revision_number, revision)
    if "description" in wish:
        revise(tx, floating_ip, key, description=wish["description"])
    port_id = wish.get("port_id", found.port_id if "fixed_ip_address" in wish else None)
    if port_id:
        associate(tx, net, actor, found, port_id, wish.get("fixed_ip_address"))
    elif wish.get("fixed_ip_address"):
        raise BadRequest(resource="floatingip", reason="fixed_ip_address cannot be specified without a port_id")
    elif "port_id" in wish or not wish:
        disassociate(tx, found)
    events.record(tx, actor, "network.floatingip.update", key, found.project_id)
    return read_floating_ip(tx, key)
