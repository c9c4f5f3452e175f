"""DELETE /v3/users/{id}/credentials/OS-EC2/{access}."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.records import credentials
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_ec2_credentials import find_ec2_credential


def delete_ec2_credential(tx: Tx, identity: Identity, actor: Actor, user_id: str, access: str) -> None:
    """Nobody logs in with it any more; tokens got with it last until they expire."""
    found = find_ec2_credential(tx, identity, actor, "delete", user_id, access)
    credentials.delete(tx, found.id)
    events.record(tx, actor, "identity.credential.delete", found.id)
