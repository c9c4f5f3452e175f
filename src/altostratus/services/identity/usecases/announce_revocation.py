"""What has ended tokens is written down where others can read it (find_revocations), wherever Keystone does so. That
the tokens end here is up to epochs and to rows that are gone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select, update

from altostratus.kernel.tx import Tx
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.revocations import record_revocations
from altostratus.services.identity.usecases import Identity

BUFFER = timedelta(minutes=30)
"""For how long an event is kept beyond the last token it fits."""


def announce_revocation(tx: Tx, identity: Identity, **fits: str) -> None:
    """Tokens issued up to now that fit have ended: `user_id="…"`, `project_id="…"`, `trust_id="…"`."""
    announce_revocations(tx, identity, [fits])


def announce_revocations(tx: Tx, identity: Identity, events: Iterable[Mapping[str, str]]) -> None:
    record_revocations(tx, timedelta(seconds=identity.config.token_lifetime) + BUFFER, events)


def announce_end_of_domain(tx: Tx, identity: Identity, domain_id: str) -> None:
    """For its users and projects, and for itself as a project; before they are gone."""
    ended = [{"project_id": domain_id}]
    for name, table in (("project_id", tables.project), ("user_id", tables.user)):
        ended += [{name: found} for found in tx.sql.scalars(select(table.c.id).where(table.c.domain_id == domain_id))]
    announce_revocations(tx, identity, ended)


def end_tokens_of(tx: Tx, identity: Identity, user_ids: Sequence[str]) -> None:
    """All tokens of these users end now, and it is announced."""
    table = tables.user
    tx.sql.execute(update(table).where(table.c.id.in_(user_ids)).values(epoch=table.c.epoch + 1))
    announce_revocations(tx, identity, [{"user_id": user_id} for user_id in user_ids])
