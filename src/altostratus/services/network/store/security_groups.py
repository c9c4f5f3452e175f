"""Security groups and their rules as rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, select

from altostratus.kernel.db.rows import insert_or_ignore, insert_row
from altostratus.kernel.tx import Tx
from altostratus.services.network.store.listing import Listing, standard_columns
from altostratus.services.network.store.standard import tags_of
from altostratus.services.network.store.tables import (
    default_security_group,
    port_security_group,
    security_group,
    security_group_rule,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a security group; it has its group's project."""

    id: str
    project_id: str
    description: str
    revision_number: int
    created_at: datetime
    updated_at: datetime
    security_group_id: str
    direction: str
    ethertype: str
    protocol: str | None
    port_range_min: int | None
    port_range_max: int | None
    remote_ip_prefix: str | None
    remote_group_id: str | None

    @property
    def target(self) -> dict[str, Any]:
        """What policy rules compare with."""
        return {
            "project_id": self.project_id,
            "tenant_id": self.project_id,
            "security_group:project_id": self.project_id,
        }


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group with its rules."""

    id: str
    project_id: str
    name: str
    description: str
    revision_number: int
    created_at: datetime
    updated_at: datetime
    rules: tuple[Rule, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def target(self) -> dict[str, Any]:
        """What policy rules compare with."""
        return {
            "project_id": self.project_id,
            "tenant_id": self.project_id,
            "security_group:project_id": self.project_id,
        }


_COLUMNS = [security_group.c[name] for name in SecurityGroup.__dataclass_fields__ if name in security_group.c]
_RULE_COLUMNS = [security_group_rule.c[name] for name in Rule.__dataclass_fields__]

_DEFAULT_OF = select(default_security_group.c.security_group_id).where(
    default_security_group.c.project_id == bindparam("of")
)

LISTING = Listing(security_group, standard_columns(security_group, "name"))
RULE_LISTING = Listing(
    security_group_rule,
    standard_columns(
        security_group_rule, "security_group_id", "direction", "ethertype", "protocol", "port_range_min",
        "port_range_max", "remote_ip_prefix", "remote_group_id",
    ),
)  # fmt: skip


def fetch(tx: Tx, page: Select[Any]) -> list[SecurityGroup]:
    """The groups of a page (a query of ids), in its order; three queries."""
    ids = page.with_only_columns(security_group.c.id)
    rules: dict[str, list[Rule]] = {}
    of_groups = select(security_group_rule.c.id).where(security_group_rule.c.security_group_id.in_(ids))
    order = (security_group_rule.c.created_at, security_group_rule.c.id)
    for rule in fetch_rules(tx, of_groups.order_by(*order)):
        rules.setdefault(rule.security_group_id, []).append(rule)
    tags = tags_of(tx, ids)
    return [
        SecurityGroup(**row, rules=tuple(rules.get(row["id"], ())), tags=tags.get(row["id"], ()))
        for row in tx.sql.execute(page.with_only_columns(*_COLUMNS)).mappings()
    ]


def fetch_rules(tx: Tx, page: Select[Any]) -> list[Rule]:
    """The rules of a page (a query of ids), in its order."""
    return [Rule(**row) for row in tx.sql.execute(page.with_only_columns(*_RULE_COLUMNS)).mappings()]


def get(tx: Tx, group_id: str) -> SecurityGroup | None:
    """The group, whoever owns it."""
    found = fetch(tx, select(security_group.c.id).where(security_group.c.id == group_id))
    return found[0] if found else None


def owned(tx: Tx, project_id: str) -> list[SecurityGroup]:
    """A project's groups."""
    return fetch(tx, select(security_group.c.id).where(security_group.c.project_id == project_id))


def insert(tx: Tx, **values: Any) -> None:
    insert_row(tx, security_group, **values)


def insert_rule(tx: Tx, **values: Any) -> bool:
    """Insert a rule; False when the group has one that means the same."""
    return insert_or_ignore(tx, security_group_rule, values) == 1


def rule_that_means(tx: Tx, group_id: str, meaning: str) -> str | None:
    """The id of the group's rule with that meaning."""
    where = (security_group_rule.c.security_group_id == group_id) & (security_group_rule.c.meaning == meaning)
    return tx.sql.execute(select(security_group_rule.c.id).where(where)).scalar()


def default_of(tx: Tx, project_id: str) -> str | None:
    """The id of the project's default group, if it has been made."""
    return tx.sql.execute(_DEFAULT_OF, {"of": project_id}).scalar()


def make_default(tx: Tx, project_id: str, group_id: str) -> bool:
    """Say that this group is the project's default; False when it has one already."""
    insert_or_ignore(tx, default_security_group, {"project_id": project_id, "security_group_id": group_id})
    return default_of(tx, project_id) == group_id


def has_ports(tx: Tx, group_id: str) -> bool:
    """Whether a port has the group."""
    query = select(port_security_group.c.port_id).where(port_security_group.c.security_group_id == group_id)
    return tx.sql.execute(query.limit(1)).first() is not None


def delete_rules_of(tx: Tx, group_id: str) -> set[str]:
    """Delete the group's rules and those that refer to it; the groups that lost rules."""
    rule = security_group_rule
    where = (rule.c.security_group_id == group_id) | (rule.c.remote_group_id == group_id)
    losers = set(tx.sql.execute(select(rule.c.security_group_id).where(where)).scalars())
    tx.sql.execute(delete(rule).where(where))
    return losers
