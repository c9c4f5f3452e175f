"""What others may ask of identity."""

from typing import Protocol

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx


class Identity(Protocol):
    """Tokens and who is behind them."""

    async def authenticate(self, token: str) -> Actor | None:
        """Who holds this token, or None when it is not valid (any more). From memory when it was seen before."""
        ...

    def project_exists(self, tx: Tx, project_id: str) -> bool: ...
