"""A user's EC2 credentials: by access key and in a list, decrypted."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.ec2 import KIND, ec2_id
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import Credential
from altostratus.services.identity.domain.targets import credential_target
from altostratus.services.identity.errors import Missing, NotDelegated
from altostratus.services.identity.store.records import credentials, users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_credentials import opened


def find_ec2_credential(tx: Tx, identity: Identity, actor: Actor, verb: str, user_id: str, access: str) -> Credential:
    """The credential, if the actor may `verb` it. It need not be this user's, who need only be there: as Keystone."""
    found = credentials.find(tx, ec2_id(access))
    if found is None:
        raise Missing("credential", ec2_id(access))
    identity.policy.require(actor, f"identity:ec2_{verb}_credential", credential_target(found))
    _check_user(tx, user_id)
    if found.type != KIND:
        raise Unauthorized()
    if actor.delegated:
        raise NotDelegated()
    return opened(identity, found)


def list_ec2_credentials(tx: Tx, identity: Identity, actor: Actor, user_id: str) -> list[Credential]:
    identity.policy.require(actor, "identity:ec2_list_credentials", {"user_id": user_id})
    if actor.delegated:
        raise NotDelegated()
    _check_user(tx, user_id)
    return [opened(identity, one) for one in credentials.listed(tx, Listing().having(user_id=user_id, type=KIND))]


def _check_user(tx: Tx, user_id: str) -> None:
    if users.find(tx, user_id) is None:
        raise Missing("user", user_id)
