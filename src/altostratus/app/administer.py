"""What an operator does to a cloud by way of its data directory, whether it runs or not: rotate keys, restore access.

A cloud that runs here is told to look anew; one that runs elsewhere, on the same PostgreSQL, sees it by itself.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Select, select, update

from altostratus.app.schema import CLOUD, OBJECTS, check_current
from altostratus.app.serve import holder
from altostratus.app.settings import Settings
from altostratus.app.wiring import open_cloud
from altostratus.kernel.db import Database
from altostratus.kernel.secrets import MasterKey
from altostratus.kernel.service import Cloud
from altostratus.kernel.tx import Tx
from altostratus.services.compute.store.tables import server
from altostratus.services.identity.service import build_identity
from altostratus.services.identity.store.tables import credential, token_key
from altostratus.services.identity.store.token_keys import rotate_token_keys
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.restore_access import reset_password, restore_administrator
from altostratus.services.identity.usecases.set_password import strong_hash
from altostratus.services.objectstore.store.tables import blob

SECRETS = (credential.c.blob, token_key.c.key, server.c.admin_pass)
"""Every column that is encrypted with the master key. In the database of objects there is another: blobs' keys."""
BATCH = 200
"""Rows that are looked at in one transaction, so that nobody waits for long."""


def rotate_keys(settings: Settings, *, master: bool) -> str:
    """Tokens are sealed with a new key from now on; with `master`, all secrets are encrypted with a new master key.
    What has happened, in words."""
    with _open(settings) as cloud:
        identity = build_identity(cloud)
        said = [_rotate_master_key(cloud)] if master else []
        lifetime = timedelta(seconds=identity.config.token_lifetime)
        left = cloud.db.write_now(lambda tx: rotate_token_keys(tx, cloud.master_key, lifetime))
        said.append(f"Tokens are sealed with a new key. {left} older ones open what they sealed until it has expired.")
    return "\n".join(said)


def _rotate_master_key(cloud: Cloud) -> str:
    """The new key first: from then on every process here encrypts with it, so that no secret is missed. An old key's
    file stays, for backups."""
    old = cloud.master_key.newest
    cloud.master_key.rotate()
    done = sum(_reencrypt(cloud.db, cloud.master_key, column) for column in SECRETS)
    done += _reencrypt(cloud.objects, cloud.master_key, blob.c.key)
    return (
        f"{done} secrets are encrypted with master key {cloud.master_key.newest.rstrip(':')}. Key {old.rstrip(':')} is "
        f"left for older backups: remove it from {cloud.data_dir / 'keys'} when nothing needs it any more."
    )


def _reencrypt(db: Database, key: MasterKey, column: Column[Any]) -> int:
    """Until a look at all rows finds nothing that somebody was still writing with the old key. What is done stays done
    if this is cut short: every secret says which key it is encrypted with."""
    done = 0
    while number := sum(_reencrypted(db, key, column)):
        done += number
    return done


def _reencrypted(db: Database, key: MasterKey, column: Column[Any]) -> Iterator[int]:
    """How many of each batch, in the order of the primary key, were encrypted with an older key."""
    (row_id,) = column.table.primary_key
    batch = select(row_id, column).where(column.is_not(None)).order_by(row_id).limit(BATCH)
    last = None
    while True:
        query = batch if last is None else batch.where(row_id > last)
        found = db.write_now(lambda tx, query=query: _reencrypt_batch(tx, key, column, query))  # type: ignore[misc]
        if not found:
            return
        yield sum(found.values())
        *_, last = found


def _reencrypt_batch(tx: Tx, key: MasterKey, column: Column[Any], batch: Select[Any]) -> dict[Any, bool]:
    """Of each row, by its primary key, whether it was encrypted with an older key."""
    (row_id,), newest, done = column.table.primary_key, key.newest, {}
    for number, secret in tx.sql.execute(batch).all():
        done[number] = not secret.startswith(newest)
        if done[number]:
            renewed = {column: key.encrypt(key.decrypt(secret))}
            tx.sql.execute(update(column.table).where(row_id == number).values(renewed))
    return done


def set_password(settings: Settings, name: str, domain: str, password: str) -> None:
    """The user can log in with this password, whatever kept it from doing so. NotFound when there is none; BadRequest
    when the password is weaker than the cloud's rules allow."""
    _change(settings, password, lambda tx, identity, hashed: reset_password(tx, identity, name, domain, hashed))


def make_administrator(settings: Settings, name: str, password: str) -> None:
    """The user is administrator of the cloud, whatever happened to it."""
    _change(settings, password, lambda tx, identity, hashed: restore_administrator(tx, identity, name, hashed))


def _change(settings: Settings, password: str, change: Callable[[Tx, Identity, str], None]) -> None:
    with _open(settings) as cloud:
        identity = build_identity(cloud)
        hashed = strong_hash(identity, password) or ""
        asyncio.run(identity.change(lambda tx: change(tx, identity, hashed)))


@contextlib.contextmanager
def _open(settings: Settings) -> Iterator[Cloud]:
    """The cloud without its drivers; at the end the process that serves it here, if any, looks anew."""
    check_current(settings.database_url, CLOUD)
    check_current(settings.objects_url, OBJECTS)
    cloud = open_cloud(settings)
    try:
        yield cloud
    finally:
        cloud.objects.close()
        cloud.db.close()
    if pid := holder(settings.data_dir):
        os.kill(pid, signal.SIGUSR1)
