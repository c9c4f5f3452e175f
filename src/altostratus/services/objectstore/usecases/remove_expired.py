"""Take away objects that have expired, as their owners would."""

from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.containers import container_by_id
from altostratus.services.objectstore.store.objects import list_expired
from altostratus.services.objectstore.usecases import ObjectStore
from altostratus.services.objectstore.usecases.delete_object import take_away

MOST = 200
"""Objects in one transaction."""


async def remove_expired(store: ObjectStore) -> bool:
    """One batch; whether there are more. Where versions are kept a marker says that there is nothing."""
    return await store.db.write(_remove) == MOST


def _remove(tx: Tx) -> int:
    expired = list_expired(tx, int(tx.now.timestamp()), MOST)
    containers = {each.container_id: container_by_id(tx, each.container_id) for each in expired}
    for found in expired:
        if where := containers[found.container_id]:
            take_away(tx, where, found.name, found)
    return len(expired)
