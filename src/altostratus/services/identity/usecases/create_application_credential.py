"""POST /v3/users/{id}/application_credentials: a secret with which a program acts as oneself where one's token is,
with some of its roles."""

import base64
from collections.abc import Sequence

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Forbidden, NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Scope, ScopeKind
from altostratus.services.identity.domain.delegation import check_manages_application_credentials
from altostratus.services.identity.domain.expiry import expiry_of
from altostratus.services.identity.domain.nouns import AccessRule, ApplicationCredential
from altostratus.services.identity.domain.passwords import SECRETS
from altostratus.services.identity.errors import Duplicate, Missing
from altostratus.services.identity.store.access import granted_roles, with_implied
from altostratus.services.identity.store.application_credentials import (
    DetailedCredential,
    credentials_of_user,
    ensure_rule,
    insert_credential,
    with_details,
)
from altostratus.services.identity.store.records import access_rules, roles, unique
from altostratus.services.identity.usecases import Fields, Identity, new_id
from altostratus.services.identity.usecases.forget_expired import forget_expired_credentials

SECRET_BYTES = 64
NOUN = "application_credential"


async def create_application_credential(
    identity: Identity, actor: Actor, user_id: str, fields: Fields
) -> tuple[DetailedCredential, str]:
    """What was made, and its secret: nobody is told that again."""
    identity.policy.require(actor, "identity:create_application_credential", {"user_id": user_id})
    check_manages_application_credentials(actor)
    if actor.user_id != user_id:  # even where an operator's policy allows it
        raise Forbidden("Cannot create an application credential for another user.")
    secret = str(fields.get("secret") or await identity.db.read(_new_secret))
    secret_hash = await identity.hash(SECRETS.hash, secret)
    return await identity.change(lambda tx: _create(tx, identity, actor, secret_hash, fields)), secret


def _new_secret(tx: Tx) -> str:
    """As Keystone makes them: 86 characters of URL-safe base64."""
    return base64.urlsafe_b64encode(tx.entropy.randbytes(SECRET_BYTES)).decode().rstrip("=")


def _create(tx: Tx, identity: Identity, actor: Actor, secret_hash: str, fields: Fields) -> DetailedCredential:
    forget_expired_credentials(tx, identity)
    role_ids = _roles(tx, actor, fields.get("roles", ()))
    expires = fields.get("expires_at")
    made = ApplicationCredential(
        id=new_id(tx),
        name=fields["name"],
        user_id=actor.user_id,
        project_id=actor.project_id,
        secret_hash=secret_hash,
        description=fields.get("description"),
        expires_at=None if expires is None else expiry_of(expires, tx.now),
        unrestricted=fields.get("unrestricted"),
    )
    _check_limit(tx, identity, actor.user_id)
    rules = {_rule(tx, actor.user_id, said).id for said in fields.get("access_rules", ())}
    with unique(tx, Duplicate(NOUN, f"Duplicate entry found with name {made.name}")):
        insert_credential(tx, made, role_ids, rules)
    events.record(tx, actor, "identity.application_credential.create", made.id)
    return with_details(tx, [made])[0]


def _roles(tx: Tx, actor: Actor, said: Sequence[Fields]) -> set[str]:
    """Those said and what they imply, or all; BadRequest for what the token has not: nobody passes on more than that,
    least of all who got it passed on. A token of no scope has no roles."""
    place = Scope(ScopeKind.PROJECT, actor.project_id) if actor.project_id else Scope(ScopeKind.UNSCOPED)
    held = {role.id for role in granted_roles(tx, actor.user_id, place) if role.name in actor.roles}
    wanted = {str(one["id"]) for one in said if "id" in one}
    wanted |= {_role_named(tx, name) for name in dict.fromkeys(one["name"] for one in said if "name" in one)}
    wanted |= {role.id for role in with_implied(tx, wanted)} if wanted else held
    if not wanted <= held:
        raise BadRequest("Invalid application credential: Cannot create an application credential with unassigned role")
    return wanted


def _role_named(tx: Tx, name: str) -> str:
    found = roles.find_by(tx, name_scope="", name=name)
    if found is None:
        raise NotFound(f"Role {name} is not defined")
    return found.id


def _check_limit(tx: Tx, identity: Identity, user_id: str) -> None:
    limit = identity.config.application_credential_limit
    if limit is not None and credentials_of_user(tx, user_id) >= limit:
        raise Forbidden(
            f"Unable to create additional application credentials, maximum of {limit} already exceeded for user."
        )


def _rule(tx: Tx, user_id: str, said: Fields) -> AccessRule:
    """The user's rule that is named by its id or is the same; else a new one, under the id said if one was."""
    known = access_rules.find(tx, said["id"]) if "id" in said else None
    if known is None and said.keys() >= {"service", "method", "path"}:
        rule_id = said["id"] if "id" in said else new_id(tx)
        return ensure_rule(tx, AccessRule(rule_id, user_id, said["service"], said["method"], said["path"]))
    if known is None or known.user_id != user_id:
        raise Missing("Access Rule", said["id"])
    return known
