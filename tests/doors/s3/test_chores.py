"""Lifecycles: what goes by the rules of a bucket, and when."""

from datetime import timedelta
from typing import Any

import pytest

from altostratus.contracts.objectstore import Listing
from altostratus.doors.s3.chores import Lifecycles, remove
from altostratus.doors.s3.lifecycle import Walk
from altostratus.doors.s3.verbs.settings import LIFECYCLE_RULES
from tests.doors.s3.cloud import S3Cloud
from tests.harness import eventually


def rule(**said: Any) -> dict[str, Any]:
    return {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, **said}


def put(s3: Any, *rules: Any) -> None:
    s3.put_bucket_lifecycle_configuration(Bucket="box", LifecycleConfiguration={"Rules": list(rules)})


def after(cloud: S3Cloud, **delta: float) -> None:
    """What a round leaves then."""
    cloud.clock.move(**delta)
    assert cloud.run(Lifecycles(cloud.door.state)()) is False


def names(cloud: S3Cloud) -> list[str]:
    """With a client whose clock the door believes."""

    async def look() -> list[str]:
        facade = cloud.store.facade
        return await facade.read(lambda tx: _names(tx, facade))

    return cloud.run(look())


def _names(tx: Any, facade: Any) -> list[str]:
    bucket = facade.find_bucket(tx, "box")
    found = facade.list_versions(tx, bucket.id, Listing(limit=5000))
    return [f"{row.name}{' gone' if row.marker else ''}" for row in found]


def test_objects_go_after_some_days(cloud: S3Cloud, s3: Any) -> None:
    for key in ("logs/a", "other"):
        s3.put_object(Bucket="box", Key=key, Body=b"x")
    put(s3, rule(ID="r\nx: y", Filter={"Prefix": "logs/"}, Expiration={"Days": 2}))
    expires = s3.head_object(Bucket="box", Key="logs/a")["Expiration"]
    assert expires.endswith('rule-id="r%0Ax%3A%20y"')
    after(cloud, days=1)
    assert names(cloud) == ["logs/a", "other"]
    after(cloud, days=2)
    assert names(cloud) == ["other"]


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"Tag": {"Key": "k", "Value": "v"}}, ["big", "small"]),
        ({"ObjectSizeGreaterThan": 50}, ["small", "tagged"]),
        ({"ObjectSizeLessThan": 50}, ["big"]),
        ({"And": {"Prefix": "t", "ObjectSizeLessThan": 50}}, ["big", "small"]),
    ],
)
def test_filters(cloud: S3Cloud, s3: Any, chosen: Any, left: list[str]) -> None:
    s3.put_object(Bucket="box", Key="big", Body=b"x" * 100)
    s3.put_object(Bucket="box", Key="small", Body=b"x")
    s3.put_object(Bucket="box", Key="tagged", Body=b"x", Tagging="k=v")
    put(s3, rule(Filter=chosen, Expiration={"Days": 1}))
    after(cloud, days=3)
    assert names(cloud) == left


