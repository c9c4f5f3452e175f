"""/v3/roles/{id}/implies/{id}: which role comes with which."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden, NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import Role
from altostratus.services.identity.errors import Duplicate, Missing
from altostratus.services.identity.store.implications import delete_implication, insert_implication, is_implied
from altostratus.services.identity.store.records import roles, unique
from altostratus.services.identity.usecases import Identity

NEVER_IMPLIED = "admin"

Rule = tuple[Role, Role]
"""A prior role and the one that it implies."""


def find_implication(tx: Tx, identity: Identity, actor: Actor, verb: str, prior_id: str, implied_id: str) -> Rule:
    """NotFound unless there is such a rule; `verb` is 'get' or 'check'."""
    rule = _require(tx, identity, actor, verb, prior_id, implied_id)
    if not is_implied(tx, prior_id, implied_id):
        raise _not_implied(prior_id, implied_id)
    return rule


def imply_role(tx: Tx, identity: Identity, actor: Actor, prior_id: str, implied_id: str) -> Rule:
    """Rules may go round in circles; no role brings the administrator's, nor a role of the whole cloud a domain's."""
    prior, implied = _require(tx, identity, actor, "create", prior_id, implied_id)
    if implied.name == NEVER_IMPLIED or (prior.domain_id is None and implied.domain_id):
        raise Forbidden(f"{implied_id} cannot be an implied roles.")
    with unique(tx, Duplicate("implied_role", "Duplicate entry")):
        insert_implication(tx, prior_id, implied_id)
    events.record(tx, actor, "identity.role.imply", prior_id, implied=implied_id)
    return prior, implied


def stop_implying_role(tx: Tx, identity: Identity, actor: Actor, prior_id: str, implied_id: str) -> None:
    _require(tx, identity, actor, "delete", prior_id, implied_id)
    if not delete_implication(tx, prior_id, implied_id):
        raise _not_implied(prior_id, implied_id)
    events.record(tx, actor, "identity.role.stop_implying", prior_id, implied=implied_id)


def _require(tx: Tx, identity: Identity, actor: Actor, verb: str, prior_id: str, implied_id: str) -> Rule:
    """Forbidden, or then Missing, unless the actor may and both roles are there."""
    identity.policy.require(actor, f"identity:{verb}_implied_role")
    prior, implied = roles.find(tx, prior_id), roles.find(tx, implied_id)
    if prior is None or implied is None:
        raise Missing("role", implied_id if prior else prior_id)
    return prior, implied


def _not_implied(prior_id: str, implied_id: str) -> NotFound:
    return NotFound(f"{prior_id} does not imply {implied_id}.")
