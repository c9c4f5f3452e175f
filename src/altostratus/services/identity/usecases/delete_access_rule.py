"""DELETE /v3/users/{id}/access_rules/{id}: a rule that binds no application credential."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.records import access_rules, unique
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_access_rules import find_access_rule


def delete_access_rule(tx: Tx, identity: Identity, actor: Actor, user_id: str, rule_id: str) -> None:
    find_access_rule(tx, identity, actor, "delete", user_id, rule_id)
    with unique(tx, Forbidden("May not delete access rule in use")):  # the foreign key of those it binds
        access_rules.delete(tx, rule_id)
    events.record(tx, actor, "identity.access_rule.delete", rule_id)
