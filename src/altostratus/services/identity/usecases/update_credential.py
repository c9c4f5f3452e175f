"""PATCH /v3/credentials/{id}."""

from dataclasses import replace

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import check_same_id, known, rest
from altostratus.services.identity.domain.nouns import Credential
from altostratus.services.identity.domain.targets import credential_target
from altostratus.services.identity.store.records import credentials
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_credential import COLUMNS
from altostratus.services.identity.usecases.find_credentials import find_credential


def update_credential(tx: Tx, identity: Identity, actor: Actor, credential_id: str, fields: Fields) -> Credential:
    """Who gives a credential away must be allowed to have it afterwards, too."""
    old = find_credential(tx, identity, actor, "update", credential_id)
    check_same_id(fields, credential_id)
    new = replace(old, **known(fields, *COLUMNS), extra={**old.extra, **rest(fields, *COLUMNS)})
    identity.policy.require(actor, "identity:update_credential", credential_target(new))
    values = {name: getattr(new, name) for name in (*COLUMNS, "extra")}
    credentials.update(tx, credential_id, **{**values, "blob": identity.master_key.encrypt(new.blob.encode())})
    events.record(tx, actor, "identity.credential.update", credential_id)
    return new
