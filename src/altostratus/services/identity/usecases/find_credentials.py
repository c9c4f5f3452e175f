"""Credentials by id and in lists, decrypted."""

from dataclasses import replace

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import Credential
from altostratus.services.identity.domain.targets import credential_target, owner_target
from altostratus.services.identity.errors import Missing, NotDelegated
from altostratus.services.identity.store.records import credentials
from altostratus.services.identity.usecases import Identity


def find_credential(tx: Tx, identity: Identity, actor: Actor, verb: str, credential_id: str) -> Credential:
    """The credential, if the actor may `verb` it."""
    found = credentials.find(tx, credential_id)
    identity.policy.require(actor, f"identity:{verb}_credential", credential_target(found))
    if found is None:
        raise Missing("credential", credential_id)
    if actor.delegated:
        raise NotDelegated()
    return opened(identity, found)


def list_credentials(tx: Tx, identity: Identity, actor: Actor, listing: Listing) -> list[Credential]:
    """One's own, unless one may see everyone's; who acts by delegation sees none. A token for the system is for
    seeing everyone's: of one's own alone it sees none, as in Keystone."""
    own = {} if actor.system else owner_target(actor.user_id)
    identity.policy.require(actor, "identity:list_credentials", own)
    if actor.delegated:
        return []
    if not identity.policy.allows(actor, "identity:get_credential"):
        listing = listing.having(user_id=actor.user_id)
    return [opened(identity, found) for found in credentials.listed(tx, listing)]


def opened(identity: Identity, credential: Credential) -> Credential:
    """With its blob in the clear."""
    return replace(credential, blob=identity.master_key.decrypt(credential.blob).decode())
