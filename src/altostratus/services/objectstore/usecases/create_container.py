"""Make a container."""

from altostratus.contracts.objectstore import Container, NameTaken, Values
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.accounts import ensure_account
from altostratus.services.objectstore.store.containers import add_container, find_bucket
from altostratus.services.objectstore.usecases.put_object import get_container


def create_container(
    tx: Tx, account: str, name: str, meta: Values, settings: Values, *, bucket: bool = False
) -> Container:
    """There must be none of this name. A `bucket` has its name for itself among all accounts' buckets: NameTaken."""
    if bucket and find_bucket(tx, name):
        raise NameTaken()
    owner = ensure_account(tx, account)
    add_container(tx, owner.id, name, name if bucket else None, meta, settings)
    return get_container(tx, account, name)
