"""POST /v3/limits: all of them, or none."""

from collections.abc import Iterable, Mapping, Sequence

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.limits import Limited, first_misfit
from altostratus.services.identity.domain.nouns import Limit, Project, RegisteredLimit
from altostratus.services.identity.errors import Duplicate, Expecting
from altostratus.services.identity.store.limits import family_of, insert_limits, registered_of
from altostratus.services.identity.store.records import projects, unique
from altostratus.services.identity.usecases import Fields, Identity, new_id
from altostratus.services.identity.usecases.create_registered_limits import check_places

Registered = Mapping[tuple[str, str | None, str], RegisteredLimit]


def create_limits(tx: Tx, identity: Identity, actor: Actor, wishes: Sequence[Fields]) -> list[Limited]:
    """In the order that they were said in. The limit of a project that is a domain is the domain's."""
    identity.policy.require(actor, "identity:create_limits")
    check_places(tx, "limit", wishes)
    holders = _holders(tx, wishes)
    registered = _registered(tx, wishes)
    made = [_limited(tx, fields, holders, registered) for fields in wishes]
    check_model(tx, identity, made, holders.values())
    with unique(tx, Duplicate("limit", "Duplicate entry")):
        insert_limits(tx, [one.limit for one in made])
    for one in made:
        events.record(tx, actor, "identity.limit.create", one.limit.id, one.limit.project_id)
    return made


def _holders(tx: Tx, wishes: Sequence[Fields]) -> dict[str, Project]:
    """The projects and domains that are named, by id; they must be there."""
    named = {_holder_id(fields) for fields in wishes}
    found = {holder.id: holder for holder in projects.by_ids(tx, sorted(named))}
    for fields in wishes:
        name = "project_id" if fields.get("project_id") else "domain_id"
        holder = found.get(_holder_id(fields))
        if holder is None or (name == "domain_id" and not holder.is_domain):
            raise Expecting(name, "limit")
    return found


def _holder_id(fields: Fields) -> str:
    return fields.get("project_id") or fields.get("domain_id") or ""


def _registered(tx: Tx, wishes: Sequence[Fields]) -> Registered:
    """What the limits may override, by service, region and name of the resource."""
    found = registered_of(tx, {fields["service_id"] for fields in wishes})
    return {(one.service_id, one.region_id, one.resource_name): one for one in found}


def _limited(tx: Tx, fields: Fields, holders: Mapping[str, Project], registered: Registered) -> Limited:
    base = registered.get((fields["service_id"], fields.get("region_id"), fields["resource_name"]))
    if base is None:
        raise Forbidden("Unable to create a limit that has no corresponding registered limit.")
    holder = holders[_holder_id(fields)]
    limit = Limit(
        id=new_id(tx),
        registered_limit_id=base.id,
        project_id=None if holder.is_domain else holder.id,
        domain_id=holder.id if holder.is_domain else None,
        resource_limit=fields["resource_limit"],
        description=fields.get("description"),
    )
    return Limited(limit, base)


def check_model(tx: Tx, identity: Identity, wanted: Sequence[Limited], holders: Iterable[Project]) -> None:
    """Forbidden when a limit breaks the configured model."""
    if identity.config.unified_limit_enforcement_model == "flat":
        return
    misfit = first_misfit(wanted, family_of(tx, wanted, holders))
    if misfit is not None:
        raise _unfit(misfit)


def _unfit(misfit: Limited) -> Forbidden:
    limit, base = misfit.limit, misfit.registered
    holder = f"project_id: {limit.project_id}" if limit.project_id else f"domain_id: {limit.domain_id}"
    return Forbidden(
        f"Invalid resource limit: The resource limit ({holder}, resource_name: {base.resource_name}, resource_limit: "
        f"{limit.resource_limit}, service_id: {base.service_id}, region_id: {base.region_id}) doesn't satisfy current "
        "hierarchy model.."
    )
