"""What a token that acts by a trust, an application credential or a signature may not do, whatever its roles: leave
behind what would outlive or outgrow it."""

from altostratus.kernel.actor import Actor
from altostratus.services.identity.errors import NotAllowed, Refused


def check_sees_application_credentials(actor: Actor) -> None:
    """Forbidden for a trust's and a signature's token; one of an application credential may look at its kind."""
    if actor.signed or (actor.delegated and actor.application_credential_id is None):
        raise NotAllowed()


def check_manages_application_credentials(actor: Actor) -> None:
    """Forbidden for those, and for the token of a restricted application credential."""
    check_sees_application_credentials(actor)
    if actor.restricted:
        raise Refused(
            "Using method 'application_credential' is not allowed for managing additional application credentials"
        )


def check_manages_trusts(actor: Actor) -> None:
    """Forbidden for an application credential's (even an unrestricted one's) and a signature's token. A trust's may:
    so trusts are passed on."""
    if actor.signed or actor.application_credential_id is not None:
        raise Refused("Delegated tokens cannot manage trusts")
