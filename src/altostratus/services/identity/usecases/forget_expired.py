"""Trusts and application credentials that expired long ago (`expired_kept_days`) are deleted by whoever makes new ones,
so that their tables stay bounded. Until then lists show them, as in Keystone."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Table, delete, select

from altostratus.kernel import events
from altostratus.kernel.actor import SYSTEM
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store import tables
from altostratus.services.identity.store.trusts import end_trusts
from altostratus.services.identity.usecases import Identity

MOST = 100
"""No new one waits for the deletion of more; what is left is for the next."""


def forget_expired_trusts(tx: Tx, identity: Identity) -> None:
    """With those passed on from them, which ended no later."""
    for ended in end_trusts(tx, tables.trust.c.id.in_(_long_expired(tx, identity, tables.trust))):
        events.record(tx, SYSTEM, "identity.trust.delete", ended, reason="expired")


def forget_expired_credentials(tx: Tx, identity: Identity) -> None:
    table = tables.application_credential
    expired = list(tx.sql.scalars(_long_expired(tx, identity, table)))
    tx.sql.execute(delete(table).where(table.c.id.in_(expired)))
    for ended in expired:
        events.record(tx, SYSTEM, "identity.application_credential.delete", ended, reason="expired")


def _long_expired(tx: Tx, identity: Identity, table: Table) -> Select[Any]:
    """The ids of the first that expired."""
    until = tx.now - timedelta(days=identity.config.expired_kept_days)
    return select(table.c.id).where(table.c.expires_at < until).order_by(table.c.expires_at, table.c.id).limit(MOST)
