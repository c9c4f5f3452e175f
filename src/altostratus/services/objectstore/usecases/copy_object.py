"""Another object of the same bytes, which are not copied: both refer to them."""

from altostratus.contracts.objectstore import Container, Guard, NewObject, Object, unguarded
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.objects import spans_of
from altostratus.services.objectstore.usecases.put_object import encryption_told, place


def copy_object(
    tx: Tx, source: Object, container: Container, name: str, new: NewObject, guard: Guard = unguarded
) -> Object:
    """Onto itself too, which changes what is said of it."""
    new = encryption_told(new, source.is_encrypted)
    return place(tx, container, name, new, spans_of(tx, source), new.etag or source.etag, guard)
