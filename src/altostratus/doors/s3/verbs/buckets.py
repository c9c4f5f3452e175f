"""Buckets: listing, making, looking at and removing them.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
"""

from collections.abc import Callable
from typing import Any

from altostratus.contracts.accounts import account_of, owns, reads_all
from altostratus.contracts.objectstore import Container, Listing, NameTaken, Prefix
from altostratus.doors.s3 import nouns, settings_out, xml_out
from altostratus.doors.s3.access import ACL, ENFORCED, OWNERSHIP, require
from altostratus.doors.s3.acls import Kept, check_block, check_ownership, check_private, grants_of_headers, kept_grants
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.locks import new_lock
from altostratus.doors.s3.places import check_bucket_name
from altostratus.doors.s3.request import S3Request
from altostratus.doors.s3.verbs.settings import change_settings
from altostratus.doors.s3.xml_in import MOST_BYTES, location_constraint
from altostratus.kernel.actor import Actor
from altostratus.kernel.clock import from_micros
from altostratus.kernel.tx import Tx

ANYWHERE = "us-east-1"
"""What clients ask for that do not know where they are: here, too."""
MOST_LISTED = 10_000


async def list_buckets(request: S3Request) -> None:
    """Those of one's project."""
    actor, account = _somebody(request, reads_all)
    most = request.number("max-buckets", MOST_LISTED, MOST_LISTED)
    prefix, after = request.query.get("prefix", ""), request.query.get("continuation-token", "")
    listing = Listing(limit=MOST_LISTED, prefix=prefix, marker=after)

    def look(tx: Tx) -> list[Container]:
        found = request.door.objects.list_containers(tx, account, listing)
        return [row[0] for row in found if not isinstance(row, Prefix) and row[0].bucket]

    found = await request.door.objects.read(look)
    token = found[most - 1].name if 0 < most < len(found) else None
    shown = [nouns.Bucket(each.name, from_micros(each.created_at), request.door.region) for each in found[:most]]
    owner = nouns.Owner(actor.project, actor.project)
    await request.answer_xml(xml_out.buckets(owner, shown, prefix or None, token))


async def create_bucket(request: S3Request) -> None:
    """200. A container of this name that one's project has becomes a bucket."""
    actor, account = _somebody(request, owns)
    wanted = await request.parse(MOST_BYTES, location_constraint)
    if wanted not in (None, request.door.region, ANYWHERE):
        raise S3Error("InvalidLocationConstraint", LocationConstraint=wanted or "")
    name = request.bucket
    check_bucket_name(name)
    ownership, grants = check_ownership(request), grants_of_headers(request, actor.project)
    if ownership.get(OWNERSHIP) == ENFORCED:
        check_private(grants, actor.project)
    settings: dict[str, Any] = {**ownership, **kept_grants(grants)}
    locked = request.headers.get("x-amz-bucket-object-lock-enabled", "").lower() == "true"
    settings |= new_lock() if locked else {}

    def make(tx: Tx) -> None:
        objects = request.door.objects
        if taken := objects.find_bucket(tx, name):
            if request.door.region == ANYWHERE and owns(actor, taken.account):
                _reset(tx, request, taken, grants)  # there it has always been so, and clients count on it
                return
            raise S3Error("BucketAlreadyOwnedByYou" if owns(actor, taken.account) else "BucketAlreadyExists")
        _check_number(tx, request, account)
        found = objects.find_container(tx, account, name)
        try:
            if found is None:
                found = objects.create_container(tx, account, name, {}, settings, bucket=True)
            else:
                kept = {**found.settings, **settings}
                objects.change_container(tx, found.id, bucket=name, settings=kept)
        except NameTaken as error:
            raise S3Error("BucketAlreadyExists") from error
        if locked:
            objects.change_container(tx, found.id, versioning="enabled")

    await request.door.objects.write(make)
    await request.answer(200, [("location", f"/{name}")])


def _reset(tx: Tx, request: S3Request, bucket: Container, grants: Kept | None) -> None:
    """A bucket that is made again has the list that is said now."""
    if bucket.settings.get(ACL) != grants:
        require(request, bucket, "s3:PutBucketAcl")
        if grants:
            check_block(request, bucket, grants)
        change_settings(tx, request, bucket, {ACL: grants})


async def head_bucket(request: S3Request) -> None:
    """200, with the region."""

    def look(tx: Tx) -> None:
        require(request, request.find_bucket(tx), "s3:ListBucket")

    await request.door.objects.read(look)
    await request.answer(200, [("x-amz-bucket-region", request.door.region), ("x-amz-access-point-alias", "false")])


async def delete_bucket(request: S3Request) -> None:
    """204; BucketNotEmpty while there is any version of anything in it."""

    def remove(tx: Tx) -> None:
        found = request.find_bucket(tx)
        require(request, found, "s3:DeleteBucket")
        request.door.objects.delete_container(tx, found.account, found.name)

    await request.door.objects.write(remove)
    await request.answer(204)


async def get_location(request: S3Request) -> None:
    """Empty for us-east-1, as S3 says it."""

    def look(tx: Tx) -> None:
        require(request, request.find_bucket(tx), "s3:GetBucketLocation")

    await request.door.objects.read(look)
    region = request.door.region
    await request.answer_xml(settings_out.location(None if region == ANYWHERE else region))


def _somebody(request: S3Request, allows: Callable[[Actor, str], bool]) -> tuple[Actor, str]:
    """Who asks, and the account of its project."""
    actor = request.actor
    if actor is None or not actor.project or not allows(actor, account := account_of(actor.project)):
        raise S3Error("AccessDenied")
    return actor, account


def _check_number(tx: Tx, request: S3Request, account: str) -> None:
    most = request.door.config.most_buckets
    if len(request.door.objects.list_containers(tx, account, Listing(limit=most))) >= most:
        raise S3Error("TooManyBuckets")
