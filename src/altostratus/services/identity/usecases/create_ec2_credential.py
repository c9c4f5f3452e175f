"""POST /v3/users/{id}/credentials/OS-EC2: an access key and a secret, made here."""

import json

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.ec2 import KIND, ec2_id
from altostratus.services.identity.domain.nouns import Credential
from altostratus.services.identity.domain.targets import owner_target
from altostratus.services.identity.errors import Missing, NotDelegated
from altostratus.services.identity.store.records import projects, users
from altostratus.services.identity.usecases import Identity, new_id
from altostratus.services.identity.usecases.create_credential import insert_credential


def create_ec2_credential(tx: Tx, identity: Identity, actor: Actor, user_id: str, project_id: str | None) -> Credential:
    """With it the user logs in to the project, as soon as it has a role there."""
    identity.policy.require(actor, "identity:ec2_create_credential", owner_target(user_id))
    if users.find(tx, user_id) is None:
        raise Missing("user", user_id)
    if projects.find(tx, project_id or "") is None:
        raise Missing("project", str(project_id))
    if actor.delegated:
        raise NotDelegated()
    access = new_id(tx)
    blob = json.dumps({"access": access, "secret": new_id(tx), "trust_id": None})
    made = Credential(ec2_id(access), user_id, project_id, KIND, blob, extra={})
    insert_credential(tx, identity, actor, made)
    return made