def test_a_rule_may_name_a_day_or_be_disabled(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(Bucket="box", Key="a", Body=b"x")
    put(s3, rule(Expiration={"Date": "2020-01-01T00:00:00Z"}, Status="Disabled"))
    after(cloud)
    assert names(cloud) == ["a"]
    put(s3, rule(Expiration={"Date": "2020-01-01T00:00:00Z"}))
    after(cloud)
    assert names(cloud) == []


def test_older_versions_go_and_some_of_them_stay(cloud: S3Cloud, s3: Any) -> None:
    s3.put_bucket_versioning(Bucket="box", VersioningConfiguration={"Status": "Enabled"})
    for _ in range(4):
        s3.put_object(Bucket="box", Key="a", Body=b"x")
    put(s3, rule(NoncurrentVersionExpiration={"NoncurrentDays": 1, "NewerNoncurrentVersions": 1}))
    after(cloud)
    assert names(cloud) == ["a"] * 4
    after(cloud, days=3)
    assert names(cloud) == ["a"] * 2


def test_where_versions_are_kept_a_marker_comes_and_goes_in_the_end(cloud: S3Cloud, s3: Any) -> None:
    s3.put_bucket_versioning(Bucket="box", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="box", Key="a", Body=b"x")
    put(s3, rule(Expiration={"Days": 1}, NoncurrentVersionExpiration={"NoncurrentDays": 1}))
    after(cloud, days=3)
    assert names(cloud) == ["a gone", "a"]
    after(cloud, days=3)
    assert names(cloud) == ["a gone"]
    after(cloud, days=3)
    assert names(cloud) == []


def test_what_has_changed_since_it_was_looked_at_stays(cloud: S3Cloud, s3: Any) -> None:
    """Rules that are gone, and a tag that is."""
    for key in ("a", "b"):
        s3.put_object(Bucket="box", Key=key, Body=b"x", Tagging="k=v")
    put(s3, rule(Filter={"Tag": {"Key": "k", "Value": "v"}}, Expiration={"Days": 1}))
    facade = cloud.store.facade
    seen = cloud.run(facade.read(lambda tx: facade.find_bucket(tx, "box")))
    rules = LIFECYCLE_RULES.of(seen)
    page = cloud.run(facade.read(lambda tx: facade.list_versions(tx, seen.id, Listing(limit=9))))
    doomed = list(Walk(rules, cloud.clock.now() + timedelta(days=3)).doomed(page))
    assert len(doomed) == 2
    s3.delete_object_tagging(Bucket="box", Key="a")
    s3.delete_bucket_lifecycle(Bucket="box")
    cloud.run(facade.write(lambda tx: remove(tx, cloud.door.state, seen, doomed)))
    assert names(cloud) == ["a", "b"]
    put(s3, rule(Filter={"Tag": {"Key": "k", "Value": "v"}}, Expiration={"Days": 1}))
    cloud.run(facade.write(lambda tx: remove(tx, cloud.door.state, seen, doomed)))
    assert names(cloud) == ["a"]


def test_what_is_locked_stays(cloud: S3Cloud) -> None:
    s3: Any = cloud.client()
    s3.create_bucket(Bucket="box", ObjectLockEnabledForBucket=True)
    for body in (b"1", b"2"):
        s3.put_object(Bucket="box", Key="a", Body=body, ObjectLockLegalHoldStatus="ON")
    put(s3, rule(NoncurrentVersionExpiration={"NoncurrentDays": 1}))
    after(cloud, days=3)
    assert names(cloud) == ["a", "a"]


def test_uploads_are_given_up(cloud: S3Cloud, s3: Any) -> None:
    for key in ("a/1", "b"):
        s3.create_multipart_upload(Bucket="box", Key=key)
    put(s3, rule(Filter={"Prefix": "a/"}, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1}))
    after(cloud)
    assert len(s3.list_multipart_uploads(Bucket="box")["Uploads"]) == 2
    after(cloud, days=3)
    cloud.clock.move(days=-3)
    assert [each["Key"] for each in s3.list_multipart_uploads(Bucket="box")["Uploads"]] == ["b"]


def test_the_door_does_it_by_itself(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(Bucket="box", Key="a", Body=b"x")
    put(s3, rule(Expiration={"Days": 1}))
    cloud.clock.move(days=3)
    (listener,) = cloud.door.listeners

    async def is_gone() -> bool:
        facade = cloud.store.facade
        return await facade.read(lambda tx: not _names(tx, facade))

    async def run() -> None:
        await listener.start()
        await eventually(is_gone)
        await listener.stop()

    cloud.run(run())


def test_a_rule_may_be_for_longer_than_there_are_days(cloud: S3Cloud, s3: Any) -> None:
    s3.put_object(Bucket="box", Key="a", Body=b"x")
    s3.create_multipart_upload(Bucket="box", Key="b")
    most = 2**31 - 1
    put(
        s3,
        rule(ID="1", Expiration={"Days": most}),
        rule(ID="2", NoncurrentVersionExpiration={"NoncurrentDays": most}),
        rule(ID="3", AbortIncompleteMultipartUpload={"DaysAfterInitiation": most}),
    )
    assert 'expiry-date="Fri, 31 Dec 9999 00:00:00 GMT"' in s3.head_object(Bucket="box", Key="a")["Expiration"]
    after(cloud, days=1000)
    assert names(cloud) == ["a"]
