"""What other services may call of compute (contracts.compute)."""

from altostratus.kernel.tx import Tx
from altostratus.services.compute.store import servers


class ServerFacade:
    """Implements contracts.compute.Servers."""

    def project_of(self, tx: Tx, server_id: str) -> str | None:
        server = servers.get_server(tx, server_id)
        return server.project_id if server else None
