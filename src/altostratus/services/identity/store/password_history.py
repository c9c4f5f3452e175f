"""The hashes of passwords that users had before, by user the newest last."""

from sqlalchemy import delete, func, insert, select

from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.tables import password_history as table


def former_passwords(tx: Tx, user_id: str, most: int) -> list[str]:
    """The newest of them, at most so many."""
    query = select(table.c.password_hash).where(table.c.user_id == user_id).order_by(table.c.ordinal.desc()).limit(most)
    return list(tx.sql.execute(query).scalars())


def remember_password(tx: Tx, user_id: str, password_hash: str | None, most: int) -> None:
    """Add one, and forget all but the newest `most`."""
    newest: int = tx.sql.execute(select(func.max(table.c.ordinal)).where(table.c.user_id == user_id)).scalar() or 0
    if password_hash is not None and most > 0:
        newest += 1
        tx.sql.execute(insert(table).values(user_id=user_id, ordinal=newest, password_hash=password_hash))
    tx.sql.execute(delete(table).where(table.c.user_id == user_id, table.c.ordinal <= newest - most))
