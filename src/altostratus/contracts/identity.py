"""What others may ask of identity."""

from dataclasses import dataclass, field
from typing import Protocol

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx


@dataclass(frozen=True, slots=True)
class AccessKey:
    """The secret of an EC2 credential, and who acts by its signature: whoever finds it right has to say so."""

    secret: str = field(repr=False)
    actor: Actor


class Identity(Protocol):
    """Tokens, access keys, and who is behind them."""

    async def authenticate(self, token: str) -> Actor | None:
        """Who holds this token, or None when it is not valid (any more). From memory when it was seen before."""
        ...

    async def access_key(self, access: str) -> AccessKey | None:
        """The EC2 credential of this name, or None when there is none or its user may not be in its project (any
        more). From memory when it was seen before."""
        ...

    def project_exists(self, tx: Tx, project_id: str) -> bool: ...
