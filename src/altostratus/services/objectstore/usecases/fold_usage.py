"""Add up what totals have changed by."""

from altostratus.services.objectstore.store import accounts
from altostratus.services.objectstore.usecases import ObjectStore

MOST = 2000
"""Deltas in one transaction, behind which other writers wait."""


async def fold_usage(store: ObjectStore) -> bool:
    """One batch; whether there are more. Who folds the same ones at the same time is run again and finds none."""
    return await store.db.write(lambda tx: accounts.fold_usage(tx, MOST)) == MOST
