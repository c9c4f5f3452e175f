"""PATCH /v3/credentials/{id}: the blob alone may change."""

from dataclasses import replace

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.ec2 import check_limits, is_ec2, read_blob
from altostratus.services.identity.domain.nouns import Credential
from altostratus.services.identity.store.records import credentials
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_credentials import find_credential


def update_credential(tx: Tx, identity: Identity, actor: Actor, credential_id: str, blob: str) -> Credential:
    """What narrows an EC2 credential stays in its blob."""
    old = find_credential(tx, identity, actor, "update", credential_id)
    if is_ec2(old.type):
        check_limits(read_blob(old.blob), read_blob(blob))
    credentials.update(tx, credential_id, blob=identity.master_key.encrypt(blob.encode()))
    events.record(tx, actor, "identity.credential.update", credential_id)
    return replace(old, blob=blob)
