"""Application credentials with the roles they pass on and the access rules that bind them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, delete, exists, func, insert, select

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.expiry import unexpired
from altostratus.services.identity.domain.nouns import AccessRule, ApplicationCredential, Role
from altostratus.services.identity.errors import Duplicate
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import access_rules, application_credentials, roles, unique


@dataclass(frozen=True, slots=True)
class DetailedCredential:
    """An application credential with the roles it passes on, in the order of names, and the rules that bind it."""

    credential: ApplicationCredential
    roles: tuple[Role, ...]
    rules: tuple[AccessRule, ...]


def find_live_credential(tx: Tx, credential_id: str) -> ApplicationCredential | None:
    """None when there is none, or it has expired."""
    return unexpired(application_credentials.find(tx, credential_id), tx.now)


def role_ids_of(tx: Tx, ids: Sequence[str]) -> dict[str, list[str]]:
    """The roles granted by each of these; one query."""
    table = tables.application_credential_role
    query = select(table.c.application_credential_id, table.c.role_id).order_by(table.c.role_id)
    return _grouped(tx, ids, query.where(table.c.application_credential_id.in_(ids)))


def rules_of(tx: Tx, ids: Sequence[str]) -> dict[str, list[AccessRule]]:
    """The rules that bind each of these; two queries at most."""
    table = tables.application_credential_rule
    query = select(table.c.application_credential_id, table.c.access_rule_id).order_by(table.c.access_rule_id)
    found = _grouped(tx, ids, query.where(table.c.application_credential_id.in_(ids)))
    wanted = {rule_id for rule_ids in found.values() for rule_id in rule_ids}
    rules = {rule.id: rule for rule in access_rules.by_ids(tx, sorted(wanted))} if wanted else {}
    return {key: [rules[rule_id] for rule_id in rule_ids] for key, rule_ids in found.items()}


def with_details(tx: Tx, found: Sequence[ApplicationCredential]) -> list[DetailedCredential]:
    """In the same order; four queries at most."""
    ids = [credential.id for credential in found]
    granted, bound = role_ids_of(tx, ids), rules_of(tx, ids)
    named = roles.by_ids(tx, [role_id for role_ids in granted.values() for role_id in role_ids])
    in_order = sorted(named, key=lambda role: role.name)
    return [
        DetailedCredential(one, tuple(role for role in in_order if role.id in granted[one.id]), tuple(bound[one.id]))
        for one in found
    ]


def credentials_of_user(tx: Tx, user_id: str) -> int:
    """How many there are."""
    table = tables.application_credential
    return tx.sql.execute(select(func.count()).where(table.c.user_id == user_id)).scalar_one()


def _grouped(tx: Tx, ids: Sequence[str], pairs: Select[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {key: [] for key in ids}
    for key, value in tx.sql.execute(pairs):
        found[key].append(value)
    return found


def insert_credential(tx: Tx, made: ApplicationCredential, role_ids: Iterable[str], rule_ids: Iterable[str]) -> None:
    application_credentials.insert(tx, **asdict(made))
    for table, column, others in (
        (tables.application_credential_role, "role_id", role_ids),
        (tables.application_credential_rule, "access_rule_id", rule_ids),
    ):
        if rows := [{"application_credential_id": made.id, column: other} for other in others]:
            tx.sql.execute(insert(table), rows)


def ensure_rule(tx: Tx, wanted: AccessRule) -> AccessRule:
    """The user's rule for the same, which may be there under another id."""
    values = asdict(wanted)
    same = access_rules.find_by(tx, **{name: value for name, value in values.items() if name != "id"})
    if same is None:
        with unique(tx, Duplicate("access_rule", f"Duplicate entry found with ID {wanted.id}")):
            access_rules.insert(tx, **values)
    return same or wanted


def forget_credentials_with_role(tx: Tx, role_id: str) -> None:
    """Those that pass it on, and all that a user has in a project where the role is granted to it."""
    table, passed_on, granted = tables.application_credential, tables.application_credential_role, tables.assignment
    carrying = table.c.id.in_(select(passed_on.c.application_credential_id).where(passed_on.c.role_id == role_id))
    owner = (granted.c.actor_kind == "user") & (granted.c.actor_id == table.c.user_id)
    place = (granted.c.target_kind == "project") & (granted.c.target_id == table.c.project_id)
    standing = exists().where(granted.c.role_id == role_id, owner, place)
    tx.sql.execute(delete(table).where(carrying | standing))
