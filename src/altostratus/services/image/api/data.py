"""Image data: raw routes, so that bytes pass no framework. Memory is flat: a few batches a request."""

import os
from collections.abc import Mapping
from pathlib import Path

from altostratus.kernel.errors import BadRequest, Forbidden, UnsupportedMediaType
from altostratus.kernel.http.raw import RawRequest
from altostratus.services.image.api import PAGE
from altostratus.services.image.api.views import STORE
from altostratus.services.image.domain.image import Image, Status
from altostratus.services.image.domain.ranges import Span, read_range
from altostratus.services.image.errors import NotForData
from altostratus.services.image.usecases import Images
from altostratus.services.image.usecases.show_image import get_image
from altostratus.services.image.usecases.upload_image import upload_image

BATCH = 1 << 20
BYTES = "application/octet-stream"
Headers = list[tuple[str, str]]


class DataApi:
    """Upload and download of the data of images."""

    def __init__(self, service: Images) -> None:
        self._service = service

    async def put_file(self, request: RawRequest) -> None:
        """204 when the data is durable."""
        size = _announced_size(request.headers)
        await upload_image(self._service, request.actor, request.params["image_id"], request.body(), size)
        await request.answer(204, [("content-type", PAGE)])

    async def get_file(self, request: RawRequest) -> None:
        """The data or a range of it; 204 while there is none."""
        image = await self._readable(request)
        if image.file is None or image.size is None:
            await request.answer(204)
            return
        span = read_range(request.headers, image.size)
        headers = _headers(image, image.size, span)
        path = self._service.files.path(image.file)
        if request.method == "HEAD":
            await request.start(206 if span else 200, headers)
            await request.write(b"", more=False)
        elif span is None and request.can_send_files and image.size:
            await request.send_file(path, 200, headers)
        else:
            await self._send(request, path, span or Span(0, image.size), 206 if span else 200, headers)

    async def refuse(self, request: RawRequest) -> None:
        """405: data is neither posted nor patched nor deleted."""
        raise NotForData()

    async def _readable(self, request: RawRequest) -> Image:
        service, actor, image_id = self._service, request.actor, request.params["image_id"]
        image = await service.db.read(lambda tx: get_image(service, tx, actor, image_id, "download_image"))
        if image.status == Status.DEACTIVATED and not actor.is_admin:
            raise Forbidden("The requested image has been deactivated. Image data download is forbidden.")
        return image

    async def _send(self, request: RawRequest, path: Path, span: Span, status: int, headers: Headers) -> None:
        lane = self._service.lane
        descriptor = await lane.run(os.open, path, os.O_RDONLY)
        try:
            await request.start(status, headers)
            for offset in range(span.start, span.stop, BATCH):
                await request.write(await lane.run(os.pread, descriptor, min(BATCH, span.stop - offset), offset))
            await request.write(b"", more=False)
        finally:
            os.close(descriptor)


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
    if headers.get("x-image-meta-store", STORE) != STORE:
        raise BadRequest(f"Unknown store '{headers['x-image-meta-store']}'.")
    text = headers.get("x-openstack-image-size") or headers.get("content-length")
    if text is not None and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest("Invalid or missing image size in request headers.")
    return None if text is None else int(text)
