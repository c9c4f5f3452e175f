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
    return gather(tx, compute, [find_server(tx, compute, actor, server_id, rule)])[0]


def list_servers(tx: Tx, compute: Compute, query: servers.ServerQuery) -> list[Shown]:
    """A page of servers; whose is up to the query."""
    return gather(tx, compute, servers.list_servers(tx, query))


def gather(tx: Tx, compute: Compute, found: Sequence[Server]) -> list[Shown]:
    """What the view needs, for many servers at once."""
    verbs = servers.verbs_of(tx, [s.id for s in found])
    ports: Mapping[str, Sequence[Port]] = compute.networks.ports_of(tx, [s.owner for s in found])
    attachments = compute.volumes.attachments_of(tx, [s.owner for s in found])
    names = servers.host_names(tx)
    return [
        Shown(
            server=s,
            verb=verbs.get(s.id),
            ports=ports.get(s.owner, ()),
            attachments=attachments.get(s.owner, ()),
            host=names.get(s.host_id or ""),
            host_reachable=s.host_id is not None,
        )
        for s in found
    ]
