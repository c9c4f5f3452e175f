"""PATCH /v3/users/{id}. Disabling a user or setting its password ends all of its tokens."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import (
    check_same_domain,
    check_same_id,
    known,
    merged_options,
    rest,
)
from altostratus.services.identity.domain.nouns import User
from altostratus.services.identity.store.records import unique, users
from altostratus.services.identity.usecases import Fields, Identity
from altostratus.services.identity.usecases.create_user import COLUMNS, check_default_project, duplicate, hashed
from altostratus.services.identity.usecases.find_users import find_user

RULE = "identity:update_user"


async def update_user(identity: Identity, actor: Actor, user_id: str, fields: Fields) -> User:
    await identity.db.read(lambda tx: find_user(tx, identity, actor, RULE, user_id))
    password = await hashed(identity, fields)

    def update(tx: Tx) -> User:
        user = find_user(tx, identity, actor, RULE, user_id)
        return _update(tx, actor, user, password, fields)

    return await identity.change(update)


def _update(tx: Tx, actor: Actor, user: User, password_hash: str | None, fields: Fields) -> User:
    check_same_id(fields, user.id)
    check_same_domain(fields, user.domain_id)
    check_default_project(tx, fields)
    changes = _changes(user, fields)
    if "password" in fields:
        changes["password_hash"] = password_hash
    if "password" in fields or (user.enabled and not fields.get("enabled", True)):
        changes["epoch"] = user.epoch + 1
    with unique(tx, duplicate(changes.get("name", user.name), user.domain_id)):
        users.update(tx, user.id, **changes)
    events.record(tx, actor, "identity.user.update", user.id, fields=sorted(known(fields, *COLUMNS)))
    return users.find(tx, user.id) or user


def _changes(user: User, fields: Fields) -> dict[str, Any]:
    changes = known(fields, "enabled", "default_project_id")
    if "name" in fields:
        changes["name"] = fields["name"].strip()
    changes["options"] = merged_options(user.options, fields.get("options"))
    changes["extra"] = {**user.extra, **rest(fields, *COLUMNS)}
    return changes
