"""Users and domains as clients refer to them: by id, or by name."""

import hashlib

from sqlalchemy import bindparam, select

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.login import Reference
from altostratus.services.identity.domain.nouns import Project, User
from altostratus.services.identity.store.records import projects, users
from altostratus.services.identity.store.tables import user

_HASHES = select(user.c.password_hash).where(user.c.password_hash.is_not(None)).order_by(user.c.id).limit(1)
_NEXT_HASH = _HASHES.where(user.c.id >= bindparam("id"))


def find_user(tx: Tx, who: Reference) -> User | None:
    """By id, or by name in a domain; the same queries where there is no such domain."""
    if who.name is None:
        return users.find(tx, who.id or "")
    domain = find_domain(tx, who.domain or Reference())
    return users.find_by(tx, domain_id=domain.id if domain else "", name=who.name)


def hash_of_another(tx: Tx, who: Reference) -> str | None:
    """Some user's password hash, the same one's each time for the same name, to take the place of one that is not
    there. Hashes older than the parameters take another time to check: as many do of those that are not there."""
    id = hashlib.blake2b((who.name or who.id or "").encode(), digest_size=16).hexdigest()  # noqa: A001
    return tx.sql.execute(_NEXT_HASH, {"id": id}).scalar()


def find_domain(tx: Tx, what: Reference) -> Project | None:
    """By id or by name."""
    if what.name is not None:
        return projects.find_by(tx, name_scope="", name=what.name)
    found = projects.find(tx, what.id or "")
    return found if found and found.is_domain else None
