"""Whom and what a token names, as they are now: one query, made once, because every new token's validation runs it."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Claims
from altostratus.services.identity.domain.nouns import Project, User
from altostratus.services.identity.domain.session import Holder, Target
from altostratus.services.identity.store.records import projects, users
from altostratus.services.identity.store.tables import project, user

# the user's domain, what the scope names (a project or a domain), and the domain that this lies in
_HOME, _PLACE, _ABOVE = (project.alias(name) for name in ("home", "place", "above"))
_PARTS = [users.columns_of(user), *(projects.columns_of(alias) for alias in (_HOME, _PLACE, _ABOVE))]
_QUERY = (
    select(*(column for part in _PARTS for column in part))
    .join(_HOME, _HOME.c.id == user.c.domain_id)
    .outerjoin(_PLACE, _PLACE.c.id == bindparam("scope_id"))
    .outerjoin(_ABOVE, _ABOVE.c.id == _PLACE.c.domain_id)
    .where(user.c.id == bindparam("user_id"))
)


def find_holder(tx: Tx, claims: Claims) -> Holder | None:
    """None when the user is gone. Whether anything is enabled is not looked at."""
    row = tx.sql.execute(_QUERY, {"user_id": claims.user_id, "scope_id": claims.scope.id}).first()
    return _holder(row) if row else None


def _holder(row: Row[Any]) -> Holder:
    """The row's parts, one after another; a project that is not there has no id."""
    values = iter(row)
    person, home, place, above = ([next(values) for _ in part] for part in _PARTS)
    target = Target(Project(*place), Project(*(above if above[0] else place))) if place[0] else None
    return Holder(User(*person), Project(*home), target)
