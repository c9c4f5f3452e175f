"""POST /v3/OS-TRUST/trusts: a trustor lets a trustee act with some of its roles in a project. Whoever acts by a trust
passes that one on, with no more than it gave."""

from collections.abc import Sequence

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Scope, ScopeKind
from altostratus.services.identity.domain.delegation import check_manages_trusts
from altostratus.services.identity.domain.expiry import expiry_of
from altostratus.services.identity.domain.fields import rest
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import Role, Trust
from altostratus.services.identity.domain.trusts import check_passed_on, passes_left
from altostratus.services.identity.errors import Duplicate, Missing, Refused
from altostratus.services.identity.store.access import held_role_ids
from altostratus.services.identity.store.records import projects, roles, trusts, unique, users
from altostratus.services.identity.store.trusts import (
    find_lineage,
    has_twin,
    insert_trust,
    roles_of,
    trusted_role_ids,
)
from altostratus.services.identity.usecases import Fields, Identity, new_id
from altostratus.services.identity.usecases.forget_expired import forget_expired_trusts

NOT_EXTRA = (
    "trustor_user_id",
    "trustee_user_id",
    "project_id",
    "impersonation",
    "remaining_uses",
    "expires_at",
    "roles",
    "allow_redelegation",
    "redelegation_count",
    "redelegated_trust_id",
    "deleted_at",
)


def create_trust(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> tuple[Trust, list[Role]]:
    """The trust and the roles that it passes on."""
    _check(tx, identity, actor, fields)
    forget_expired_trusts(tx, identity)
    lineage = _lineage(tx, actor)
    role_ids = _role_ids(tx, fields, _giver(tx, actor, fields, lineage))
    trust = _trust(tx, identity, fields, lineage)
    for above in lineage:
        most = identity.config.max_redelegation_count
        check_passed_on(above, set(trusted_role_ids(tx, above.id)), trust, set(role_ids), most)
    _insert(tx, trust, role_ids)
    events.record(tx, actor, "identity.trust.create", trust.id, trust.project_id, trustee=trust.trustee_user_id)
    return trust, roles_of(tx, trust.id)


def _check(tx: Tx, identity: Identity, actor: Actor, fields: Fields) -> None:
    trustor, trustee = fields["trustor_user_id"], fields["trustee_user_id"]
    identity.policy.require(actor, "identity:create_trust", {"target.trust.trustor_user_id": trustor})
    check_manages_trusts(actor)
    if fields.get("project_id") and not fields.get("roles"):
        raise Refused("At least one role should be specified")
    if actor.user_id != trustor:
        raise Refused("The authenticated user should match the trustor")
    if users.find(tx, trustee) is None:
        raise Missing("user", trustee)


def _lineage(tx: Tx, actor: Actor) -> list[Trust]:
    """The trust that the actor acts by, and those that it was passed on from; [] for whoever acts on its own."""
    if actor.trust_id is None:
        return []
    if found := find_lineage(tx, actor.trust_id):
        return found
    raise Missing("trust", actor.trust_id)


def _giver(tx: Tx, actor: Actor, fields: Fields, lineage: Sequence[Trust]) -> str:
    """Whose roles are looked at: the trustor's, or, where the client names the trust that it passes on, those of the
    first trustor of its chain. For a token both must have them."""
    said = fields.get("redelegated_trust_id")
    if said and trusts.find(tx, said) is None:
        raise Missing("trust", said)
    return lineage[-1].trustor_user_id if said and said == actor.trust_id else fields["trustor_user_id"]


def _role_ids(tx: Tx, fields: Fields, giver: str) -> list[str]:
    """The ids of the roles said, all of which the giver has in the project."""
    said = fields.get("roles", ())
    named = {name: _role_named(tx, name) for name in dict.fromkeys(one["name"] for one in said if "name" in one)}
    role_ids = [one.get("id") or named[one["name"]] for one in said]
    project_id = fields.get("project_id")
    if project_id and projects.find(tx, project_id) is None:
        raise Missing("project", project_id)
    held = held_role_ids(tx, giver, Scope(ScopeKind.PROJECT, project_id)) if project_id else set()
    for role_id in role_ids:
        if role_id not in held:
            raise Missing("role", role_id)
    return role_ids


def _role_named(tx: Tx, name: str) -> str:
    """Of any domain, if there is only one."""
    found = roles.listed(tx, Listing().having(name=name))
    if not found:
        raise NotFound(f"Role {name} is not defined")
    if len(found) > 1:
        raise BadRequest(
            f"There are multiple role entities named '{name}'. Please use ID instead of names to resolve the ambiguity."
        )
    return found[0].id


def _trust(tx: Tx, identity: Identity, fields: Fields, lineage: Sequence[Trust]) -> Trust:
    """What is passed on ends, unless something else is said, with what it is passed on from."""
    above = lineage[0] if lineage else None
    expires_at = above.expires_at if above else None
    if (said := fields.get("expires_at")) is not None:
        expires_at = expiry_of(said, tx.now).replace(microsecond=0)  # as it is shown
    return Trust(
        id=new_id(tx),
        trustor_user_id=fields["trustor_user_id"],
        trustee_user_id=fields["trustee_user_id"],
        project_id=fields.get("project_id") or None,
        impersonation=fields["impersonation"],
        expires_at=expires_at,
        remaining_uses=fields.get("remaining_uses"),
        redelegation_count=passes_left(fields, above, identity.config.max_redelegation_count),
        redelegated_trust_id=above.id if above else None,
        deleted_at=None,
        extra=rest(fields, *NOT_EXTRA),
    )


def _insert(tx: Tx, trust: Trust, role_ids: Sequence[str]) -> None:
    """A trust like another one, and a role named twice, are refused."""
    duplicate = Duplicate("trust", f"Duplicate entry found with ID {trust.id}")
    if has_twin(tx, trust):
        raise duplicate
    with unique(tx, duplicate):
        insert_trust(tx, trust, role_ids)
