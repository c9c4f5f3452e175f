"""Flavors: made and deleted by administrators, seen by everybody they are open to."""

from dataclasses import dataclass
from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Conflict, NotFound
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Flavor
from altostratus.services.compute.errors import FlavorNotFound
from altostratus.services.compute.store import flavors
from altostratus.services.compute.usecases import Compute

_MANAGE = "os_compute_api:os-flavor-manage"
_SPECS = "os_compute_api:os-flavor-extra-specs"


@dataclass(frozen=True, slots=True)
class NewFlavor:
    """`id` None gets a uuid."""

    id: str | None
    name: str
    ram: int
    vcpus: int
    disk: int
    ephemeral: int = 0
    swap: int = 0
    rxtx_factor: float = 1.0
    is_public: bool = True
    description: str | None = None


DEFAULTS = (
    NewFlavor("1", "m1.tiny", 512, 1, 1),
    NewFlavor("2", "m1.small", 2048, 1, 20),
    NewFlavor("3", "m1.medium", 4096, 2, 40),
    NewFlavor("4", "m1.large", 8192, 4, 80),
    NewFlavor("5", "m1.xlarge", 16384, 8, 160),
    NewFlavor("42", "m1.nano", 128, 1, 1),
)


def create_flavor(tx: Tx, compute: Compute, actor: Actor, new: NewFlavor) -> Flavor:
    compute.policy.require(actor, f"{_MANAGE}:create")
    made = _insert(tx, new)
    if not made.is_public:
        flavors.add_access(tx, made.id, actor.project)
    events.record(tx, actor, "compute.flavor.create", made.id)
    return made


def ensure_defaults(tx: Tx) -> None:
    """A new cloud has a few flavors."""
    if not flavors.any_flavor(tx):
        for new in DEFAULTS:
            _insert(tx, new)


def show_flavor(tx: Tx, compute: Compute, actor: Actor, flavor_id: str) -> Flavor:
    found = flavors.get_flavor(tx, flavor_id, None if actor.is_admin else actor.project)
    if found is None:
        raise FlavorNotFound(id=flavor_id)
    return found


def update_flavor(tx: Tx, compute: Compute, actor: Actor, flavor_id: str, description: str | None) -> Flavor:
    compute.policy.require(actor, f"{_MANAGE}:update")
    show_flavor(tx, compute, actor, flavor_id)
    flavors.update_flavor(tx, flavor_id, description=description)
    return show_flavor(tx, compute, actor, flavor_id)


def delete_flavor(tx: Tx, compute: Compute, actor: Actor, flavor_id: str) -> None:
    """Servers keep their copy."""
    compute.policy.require(actor, f"{_MANAGE}:delete")
    if not flavors.delete_flavor(tx, flavor_id):
        raise FlavorNotFound(id=flavor_id)
    events.record(tx, actor, "compute.flavor.delete", flavor_id)


def set_specs(tx: Tx, compute: Compute, actor: Actor, flavor_id: str, specs: dict[str, str], rule: str) -> None:
    """Add extra specs."""
    compute.policy.require(actor, f"{_SPECS}:{rule}")
    found = show_flavor(tx, compute, actor, flavor_id)
    flavors.update_flavor(tx, flavor_id, extra_specs={**found.extra_specs, **specs})


def delete_spec(tx: Tx, compute: Compute, actor: Actor, flavor_id: str, key: str) -> None:
    compute.policy.require(actor, f"{_SPECS}:delete")
    specs = show_flavor(tx, compute, actor, flavor_id).extra_specs
    if key not in specs:
        raise NotFound(f"Flavor {flavor_id} has no extra specs with key {key}.")
    flavors.update_flavor(tx, flavor_id, extra_specs={k: v for k, v in specs.items() if k != key})


def list_access(tx: Tx, compute: Compute, actor: Actor, flavor_id: str) -> list[str]:
    compute.policy.require(actor, "os_compute_api:os-flavor-access")
    if show_flavor(tx, compute, actor, flavor_id).is_public:
        raise NotFound("Access list not available for public flavors.")
    return flavors.list_access(tx, flavor_id)


def add_access(tx: Tx, compute: Compute, actor: Actor, flavor_id: str, project_id: str) -> list[str]:
    compute.policy.require(actor, "os_compute_api:os-flavor-access:add_tenant_access")
    if show_flavor(tx, compute, actor, flavor_id).is_public:
        raise Conflict("Can not add access to a public flavor.")
    if project_id in flavors.list_access(tx, flavor_id):
        raise Conflict(f"Flavor access already exists for flavor {flavor_id} and project {project_id} combination.")
    flavors.add_access(tx, flavor_id, project_id)
    return flavors.list_access(tx, flavor_id)


def remove_access(tx: Tx, compute: Compute, actor: Actor, flavor_id: str, project_id: str) -> list[str]:
    compute.policy.require(actor, "os_compute_api:os-flavor-access:remove_tenant_access")
    show_flavor(tx, compute, actor, flavor_id)
    if not flavors.remove_access(tx, flavor_id, project_id):
        raise NotFound(f"Flavor access not found for {flavor_id} / {project_id} combination.")
    return flavors.list_access(tx, flavor_id)


def _insert(tx: Tx, new: NewFlavor) -> Flavor:
    values: dict[str, Any] = {name: getattr(new, name) for name in NewFlavor.__dataclass_fields__ if name != "id"}
    if new.name != new.name.strip():
        raise BadRequest("A flavor's name has no white space at its ends.")
    row = Flavor(id=new.id or tx.new_id(), disabled=False, extra_specs={}, created_at=tx.now, **values)
    flavors.insert_flavor(tx, row)
    return row
