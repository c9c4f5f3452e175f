"""Delete a floating IP."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.store import ports
from altostratus.services.network.store.floating_ips import FloatingIP
from altostratus.services.network.store.standard import remove
from altostratus.services.network.store.tables import floating_ip
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_floating_ip, require
from altostratus.services.network.usecases.float_wishes import disassociate
from altostratus.services.network.usecases.revisions import check_revision


def delete_floating_ip(tx: Tx, net: Networking, actor: Actor, key: str, revision: int | None = None) -> None:
    """Delete it; its address is free again."""
    found = find_floating_ip(tx, net, actor, key)
    require(net, actor, "delete_floatingip", found.target)
    check_revision(found.revision_number, revision)
    erase_floating_ip(tx, found)
    events.record(tx, actor, "network.floatingip.delete", key, found.project_id)


def erase_floating_ip(tx: Tx, found: FloatingIP) -> None:
    """Remove the rows; the router's reconciler ends the translation."""
    disassociate(tx, found)
    remove(tx, floating_ip, found.id)
    ports.remove(tx, found.floating_port_id)
