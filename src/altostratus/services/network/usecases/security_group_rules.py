"""Add a rule to a security group, and take one away."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.security_rules import checked_rule, meaning_of
from altostratus.services.network.errors import SecurityGroupRuleExists
from altostratus.services.network.store import security_groups, wishes
from altostratus.services.network.store.standard import remove, revise
from altostratus.services.network.store.tables import security_group, security_group_rule
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_group, find_rule, project_for, require
from altostratus.services.network.usecases.default_group import add_rule
from altostratus.services.network.usecases.quota import charge
from altostratus.services.network.usecases.revisions import check_revision


def create_security_group_rule(tx: Tx, net: Networking, actor: Actor, wish: dict[str, Any]) -> security_groups.Rule:
    """A new rule; SecurityGroupRuleExists when the group has one that means the same."""
    project_for(actor, wish)
    group = find_group(tx, net, actor, wish["security_group_id"])
    require(net, actor, "create_security_group_rule", group.target)
    rule = checked_rule(wish)
    if rule["remote_group_id"]:
        find_group(tx, net, actor, rule["remote_group_id"])
    charge(tx, net, group.project_id, security_group_rule=1)
    rule_id = add_rule(tx, group.project_id, group.id, description=wish.get("description", ""), **rule)
    if rule_id is None:
        raise SecurityGroupRuleExists(id=security_groups.rule_that_means(tx, group.id, meaning_of(rule)))
    _changed(tx, group.id)
    if rule["remote_group_id"]:
        wishes.members_changed(tx, [rule["remote_group_id"]])
    events.record(tx, actor, "network.security_group_rule.create", rule_id, group.project_id)
    return find_rule(tx, net, actor, rule_id)


def delete_security_group_rule(
    tx: Tx, net: Networking, actor: Actor, rule_id: str, revision: int | None = None
) -> None:
    """What the rule accepted is refused from now on, established connections too."""
    found = find_rule(tx, net, actor, rule_id)
    require(net, actor, "delete_security_group_rule", found.target)
    check_revision(found.revision_number, revision)
    remove(tx, security_group_rule, rule_id)
    _changed(tx, found.security_group_id)
    events.record(tx, actor, "network.security_group_rule.delete", rule_id, found.project_id)


def _changed(tx: Tx, group_id: str) -> None:
    revise(tx, security_group, group_id)
    wishes.rules_changed(tx, group_id)
