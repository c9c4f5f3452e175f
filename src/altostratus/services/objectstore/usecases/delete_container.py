"""Remove a container that holds nothing."""

from altostratus.contracts.objectstore import NotEmpty
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.containers import remove_container
from altostratus.services.objectstore.store.objects import holds_anything
from altostratus.services.objectstore.store.uploads import end_upload, upload_ids
from altostratus.services.objectstore.usecases.put_object import get_container


def delete_container(tx: Tx, account: str, name: str) -> None:
    """Uploads into it end. Raises NoSuchContainer, NotEmpty."""
    found = get_container(tx, account, name)
    if holds_anything(tx, found.id):
        raise NotEmpty()
    for upload_id in upload_ids(tx, found.id):
        end_upload(tx, upload_id)
    remove_container(tx, found)
