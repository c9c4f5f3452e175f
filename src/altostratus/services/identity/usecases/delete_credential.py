"""DELETE /v3/credentials/{id}."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.records import credentials
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_credentials import find_credential


def delete_credential(tx: Tx, identity: Identity, actor: Actor, credential_id: str) -> None:
    find_credential(tx, identity, actor, "delete", credential_id)
    credentials.delete(tx, credential_id)
    events.record(tx, actor, "identity.credential.delete", credential_id)
