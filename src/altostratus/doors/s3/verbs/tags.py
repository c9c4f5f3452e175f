"""Tags of objects.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
"""

from altostratus.contracts.objectstore import Container, Object
from altostratus.doors.s3 import settings_out
from altostratus.doors.s3.access import TAGS
from altostratus.doors.s3.nouns import Tag
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.said import kept_tags
from altostratus.doors.s3.verbs.reading import find
from altostratus.doors.s3.views import version_header
from altostratus.doors.s3.xml_in import MOST_BYTES, tagging
from altostratus.kernel.tx import Tx


async def get_tags(request: S3Request) -> None:
    """Perhaps none."""

    def look(tx: Tx) -> tuple[Container, Object]:
        return find(tx, request, "s3:GetObjectTagging")

    container, found = await request.door.objects.read(look)
    tags = [Tag(key, value) for key, value in sorted(found.system.get(TAGS, {}).items())]
    await request.answer_xml(settings_out.tagging(tags), version_header(container, found))


async def put_tags(request: S3Request) -> None:
    """All of them."""
    tags = await request.parse(MOST_BYTES, tagging)
    await request.answer(200, await _change(request, "s3:PutObjectTagging", tags))


async def delete_tags(request: S3Request) -> None:
    await request.answer(204, await _change(request, "s3:DeleteObjectTagging", ()))


async def _change(request: S3Request, action: str, tags: tuple[Tag, ...]) -> list[tuple[str, str]]:
    def change(tx: Tx) -> list[tuple[str, str]]:
        container, found = find(tx, request, action)
        system = {name: value for name, value in found.system.items() if name != TAGS}
        request.door.objects.change_object(tx, found.id, system=system | kept_tags(tags))
        return version_header(container, found)

    return await request.door.objects.write(change)
