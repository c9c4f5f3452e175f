"""Image data: raw routes, so that bytes pass no framework. Memory is flat: a few batches a request."""

from collections.abc import AsyncIterator, Mapping

from altostratus.kernel.errors import BadRequest, Forbidden, UnsupportedMediaType
from altostratus.kernel.http.raw import RawRequest
from altostratus.services.image.api import PAGE
from altostratus.services.image.domain.image import Image, Status
from altostratus.services.image.domain.ranges import Span, read_range
from altostratus.services.image.errors import NotForData
from altostratus.services.image.usecases import Images
from altostratus.services.image.usecases.show_image import get_image
from altostratus.services.image.usecases.upload_image import upload_image

BYTES = "application/octet-stream"
Headers = list[tuple[str, str]]


class DataApi:
    """Upload and download of the data of images."""

    def __init__(self, service: Images) -> None:
        self._service = service

    async def put_file(self, request: RawRequest) -> None:
        """204 when the data is durable."""
        size = _announced_size(request.headers)
        store = _wanted_store(self._service, request.headers)
        await upload_image(self._service, request.actor, request.params["image_id"], request.body(), size, store)
        await request.answer(204, [("content-type", PAGE)])

    async def get_file(self, request: RawRequest) -> None:
        """The data or a range of it; 204 while there is none."""
        image = await self._readable(request)
        if image.file is None or image.size is None:
            await request.answer(204)
            return
        span = read_range(request.headers, image.size)
        status, headers = (206 if span else 200), _headers(image, image.size, span)
        store = self._service.store(image.file)
        if request.method == "HEAD":
            await request.start(status, headers)
            await request.write(b"", more=False)
        elif span is None and request.can_send_files and image.size and (path := store.sendable(image.file)):
            await request.send_file(path, 200, headers)
        else:
            span = span or Span(0, image.size)
            await _send(request, store.read(image.file, span.start, span.stop), status, headers)

    async def refuse(self, request: RawRequest) -> None:
        """405: data is neither posted nor patched nor deleted."""
        raise NotForData()

    async def _readable(self, request: RawRequest) -> Image:
        service, actor, image_id = self._service, request.actor, request.params["image_id"]
        image = await service.db.read(lambda tx: get_image(service, tx, actor, image_id, "download_image"))
        if image.status == Status.DEACTIVATED and not actor.is_admin:
            raise Forbidden("The requested image has been deactivated. Image data download is forbidden.")
        return image


async def _send(request: RawRequest, chunks: AsyncIterator[bytes], status: int, headers: Headers) -> None:
    """Begins once there is something to send: 503 where the data cannot be read, not an answer that breaks off."""
    first = await anext(chunks, b"")
    await request.start(status, headers)
    await request.write(first)
    async for chunk in chunks:
        await request.write(chunk)
    await request.write(b"", more=False)


def _headers(image: Image, size: int, span: Span | None) -> Headers:
    length = span.stop - span.start if span else size
    headers = [("content-type", BYTES), ("content-length", str(length)), ("content-md5", image.checksum or "")]
    if span:
        headers.append(("content-range", f"bytes {span.start}-{span.stop - 1}/{size}"))
    return headers


def _announced_size(headers: Mapping[str, str]) -> int | None:
    """The size that the client says the data has, once all else that it says makes sense."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != BYTES:
        raise UnsupportedMediaType(f"Invalid content type {media_type}")
    text = headers.get("x-openstack-image-size") or headers.get("content-length")
    if text is not None and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest("Invalid or missing image size in request headers.")
    return None if text is None else int(text)


def _wanted_store(service: Images, headers: Mapping[str, str]) -> str:
    """Where the data is to go. Raises BadRequest."""
    store = headers.get("x-image-meta-store", service.config.default_store)
    if store not in service.stores:
        raise BadRequest(f"Store '{store}' is not available: there are {', '.join(sorted(service.stores))}.")
    return store
