"""Change what an operator decides about a host: whether it gets servers, and whether nothing runs there any more."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Host
from altostratus.services.compute.store import hosts, servers
from altostratus.services.compute.usecases import Compute


def change_host(tx: Tx, compute: Compute, actor: Actor, host_id: str, **values: Any) -> Host:
    """`enabled`, `disabled_reason` and `forced_down`. Its servers are looked at anew: on a host that is forced down
    nothing holds their volumes any more."""
    compute.policy.require(actor, "os_compute_api:os-services:update")
    hosts.update_host(tx, host_id, **values)
    host = hosts.get_host(tx, host_id)
    assert host is not None
    events.record(tx, actor, "compute.host.update", host_id, name=host.name, **values)
    for server_id in servers.powers_on(tx, host_id):
        tx.wake("compute.server", server_id)
    return host
