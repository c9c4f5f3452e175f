"""PATCH /v3/users/{id}. Disabling a user or setting its password ends all of its tokens; enabling it or setting its
password unlocks it."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.compliance import active_on
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
from altostratus.services.identity.usecases.announce_revocation import announce_revocation
from altostratus.services.identity.usecases.create_user import COLUMNS, check_default_project, check_rules, duplicate
from altostratus.services.identity.usecases.find_users import find_user, get_user
from altostratus.services.identity.usecases.set_password import hashed, put_away, with_password

RULE = "identity:update_user"


async def update_user(identity: Identity, actor: Actor, user_id: str, fields: Fields) -> User:
    await identity.db.read(lambda tx: find_user(tx, identity, actor, RULE, user_id))
    check_rules(fields)
    password = await hashed(identity, fields)

    def update(tx: Tx) -> User:
        user = find_user(tx, identity, actor, RULE, user_id)
        _update(tx, identity, actor, user, password, fields)
        return get_user(tx, identity, user.id) or user

    return await identity.change(update)


def _update(tx: Tx, identity: Identity, actor: Actor, user: User, password_hash: str | None, fields: Fields) -> None:
    check_same_id(fields, user.id)
    check_same_domain(fields, user.domain_id)
    check_default_project(tx, fields)
    changes = _changes(user, fields)
    if "password" in fields:
        put_away(tx, identity, user)
        changes |= with_password(tx, identity, password_hash, changes["options"], own=False)
    if "password" in fields or fields.get("enabled"):
        changes |= {"failed_auth_count": 0, "failed_auth_at": None}
    if fields.get("enabled"):
        changes |= active_on(identity.config, user, tx.now)
    if "password" in fields or fields.get("enabled") is False:
        changes["epoch"] = user.epoch + 1
    with unique(tx, duplicate(changes.get("name", user.name), user.domain_id)):
        users.update(tx, user.id, **changes)
    if "epoch" in changes:
        announce_revocation(tx, identity, user_id=user.id)
    events.record(tx, actor, "identity.user.update", user.id, fields=sorted(known(fields, *COLUMNS)))


def _changes(user: User, fields: Fields) -> dict[str, Any]:
    changes = known(fields, "enabled", "default_project_id")
    if "name" in fields:
        changes["name"] = fields["name"].strip()
    changes["options"] = merged_options(user.options, fields.get("options"))
    changes["extra"] = {**user.extra, **rest(fields, *COLUMNS)}
    return changes
