"""What others may ask of compute."""

from typing import Protocol

from altostratus.kernel.tx import Tx


class Servers(Protocol):
    """Servers by id."""

    def project_of(self, tx: Tx, server_id: str) -> str | None:
        """The project that owns the server, or None when there is no such server."""
        ...
