"""POST /v3/credentials."""

import hashlib
from typing import Any

import msgspec

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import rest
from altostratus.services.identity.domain.nouns import Credential
from altostratus.services.identity.errors import Duplicate, Expecting
from altostratus.services.identity.store.records import credentials, unique
from altostratus.services.identity.usecases import Fields, Identity, new_id

COLUMNS = ("user_id", "project_id", "type", "blob")


def create_credential(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> Credential:
    """Encrypted with the master key; an EC2 credential's id follows from its access key."""
    identity.policy.require(actor, "identity:create_credential", {"target.credential.user_id": fields["user_id"]})
    values: dict[str, Any] = {
        "id": _ec2_id(fields) if fields["type"].lower() == "ec2" else new_id(tx),
        "user_id": fields["user_id"],
        "project_id": fields.get("project_id"),
        "type": fields["type"],
        "extra": rest(fields, *COLUMNS),
    }
    with unique(tx, Duplicate("credential", f"Duplicate ID, {values['id']}")):
        credentials.insert(tx, **values, blob=identity.master_key.encrypt(fields["blob"].encode()))
    events.record(tx, actor, "identity.credential.create", values["id"])
    return Credential(**values, blob=fields["blob"])


def _ec2_id(fields: Fields) -> str:
    if not fields.get("project_id"):
        raise Expecting("project_id", "credential")
    try:
        blob = msgspec.json.decode(fields["blob"])
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequest("Invalid blob in credential") from error
    if not isinstance(blob, dict) or not isinstance(blob.get("access"), str):
        raise Expecting("access", "credential")
    return hashlib.sha256(blob["access"].encode()).hexdigest()
