"""Read servers together with what the view needs of other tables and services, in a constant number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from altostratus.contracts.network import Port
from altostratus.contracts.volume import Attachment
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Server, Status, Verb, status_of
from altostratus.services.compute.store import servers
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.find_server import find_server


@dataclass(frozen=True, slots=True)
class Shown:
    """A server as the API shows it."""

    server: Server
    verb: Verb | None
    ports: Sequence[Port]
    attachments: Sequence[Attachment]
    host: str | None
    host_reachable: bool

    @property
    def status(self) -> Status:
        return status_of(self.server, self.verb)


def show_server(tx: Tx, compute: Compute, actor: Actor, server_id: str, rule: str = "servers:show") -> Shown:
    """One server."""
    find_server(tx, compute, actor, server_id, rule)
    found = servers.get_on_host(tx, server_id)
    return gather(tx, compute, [found] if found else [])[0]


def list_servers(tx: Tx, compute: Compute, query: servers.ServerQuery) -> list[Shown]:
    """A page of servers; whose is up to the query."""
    return gather(tx, compute, servers.list_servers(tx, query))


def gather(tx: Tx, compute: Compute, found: Sequence[servers.ServerOnHost]) -> list[Shown]:
    """What the view needs, for many servers at once."""
    owners = [each.server.owner for each in found]
    ports: Mapping[str, Sequence[Port]] = compute.networks.ports_of(tx, owners)
    attachments = compute.volumes.attachments_of(tx, owners)
    return [
        Shown(
            server=each.server,
            verb=each.verb,
            ports=ports.get(each.server.owner, ()),
            attachments=attachments.get(each.server.owner, ()),
            host=each.host or None,
            host_reachable=each.server.host_id is not None,
        )
        for each in found
    ]
