"""POST /v3/users."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import home_domain, merged_options, rest
from altostratus.services.identity.domain.nouns import User
from altostratus.services.identity.errors import Duplicate
from altostratus.services.identity.store.records import projects, unique, users
from altostratus.services.identity.usecases import Fields, Identity, new_id
from altostratus.services.identity.usecases.find_domains import get_domain
from altostratus.services.identity.usecases.set_password import hashed, with_password

COLUMNS = ("name", "domain_id", "enabled", "default_project_id", "password", "options", "password_expires_at")


async def create_user(identity: Identity, actor: Actor, fields: Fields) -> User:
    domain_id = home_domain(actor, fields)
    identity.policy.require(actor, "identity:create_user", {"target.user.domain_id": domain_id})
    check_rules(fields)
    password = await hashed(identity, fields)
    return await identity.change(lambda tx: _insert(tx, identity, actor, domain_id, password, fields))


def _insert(
    tx: Tx, identity: Identity, actor: Actor, domain_id: str, password_hash: str | None, fields: Fields
) -> User:
    get_domain(tx, domain_id)
    check_default_project(tx, fields)
    options = merged_options({}, fields.get("options"))
    values: dict[str, Any] = {
        "id": new_id(tx),
        "domain_id": domain_id,
        "name": fields["name"].strip(),
        "enabled": fields.get("enabled", True),
        "default_project_id": fields.get("default_project_id"),
        **with_password(tx, identity, password_hash, options, own=False),
        "created_at": tx.now,
        "last_active_at": None,
        "failed_auth_count": 0,
        "failed_auth_at": None,
        "epoch": 0,
        "options": options,
        "extra": rest(fields, *COLUMNS),
    }
    with unique(tx, duplicate(values["name"], domain_id)):
        users.insert(tx, **values)
    events.record(tx, actor, "identity.user.create", values["id"])
    return User(**values)


def duplicate(name: str, domain_id: str) -> Duplicate:
    return Duplicate("user", f"Duplicate entry found with name {name} at domain ID {domain_id}")


def check_rules(fields: Fields) -> None:
    """Neither a rule nor a method in a rule may be said twice."""
    rules = (fields.get("options") or {}).get("multi_factor_auth_rules") or []
    for name, group in (("multi_factor_auth_rules", rules), *enumerate(rules)):
        if len({repr(one) for one in group}) < len(group):
            raise BadRequest(
                f"Invalid input for field/attribute {name}. Value: {group}. {group} has non-unique elements"
            )


def check_default_project(tx: Tx, fields: Fields) -> None:
    """It need not exist, but it may not be a domain."""
    found = projects.find(tx, fields.get("default_project_id") or "")
    if found and found.is_domain:
        raise BadRequest("User's default project ID cannot be a domain ID")
