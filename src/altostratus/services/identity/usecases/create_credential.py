"""POST /v3/credentials."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.ec2 import KIND, ec2_id, is_ec2, read_blob
from altostratus.services.identity.domain.fields import rest
from altostratus.services.identity.domain.nouns import Credential
from altostratus.services.identity.domain.targets import owner_target
from altostratus.services.identity.errors import Duplicate, NotDelegated
from altostratus.services.identity.store.records import credentials, unique
from altostratus.services.identity.usecases import Fields, Identity, new_id

COLUMNS = ("user_id", "project_id", "type", "blob")


def create_credential(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> Credential:
    """An EC2 credential's id follows from its access key."""
    if fields["type"] == KIND and "project_id" not in fields:
        raise BadRequest("Invalid input for field 'credential': 'project_id' is a required property")
    identity.policy.require(actor, "identity:create_credential", owner_target(fields["user_id"]))
    if actor.delegated:
        raise NotDelegated()
    made = Credential(
        id=ec2_id(read_blob(fields["blob"])["access"]) if is_ec2(fields["type"]) else new_id(tx),
        user_id=fields["user_id"],
        project_id=fields.get("project_id"),
        type=fields["type"],
        blob=fields["blob"],
        extra=rest(fields, *COLUMNS),
    )
    insert_credential(tx, identity, actor, made)
    return made


def insert_credential(tx: Tx, identity: Identity, actor: Actor, made: Credential) -> None:
    """Encrypted with the master key."""
    values = {name: getattr(made, name) for name in Credential.__dataclass_fields__}
    with unique(tx, Duplicate("credential", f"Duplicate entry found with ID {made.id}")):
        credentials.insert(tx, **{**values, "blob": identity.master_key.encrypt(made.blob.encode())})
    events.record(tx, actor, "identity.credential.create", made.id)
