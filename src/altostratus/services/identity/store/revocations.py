"""Tokens that ended before their time: which, and for how long that must be remembered."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, union_all

from altostratus.kernel.db.rows import every
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Claims
from altostratus.services.identity.domain.nouns import RevocationEvent
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import Records

revocation_events = Records[RevocationEvent](tables.revocation_event, RevocationEvent)
FITS = ("audit_id", "audit_chain_id", "user_id", "project_id", "domain_id", "role_id", "trust_id")


_audit_id, _chain_id = tables.revocation_event.c.audit_id, tables.revocation_event.c.audit_chain_id
_REVOKED = union_all(
    select(_audit_id).where(_audit_id == bindparam("audit_id")),
    select(_chain_id).where(_chain_id == bindparam("chain_id")),
)


def is_revoked(tx: Tx, claims: Claims) -> bool:
    """Whether the token, or the first of its chain, has ended by itself; whom it names is not looked at."""
    ids = {"audit_id": claims.audit_id, "chain_id": claims.audit_ids[-1]}
    return tx.sql.execute(_REVOKED, ids).first() is not None


def revoke(tx: Tx, claims: Claims) -> None:
    """End one token, and those that were got with it."""
    fits = [{"audit_id": claims.audit_id}, {"audit_chain_id": claims.audit_id}]
    record_revocations(tx, claims.expires_at - tx.now, fits)


def record_revocations(tx: Tx, remembered: timedelta, events: Iterable[Mapping[str, str]]) -> None:
    """Tokens issued up to now that fit all of what an event says have ended; events remembered for long enough are
    forgotten."""
    table = tables.revocation_event
    tx.sql.execute(delete(table).where(table.c.expires_at < tx.now))
    times = {"issued_before": tx.now, "revoked_at": tx.now, "expires_at": tx.now + remembered}
    blank = dict.fromkeys(FITS)
    if rows := [{**blank, **fits, **times, "id": tx.new_id().replace("-", "")} for fits in events]:
        tx.sql.execute(insert(table), rows)


def revoked_after(tx: Tx, since: datetime | None) -> list[RevocationEvent]:
    """In the order in which they were recorded."""
    table = tables.revocation_event
    query = revocation_events.select().order_by(table.c.revoked_at, table.c.id)
    return every(tx, query if since is None else query.where(table.c.revoked_at > since), RevocationEvent)
