"""Tokens that ended before their time: which, and for how long that must be remembered."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Claims
from altostratus.services.identity.domain.nouns import RevocationEvent
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.records import Records

revocation_events = Records[RevocationEvent](tables.revocation_event, RevocationEvent)


def revoke(tx: Tx, claims: Claims) -> None:
    """End one token."""
    record_revocation(tx, claims.expires_at - tx.now, audit_id=claims.audit_id)


def record_revocation(tx: Tx, remembered: timedelta, **fits: Any) -> None:
    """Tokens issued up to now that fit all of these have ended; those remembered for long enough are forgotten."""
    table = tables.revocation_event
    tx.sql.execute(delete(table).where(table.c.expires_at < tx.now))
    times = {"issued_before": tx.now, "revoked_at": tx.now, "expires_at": tx.now + remembered}
    revocation_events.insert(tx, id=tx.new_id().replace("-", ""), **fits, **times)
