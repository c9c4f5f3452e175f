"""A part of an upload that is bytes of an object, which are not copied: both refer to them."""

from collections.abc import Sequence

from altostratus.contracts.objectstore import Object, Part, Upload, Values
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.store.objects import Span, spans_of
from altostratus.services.objectstore.store.uploads import add_part
from altostratus.services.objectstore.usecases.put_part import check_upload


def copy_part(
    tx: Tx, upload: Upload, number: int, source: Object, start: int, stop: int, etag: str, system: Values
) -> Part:
    """A part that is those bytes of an object, which both refer to. Raises NoSuchUpload, QuotaExceeded."""
    check_upload(tx, upload, stop - start)
    return add_part(tx, upload.id, number, cut(spans_of(tx, source), start, stop), etag, system)


def cut(spans: Sequence[Span], start: int, stop: int) -> list[Span]:
    """The bytes from `start` up to `stop` of what the spans are together."""
    found, at = [], 0
    for span in spans:
        first, last = max(start - at, 0), min(stop - at, span.length)
        if first < last:
            found.append(Span(span.blob, span.start + first, last - first))
        at += span.length
    return found
