"""Users and domains as clients refer to them: by id, or by name."""

import hashlib

from sqlalchemy import bindparam, select

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.login import Reference
from altostratus.services.identity.domain.nouns import Project, User
from altostratus.services.identity.store.records import projects, users
from altostratus.services.identity.store.tables import project, user

_HOME = project.alias("home")
_AT_HOME = select(*users.columns_of(user), _HOME.c.enabled.label("home")).join(_HOME, _HOME.c.id == user.c.domain_id)
_NAMED = _AT_HOME.where(user.c.name == bindparam("name"))
_BY_ID = _AT_HOME.where(user.c.id == bindparam("id"))
_IN_DOMAIN = _NAMED.where(user.c.domain_id == bindparam("domain_id"))
_IN_NAMED_DOMAIN = _NAMED.where(_HOME.c.name_scope == "", _HOME.c.name == bindparam("domain_name"))
_HASHES = select(user.c.password_hash).where(user.c.password_hash.is_not(None)).order_by(user.c.id).limit(1)
_NEXT_HASH = _HASHES.where(user.c.id >= bindparam("id"))


def find_user(tx: Tx, who: Reference) -> User | None:
    """By id, or by name in a domain."""
    return find_user_at_home(tx, who)[0]


def find_user_at_home(tx: Tx, who: Reference) -> tuple[User | None, bool]:
    """The same, and whether its domain is enabled; one query, whether there is such a user or domain or not."""
    domain = who.domain or Reference()
    if who.name is None:
        row = tx.sql.execute(_BY_ID, {"id": who.id or ""}).first()
    elif domain.name is None:
        row = tx.sql.execute(_IN_DOMAIN, {"name": who.name, "domain_id": domain.id or ""}).first()
    else:
        row = tx.sql.execute(_IN_NAMED_DOMAIN, {"name": who.name, "domain_name": domain.name}).first()
    return (None, False) if row is None else (User(*row[:-1]), row[-1])


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
