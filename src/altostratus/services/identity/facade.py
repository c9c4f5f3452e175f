"""What other services may ask of identity (contracts/identity.py)."""

from altostratus.contracts.identity import AccessKey
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.records import projects
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_access_key import find_access_key
from altostratus.services.identity.usecases.validate_token import actor_for


class IdentityFacade:
    """Tokens, access keys, and who is behind them."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    async def authenticate(self, token: str) -> Actor | None:
        """Who holds this token, or None when it is not valid (any more)."""
        return await actor_for(self._identity, token)

    async def access_key(self, access: str) -> AccessKey | None:
        """The EC2 credential of this name, unless its user may not be in its project (any more)."""
        return await find_access_key(self._identity, access)

    def project_exists(self, tx: Tx, project_id: str) -> bool:
        return projects.find(tx, project_id) is not None
