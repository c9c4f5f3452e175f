"""A bucket's policy: what it says is in policy.py.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
"""

from altostratus.contracts.objectstore import Container
from altostratus.doors.s3 import settings_out
from altostratus.doors.s3.access import ACL, BLOCK, GROUPS, POLICY, require
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.policy import MOST_BYTES, is_public, malformed, read_policy
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.verbs.settings import change_settings
from altostratus.kernel.tx import Tx


async def get_policy(request: S3Request) -> None:
    """As it was put."""
    container = await _look(request, "s3:GetBucketPolicy")
    text: str | None = container.settings.get(POLICY)
    if text is None:
        raise S3Error("NoSuchBucketPolicy", BucketName=request.bucket)
    await request.answer(200, [("content-type", "application/json")], text.encode())


async def put_policy(request: S3Request) -> None:
    """204. What is not understood is refused, and what lets the public in where that is blocked."""
    text = await request.parse(MOST_BYTES, _text)
    policy = read_policy(text, request.bucket)

    def change(tx: Tx) -> None:
        container = request.find_bucket(tx)
        require(request, container, "s3:PutBucketPolicy")
        if container.settings.get(BLOCK, {}).get("block_policy") and is_public(policy):
            raise S3Error("AccessDenied")
        change_settings(tx, request, container, {POLICY: text})

    await request.door.objects.write(change)
    await request.answer(204)


async def delete_policy(request: S3Request) -> None:
    """204, whether there was one or not."""

    def change(tx: Tx) -> None:
        container = request.find_bucket(tx)
        require(request, container, "s3:DeleteBucketPolicy")
        change_settings(tx, request, container, {POLICY: None})

    await request.door.objects.write(change)
    await request.answer(204)


async def get_policy_status(request: S3Request) -> None:
    """Whether anybody is let in, by the policy or by the bucket's list."""
    container = await _look(request, "s3:GetBucketPolicyStatus")
    block, text = container.settings.get(BLOCK, {}), container.settings.get(POLICY)
    public = bool(text) and is_public(read_policy(text or "", request.bucket)) and not block.get("restrict_buckets")
    listed = any(who in GROUPS for who, _ in container.settings.get(ACL, ())) and not block.get("ignore_acls")
    await request.answer_xml(settings_out.policy_status(public or listed))


async def _look(request: S3Request, action: str) -> Container:
    def look(tx: Tx) -> Container:
        container = request.find_bucket(tx)
        require(request, container, action)
        return container

    return await request.door.objects.read(look)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise malformed("Policies must be valid UTF-8") from error
