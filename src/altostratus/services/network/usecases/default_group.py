"""The security group `default` that every project gets when it first needs one."""

from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.security_rules import meaning_of
from altostratus.services.network.store import security_groups
from altostratus.services.network.store.standard import born, remove
from altostratus.services.network.store.tables import security_group

NAME = "default"


def ensure_default_group(tx: Tx, project_id: str) -> str:
    """The id of the project's default group, made now if it is not there. Two requests at once make one: the
    loser's group is taken back."""
    if found := security_groups.default_of(tx, project_id):
        return found
    values = born(tx, project_id, {"description": "Default security group"})
    security_groups.insert(tx, name=NAME, **values)
    group_id: str = values["id"]
    if not security_groups.make_default(tx, project_id, group_id):
        remove(tx, security_group, group_id)
        return security_groups.default_of(tx, project_id) or group_id
    for ethertype in ("IPv4", "IPv6"):
        add_rule(tx, project_id, group_id, direction="egress", ethertype=ethertype)
        add_rule(tx, project_id, group_id, direction="ingress", ethertype=ethertype, remote_group_id=group_id)
    return group_id


def add_rule(tx: Tx, project_id: str, group_id: str, **rule: str | int | None) -> str | None:
    """Insert a rule that has been checked; its id, or None when the group has one that means the same."""
    wish = {"description": str(rule.pop("description", ""))}
    values = born(tx, project_id, wish)
    added = security_groups.insert_rule(tx, security_group_id=group_id, meaning=meaning_of(rule), **values, **rule)
    return values["id"] if added else None
