"""DELETE /v3/users/{id}/application_credentials/{id}: its tokens end with it; the rules that bound it stay."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.delegation import check_manages_application_credentials
from altostratus.services.identity.store.records import application_credentials
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_application_credentials import existing, require


def delete_application_credential(tx: Tx, identity: Identity, actor: Actor, user_id: str, credential_id: str) -> None:
    found = application_credentials.find(tx, credential_id)
    require(identity, actor, "identity:delete_application_credential", found, user_id)
    check_manages_application_credentials(actor)
    credential = existing(found, credential_id)
    application_credentials.delete(tx, credential_id)
    events.record(tx, actor, "identity.application_credential.delete", credential_id, credential.project_id)
