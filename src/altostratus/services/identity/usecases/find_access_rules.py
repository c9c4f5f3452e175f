"""A user's access rules, by id and in lists."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.delegation import check_sees_application_credentials
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import AccessRule
from altostratus.services.identity.domain.targets import user_target
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.records import access_rules, users
from altostratus.services.identity.usecases import Identity


def find_access_rule(tx: Tx, identity: Identity, actor: Actor, verb: str, user_id: str, rule_id: str) -> AccessRule:
    """The user's rule, if the actor may `verb` it."""
    _require(tx, identity, actor, f"identity:{verb}_access_rule", user_id)
    found = access_rules.find(tx, rule_id)
    if found is None or found.user_id != user_id:
        raise Missing("Access Rule", rule_id)
    return found


def list_access_rules(tx: Tx, identity: Identity, actor: Actor, user_id: str, listing: Listing) -> list[AccessRule]:
    """A user that is not there has none."""
    _require(tx, identity, actor, "identity:list_access_rules", user_id)
    return access_rules.listed(tx, listing.having(user_id=user_id))


def _require(tx: Tx, identity: Identity, actor: Actor, rule: str, user_id: str) -> None:
    identity.policy.require(actor, rule, user_target(users.find(tx, user_id)))
    check_sees_application_credentials(actor)
