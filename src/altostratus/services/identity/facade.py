"""What other services may ask of identity (contracts/identity.py)."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.records import projects
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.validate_token import actor_for


class IdentityFacade:
    """Tokens and who is behind them."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    async def authenticate(self, token: str) -> Actor | None:
        """Who holds this token, or None when it is not valid (any more)."""
        return await actor_for(self._identity, token)

    def project_exists(self, tx: Tx, project_id: str) -> bool:
        return projects.find(tx, project_id) is not None
