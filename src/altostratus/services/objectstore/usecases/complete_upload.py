"""Make an object of the parts of an upload: it refers to their bytes."""

from collections.abc import Sequence

from altostratus.contracts.objectstore import Container, Guard, NewObject, NoSuchUpload, Object, Part, Upload
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.uploads import end_upload, find_upload, spans_of_parts
from altostratus.services.objectstore.usecases.put_object import place


def complete_upload(
    tx: Tx, upload: Upload, container: Container, parts: Sequence[Part], new: NewObject, guard: Guard
) -> Object:
    """An object of these parts in this order; the rest is garbage. Raises NoSuchUpload, QuotaExceeded, and what
    `guard` raises."""
    if find_upload(tx, upload.container_id, upload.name, upload.id) is None:
        raise NoSuchUpload()
    by_part = spans_of_parts(tx, upload.id)
    spans = [span for part in parts for span in by_part.get(part.id, ())]
    end_upload(tx, upload.id)  # first, so that its bytes do not count twice
    return place(tx, container, upload.name, new, spans, new.etag or "", guard)
