"""What must be there before the first request: the first administrator, the standard roles, the catalog.

Runs at every start and changes nothing that is there, but for the addresses in the catalog: they follow the
cloud's public URL.
"""

from collections.abc import Sequence
from typing import Any

from altostratus.kernel.db.rows import insert_or_ignore
from altostratus.kernel.db.state import bump
from altostratus.kernel.service import CatalogEntry
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import DEFAULT_DOMAIN
from altostratus.services.identity.domain.grants import Place
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.access import SYSTEM_ID
from altostratus.services.identity.store.catalog import service_ids
from altostratus.services.identity.store.grants import grant
from altostratus.services.identity.store.records import Records, endpoints, projects, regions, roles, services, users
from altostratus.services.identity.store.token_keys import ensure_token_key
from altostratus.services.identity.usecases import GENERATION, Identity, new_id

ROLES = ("admin", "manager", "member", "reader", "service")
IMPLIES = (("admin", "manager"), ("manager", "member"), ("member", "reader"))
INTERFACES = ("public", "internal", "admin")


def bootstrap(
    tx: Tx, identity: Identity, public_url: str, region: str, catalog: Sequence[CatalogEntry], admin_password: str
) -> None:
    """Idempotent; the password counts only when the user `admin` is made."""
    ensure_token_key(tx, identity.master_key)
    identity.keys.load(tx)
    _ensure_domain(tx)
    found = {name: _ensure_role(tx, name) for name in ROLES}
    for prior, implied in IMPLIES:
        row = {"prior_role_id": found[prior], "implied_role_id": found[implied]}
        insert_or_ignore(tx, tables.implied_role, row)
    _ensure_first_administrator(tx, identity, admin_password)
    _ensure_catalog(tx, public_url, region, catalog)
    bump(tx, GENERATION)


def _ensure_domain(tx: Tx) -> None:
    if projects.find(tx, DEFAULT_DOMAIN) is None:
        values = {"name": "Default", "name_scope": "", "is_domain": True, "description": "The default domain"}
        _insert_project(tx, id=DEFAULT_DOMAIN, **values)


def _insert_project(tx: Tx, **values: Any) -> None:
    projects.insert(tx, **{"enabled": True, "epoch": 0, "options": {}, "extra": {}, **values})


def _ensure(tx: Tx, records: Records[Any], unique: dict[str, Any], **values: Any) -> str:
    """The id of the row with these unique values, inserted where there is none."""
    found = records.find_by(tx, **unique)
    if found is not None:
        return str(found.id)
    id = new_id(tx)  # noqa: A001
    records.insert(tx, id=id, **unique, **values)
    return id


def _ensure_role(tx: Tx, name: str) -> str:
    return _ensure(tx, roles, {"name_scope": "", "name": name}, options={"immutable": True}, extra={})


def _ensure_first_administrator(tx: Tx, identity: Identity, password: str) -> None:
    """Who, once made, is the operator's to change: nothing is granted again to one who is there."""
    if users.find_by(tx, domain_id=DEFAULT_DOMAIN, name="admin") is None:
        users.update(tx, ensure_administrator(tx, "admin"), password_hash=identity.hasher.hash(password))


def ensure_administrator(tx: Tx, name: str) -> str:
    """The id of a user of the domain Default, made without a password if need be, who has the role admin on the project
    admin, the domain and the system; these are enabled."""
    role = _ensure_role(tx, "admin")
    values = {"enabled": True, "epoch": 0, "created_at": tx.now, "options": {}, "extra": {}}
    user = _ensure(tx, users, {"domain_id": DEFAULT_DOMAIN, "name": name}, **values)
    project = _ensure_project(tx)
    for target in (("project", project), ("domain", DEFAULT_DOMAIN), ("system", SYSTEM_ID)):
        grant(tx, Place("user", user, *target), role)
    for place in (project, DEFAULT_DOMAIN):
        projects.update(tx, place, enabled=True)
    return user


def _ensure_project(tx: Tx) -> str:
    found = projects.find_by(tx, name_scope=DEFAULT_DOMAIN, name="admin")
    if found:
        return found.id
    id = new_id(tx)  # noqa: A001
    place = {"name_scope": DEFAULT_DOMAIN, "domain_id": DEFAULT_DOMAIN, "parent_id": DEFAULT_DOMAIN}
    text = "Bootstrap project for initializing the cloud."
    _insert_project(tx, id=id, name="admin", is_domain=False, description=text, **place)
    return id


def _ensure_catalog(tx: Tx, public_url: str, region: str, catalog: Sequence[CatalogEntry]) -> None:
    if regions.find(tx, region) is None:
        regions.insert(tx, id=region, description="", extra={})
    known = service_ids(tx)
    for entry in catalog:
        service = known.get((entry.type, entry.name)) or _insert_service(tx, entry)
        for interface in INTERFACES:
            _ensure_endpoint(tx, service, region, interface, public_url + entry.path)


def _insert_service(tx: Tx, entry: CatalogEntry) -> str:
    id = new_id(tx)  # noqa: A001
    services.insert(tx, id=id, type=entry.type, name=entry.name, enabled=True, extra={})
    return id


def _ensure_endpoint(tx: Tx, service_id: str, region: str, interface: str, url: str) -> None:
    where = {"service_id": service_id, "region_id": region, "interface": interface}
    id = _ensure(tx, endpoints, where, url=url, enabled=True, extra={})  # noqa: A001
    endpoints.update(tx, id, url=url)
