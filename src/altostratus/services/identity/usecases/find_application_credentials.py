"""A user's application credentials, by id and in lists."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.delegation import check_sees_application_credentials
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import ApplicationCredential
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.application_credentials import DetailedCredential, with_details
from altostratus.services.identity.store.records import application_credentials
from altostratus.services.identity.usecases import Identity


def find_application_credential(
    tx: Tx, identity: Identity, actor: Actor, user_id: str, credential_id: str
) -> DetailedCredential:
    found = application_credentials.find(tx, credential_id)
    require(identity, actor, "identity:get_application_credential", found, user_id)
    check_sees_application_credentials(actor)
    return with_details(tx, [existing(found, credential_id)])[0]


def list_application_credentials(
    tx: Tx, identity: Identity, actor: Actor, user_id: str, listing: Listing
) -> list[DetailedCredential]:
    """A constant number of queries. A user that is not there has none."""
    identity.policy.require(actor, "identity:list_application_credentials", {"user_id": user_id})
    check_sees_application_credentials(actor)
    return with_details(tx, application_credentials.listed(tx, listing.having(user_id=user_id)))


def require(identity: Identity, actor: Actor, rule: str, found: ApplicationCredential | None, user_id: str) -> None:
    """Whose it is counts, not the user in the path: that is the client's to choose."""
    identity.policy.require(actor, rule, {"user_id": found.user_id if found else user_id})


def existing(found: ApplicationCredential | None, credential_id: str) -> ApplicationCredential:
    if found is None:
        raise Missing("Application Credential", credential_id)
    return found
