"""Trusts by id and in lists."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.delegation import check_manages_trusts
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import Role, Trust
from altostratus.services.identity.domain.targets import trust_target
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.records import trusts
from altostratus.services.identity.store.trusts import find_usable_trust, roles_of
from altostratus.services.identity.usecases import Identity


def find_trust(tx: Tx, identity: Identity, actor: Actor, rule: str, trust_id: str) -> Trust:
    """The trust, if it can be used and the actor may do `rule` to it. Whether there is one is no secret, as in
    Keystone."""
    trust = find_usable_trust(tx, trust_id)
    if trust is None:
        raise Missing("trust", trust_id)
    identity.policy.require(actor, rule, trust_target(trust))
    check_manages_trusts(actor)
    return trust


def list_trusts(tx: Tx, identity: Identity, actor: Actor, trustor: str | None, trustee: str | None) -> list[Trust]:
    """Those from a trustor, those to a trustee, or all; expired and used up ones too."""
    wanted = {"trustor_user_id": trustor} if trustor else {"trustee_user_id": trustee} if trustee else {}
    rule = f"identity:list_trusts_for_{'trustor' if trustor else 'trustee'}" if wanted else "identity:list_trusts"
    identity.policy.require(actor, rule, {f"target.trust.{name}": value for name, value in wanted.items()})
    check_manages_trusts(actor)
    return trusts.listed(tx, Listing().having(**wanted))


def list_trust_roles(tx: Tx, identity: Identity, actor: Actor, trust_id: str) -> list[Role]:
    return roles_of(tx, find_trust(tx, identity, actor, "identity:list_roles_for_trust", trust_id).id)


def find_trust_role(tx: Tx, identity: Identity, actor: Actor, trust_id: str, role_id: str) -> Role:
    find_trust(tx, identity, actor, "identity:get_role_for_trust", trust_id)
    found = next((role for role in roles_of(tx, trust_id) if role.id == role_id), None)
    if found is None:
        raise Missing("role", role_id)
    return found
