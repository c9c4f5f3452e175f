"""Keypairs: public keys only; a generated private key is answered once and never kept."""

from dataclasses import fields

from sqlalchemy import and_, delete, func, select
from sqlalchemy.exc import IntegrityError

from altostratus.kernel.db.paging import Sort, page
from altostratus.kernel.db.rows import changed, every, insert_row, one
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Keypair
from altostratus.services.compute.errors import KeypairExists
from altostratus.services.compute.store.tables import keypair

_COLUMNS = [keypair.c[f.name] for f in fields(Keypair)]


def get_keypair(tx: Tx, user_id: str, name: str) -> Keypair | None:
    where = and_(keypair.c.user_id == user_id, keypair.c.name == name)
    return one(tx, select(*_COLUMNS).where(where), Keypair)


def list_keypairs(tx: Tx, user_id: str, after: str | None, limit: int | None) -> list[Keypair]:
    """A user's keypairs by name."""
    query = select(*_COLUMNS).where(keypair.c.user_id == user_id)
    return every(tx, page(query, [Sort(keypair.c.name)], None if after is None else [after], limit), Keypair)


def count_keypairs(tx: Tx, user_id: str) -> int:
    where = keypair.c.user_id == user_id
    return tx.sql.execute(select(func.count()).select_from(keypair).where(where)).scalar_one()


def insert_keypair(tx: Tx, user_id: str, name: str, kind: str, public_key: str, fingerprint: str) -> Keypair:
    """Raises KeypairExists when the user has one of that name."""
    try:
        with tx.sql.begin_nested():
            insert_row(
                tx,
                keypair,
                user_id=user_id,
                name=name,
                type=kind,
                public_key=public_key,
                fingerprint=fingerprint,
                created_at=tx.now,
            )
    except IntegrityError as error:
        raise KeypairExists(name=name) from error
    made = get_keypair(tx, user_id, name)
    assert made is not None
    return made


def delete_keypair(tx: Tx, user_id: str, name: str) -> bool:
    where = and_(keypair.c.user_id == user_id, keypair.c.name == name)
    return changed(tx, delete(keypair).where(where)) > 0
