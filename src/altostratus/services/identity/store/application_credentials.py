"""Application credentials with the roles they pass on and the access rules that bind them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select

from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.nouns import AccessRule, ApplicationCredential
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import access_rules, application_credentials


def find_live_credential(tx: Tx, credential_id: str) -> ApplicationCredential | None:
    """None when there is none, or it has expired."""
    found = application_credentials.find(tx, credential_id)
    return found if found and (found.expires_at is None or found.expires_at > tx.now) else None


def role_ids_of(tx: Tx, ids: Sequence[str]) -> dict[str, list[str]]:
    """The roles granted by each of these; one query."""
    table = tables.application_credential_role
    query = select(table.c.application_credential_id, table.c.role_id).order_by(table.c.role_id)
    return _grouped(ids, tx.sql.execute(query.where(table.c.application_credential_id.in_(ids))).tuples())


def rules_of(tx: Tx, ids: Sequence[str]) -> dict[str, list[AccessRule]]:
    """The rules that bind each of these; two queries at most."""
    table = tables.application_credential_rule
    query = select(table.c.application_credential_id, table.c.access_rule_id).order_by(table.c.access_rule_id)
    found = _grouped(ids, tx.sql.execute(query.where(table.c.application_credential_id.in_(ids))).tuples())
    wanted = {rule_id for rule_ids in found.values() for rule_id in rule_ids}
    rules = {rule.id: rule for rule in access_rules.by_ids(tx, sorted(wanted))} if wanted else {}
    return {key: [rules[rule_id] for rule_id in rule_ids] for key, rule_ids in found.items()}


def _grouped(ids: Sequence[str], pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {key: [] for key in ids}
    for key, value in pairs:
        found[key].append(value)
    return found


def insert_credential(tx: Tx, made: ApplicationCredential, role_ids: Iterable[str], rule_ids: Iterable[str]) -> None:
    values = {name: getattr(made, name) for name in ApplicationCredential.__dataclass_fields__}
    application_credentials.insert(tx, **values)
    for table, column, others in (
        (tables.application_credential_role, "role_id", role_ids),
        (tables.application_credential_rule, "access_rule_id", rule_ids),
    ):
        if rows := [{"application_credential_id": made.id, column: other} for other in others]:
            tx.sql.execute(insert(table), rows)


def rules_of_user(tx: Tx, user_id: str) -> list[AccessRule]:
    where = tables.access_rule.c.user_id == user_id
    return every(tx, access_rules.select().where(where).order_by(tables.access_rule.c.id), AccessRule)
