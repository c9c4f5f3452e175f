"""Users and domains as clients refer to them: by id, or by name."""

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.login import Reference
from altostratus.services.identity.domain.nouns import Project, User
from altostratus.services.identity.store.records import projects, users


def find_user(tx: Tx, who: Reference) -> User | None:
    """By id, or by name in a domain; the same queries where there is no such domain."""
    if who.name is None:
        return users.find(tx, who.id or "")
    domain = find_domain(tx, who.domain or Reference())
    return users.find_by(tx, domain_id=domain.id if domain else "", name=who.name)


def find_domain(tx: Tx, what: Reference) -> Project | None:
    """By id or by name."""
    if what.name is not None:
        return projects.find_by(tx, name_scope="", name=what.name)
    found = projects.find(tx, what.id or "")
    return found if found and found.is_domain else None
