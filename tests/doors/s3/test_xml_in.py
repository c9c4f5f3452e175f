"""Bodies as botocore writes them, and what is wrong with others."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from altostratus.doors.s3 import xml_in
from altostratus.doors.s3.checksums import Algorithm
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.nouns import (
    Acl,
    CorsRule,
    Deletion,
    Encryption,
    Grant,
    Grantee,
    ObjectLock,
    ObjectName,
    Owner,
    Part,
    PublicAccessBlock,
    Retention,
    Tag,
    Versioning,
)
from tests.doors.s3.model import body

UNTIL = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
GROUP = "http://acs.amazonaws.com/groups/global/AllUsers"
GRANTS = [
    {"Grantee": {"Type": "CanonicalUser", "ID": "p", "DisplayName": "n"}, "Permission": "FULL_CONTROL"},
    {"Grantee": {"Type": "Group", "URI": GROUP}, "Permission": "READ"},
]


def code(read: Callable[[bytes], object], xml: bytes) -> str:
    with pytest.raises(S3Error) as caught:
        read(xml)
    return caught.value.code


def delete(**params: Any) -> bytes:
    return body("DeleteObjects", Bucket="b", Delete=params)


def complete(*parts: dict[str, Any]) -> bytes:
    return body("CompleteMultipartUpload", Bucket="b", Key="k", UploadId="u", MultipartUpload={"Parts": list(parts)})


def test_location() -> None:
    written = body("CreateBucket", Bucket="b", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert xml_in.location_constraint(written) == "eu-west-1"
    assert xml_in.location_constraint(b" ") is None
    assert code(xml_in.location_constraint, b"<CreateBucketConfiguration><Odd/></CreateBucketConfiguration>") == (
        "MalformedXML"
    )


def test_deletion() -> None:
    written = delete(Objects=[{"Key": " a&<é "}, {"Key": "b", "VersionId": "v", "ETag": '"e"'}], Quiet=True)
    names = (ObjectName(" a&<é "), ObjectName("b", "v", "e"))
    assert xml_in.deletion(written) == Deletion(names, quiet=True)


def test_deletions_of_none_or_too_many() -> None:
    assert len(xml_in.deletion(delete(Objects=[{"Key": "k"}] * 1000)).names) == 1000
    assert code(xml_in.deletion, delete(Objects=[{"Key": "k"}] * 1001)) == "MalformedXML"
    assert code(xml_in.deletion, b"<Delete/>") == "MalformedXML"
    assert code(xml_in.deletion, b"<Delete><Object/></Delete>") == "MalformedXML"
    assert code(xml_in.deletion, b"<Delete><Object><Key/></Object></Delete>") == "UserKeyMustBeSpecified"
    assert code(xml_in.deletion, delete(Objects=[{"Key": "k", "Size": 3}])) == "NotImplemented"


def test_completed_parts() -> None:
    written = complete({"PartNumber": 1, "ETag": '"a"'}, {"PartNumber": 3, "ETag": "b", "ChecksumCRC32": "AAAAAA=="})
    assert xml_in.completed_parts(written) == (
        Part(1, "a"),
        Part(3, "b", checksums={Algorithm.CRC32: "AAAAAA=="}),
    )


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], "MalformedXML"),
        ([{"ETag": "a"}], "MalformedXML"),
        ([{"PartNumber": 1}], "MalformedXML"),
        ([{"PartNumber": 0, "ETag": "a"}], "InvalidArgument"),
        ([{"PartNumber": 10001, "ETag": "a"}], "InvalidArgument"),
        ([{"PartNumber": 2, "ETag": "a"}, {"PartNumber": 1, "ETag": "a"}], "InvalidPartOrder"),
        ([{"PartNumber": 1, "ETag": "a"}, {"PartNumber": 1, "ETag": "a"}], "InvalidPartOrder"),
        ([{"PartNumber": 1, "ETag": "a", "ChecksumSHA1": "AAAA"}], "InvalidRequest"),
    ],
)
def test_parts_that_are_wrong(parts: list[dict[str, Any]], expected: str) -> None:
    assert code(xml_in.completed_parts, complete(*parts)) == expected


def test_versioning() -> None:
    def put(**configuration: str) -> bytes:
        return body("PutBucketVersioning", Bucket="b", VersioningConfiguration=configuration)

    assert xml_in.versioning(put(Status="Enabled", MFADelete="Disabled")) == Versioning("Enabled", "Disabled")
    assert code(xml_in.versioning, put(Status="On")) == "MalformedXML"
    assert code(xml_in.versioning, put()) == "IllegalVersioningConfigurationException"


def tags(*pairs: tuple[str, str]) -> bytes:
    tag_set = [{"Key": key, "Value": value} for key, value in pairs]
    return body("PutObjectTagging", Bucket="b", Key="k", Tagging={"TagSet": tag_set})


def test_tagging() -> None:
    assert xml_in.tagging(tags(("a", "1"), ("b", ""))) == (Tag("a", "1"), Tag("b", ""))
    assert xml_in.tagging(tags()) == ()
    eleven = tags(*((str(number), "") for number in range(11)))
    assert len(xml_in.tagging(eleven, xml_in.BUCKET_TAGS)) == 11
    wrong = [eleven, tags(("a", ""), ("a", "")), tags(("k" * 129, "")), tags(("k", "v" * 257)), tags(("", "v"))]
    assert [code(xml_in.tagging, xml) for xml in wrong] == ["InvalidTag"] * 5
    assert code(xml_in.tagging, b"<Tagging/>") == "MalformedXML"


def cors(*rules: dict[str, Any]) -> bytes:
    return body("PutBucketCors", Bucket="b", CORSConfiguration={"CORSRules": list(rules)})


def test_cors() -> None:
    rule = {
        "ID": "i",
        "AllowedOrigins": ["http://*.a", "b"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["x-*"],
        "ExposeHeaders": ["e"],
        "MaxAgeSeconds": 5,
    }
    assert xml_in.cors(cors(rule)) == (
        CorsRule(("http://*.a", "b"), ("GET", "PUT"), headers=("x-*",), expose=("e",), max_age=5, id="i"),
    )
    for change, expected in [
        ({"AllowedMethods": ["PATCH"]}, "InvalidRequest"),
        ({"AllowedOrigins": ["*.*"]}, "InvalidRequest"),
        ({"AllowedHeaders": ["*x*"]}, "InvalidRequest"),
        ({"AllowedOrigins": []}, "MalformedXML"),
        ({"AllowedMethods": []}, "MalformedXML"),
    ]:
        assert code(xml_in.cors, cors({**rule, **change})) == expected, change
    assert code(xml_in.cors, cors()) == "MalformedXML"
    assert code(xml_in.cors, cors(*[rule] * 101)) == "MalformedXML"


def acl(grants: list[dict[str, Any]]) -> bytes:
    return body("PutBucketAcl", Bucket="b", AccessControlPolicy={"Owner": {"ID": "p"}, "Grants": grants})


def test_acl() -> None:
    assert xml_in.acl(acl(GRANTS)) == Acl(
        Owner("p"),
        (Grant(Grantee("CanonicalUser", "p", "n"), "FULL_CONTROL"), Grant(Grantee("Group", GROUP), "READ")),
    )
    assert xml_in.acl(acl([])).grants == ()
    mail = {"Grantee": {"Type": "AmazonCustomerByEmail", "EmailAddress": "a@b"}, "Permission": "READ"}
    assert xml_in.acl(acl([mail])).grants[0].grantee == Grantee("AmazonCustomerByEmail", "a@b")
    for wrong in [
        acl([{**GRANTS[1], "Permission": "ALL"}]),
        acl([{**GRANTS[1], "Grantee": {"Type": "Robot", "ID": "a"}}]),
        acl([{**GRANTS[1], "Grantee": {"Type": "Group", "ID": "a"}}]),
        acl([GRANTS[1]] * 101),
        b"<AccessControlPolicy/>",
        b"text",
    ]:
        assert code(xml_in.acl, wrong) == "MalformedACLError"


def lock(**default: Any) -> bytes:
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": default}}
    return body("PutObjectLockConfiguration", Bucket="b", ObjectLockConfiguration=configuration)


def test_object_lock() -> None:
    bare = b"<ObjectLockConfiguration><ObjectLockEnabled>%s</ObjectLockEnabled></ObjectLockConfiguration>"
    assert xml_in.object_lock(lock(Mode="GOVERNANCE", Days=3)) == ObjectLock("GOVERNANCE", days=3)
    assert xml_in.object_lock(lock(Mode="COMPLIANCE", Years=1)) == ObjectLock("COMPLIANCE", years=1)
    assert xml_in.object_lock(bare % b"Enabled") == ObjectLock()
    for wrong, expected in [
        (lock(Mode="GOVERNANCE", Days=3, Years=1), "MalformedXML"),
        (lock(Mode="GOVERNANCE"), "MalformedXML"),
        (lock(Days=1), "MalformedXML"),
        (lock(Mode="governance", Days=1), "MalformedXML"),
        (lock(Mode="GOVERNANCE", Days=0), "InvalidArgument"),
        (lock(Mode="GOVERNANCE", Years=101), "InvalidArgument"),
        (bare % b"Disabled", "MalformedXML"),
    ]:
        assert code(xml_in.object_lock, wrong) == expected, wrong


def test_retention_and_legal_hold() -> None:
    def retain(**params: Any) -> bytes:
        return body("PutObjectRetention", Bucket="b", Key="k", Retention=params)

    def hold(status: str) -> bytes:
        return body("PutObjectLegalHold", Bucket="b", Key="k", LegalHold={"Status": status})

    assert xml_in.retention(retain(Mode="COMPLIANCE", RetainUntilDate=UNTIL)) == Retention("COMPLIANCE", UNTIL)
    assert xml_in.retention(b"<Retention/>") == Retention()
    assert code(xml_in.retention, retain(Mode="COMPLIANCE")) == "MalformedXML"
    assert code(xml_in.retention, retain(Mode="other", RetainUntilDate=UNTIL)) == "MalformedXML"
    assert (xml_in.legal_hold(hold("ON")), xml_in.legal_hold(hold("OFF"))) == (True, False)
    assert code(xml_in.legal_hold, hold("on")) == "MalformedXML"
    assert code(xml_in.legal_hold, b"<LegalHold/>") == "MalformedXML"


def test_public_access_block() -> None:
    found = body(
        "PutPublicAccessBlock",
        Bucket="b",
        PublicAccessBlockConfiguration={"BlockPublicAcls": True, "RestrictPublicBuckets": False},
    )
    assert xml_in.public_access_block(found) == PublicAccessBlock(block_acls=True)
    wrong = b"<PublicAccessBlockConfiguration><BlockPublicAcls>x</BlockPublicAcls></PublicAccessBlockConfiguration>"
    assert code(xml_in.public_access_block, wrong) == "MalformedXML"


def test_encryption() -> None:
    def put(default: dict[str, Any], **rule: Any) -> bytes:
        rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, **rule}]}
        return body("PutBucketEncryption", Bucket="b", ServerSideEncryptionConfiguration=rules)

    assert xml_in.encryption(put({"SSEAlgorithm": "AES256"}, BucketKeyEnabled=True)) == Encryption("AES256", True)
    assert code(xml_in.encryption, put({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"})) == "NotImplemented"
    assert code(xml_in.encryption, put({"SSEAlgorithm": "DES"})) == "MalformedXML"
    assert code(xml_in.encryption, put({})) == "MalformedXML"
    assert code(xml_in.encryption, put({"SSEAlgorithm": "AES256", "KMSMasterKeyID": "k"})) == "InvalidArgument"


def test_object_ownership() -> None:
    def put(value: str) -> bytes:
        controls = {"Rules": [{"ObjectOwnership": value}]}
        return body("PutBucketOwnershipControls", Bucket="b", OwnershipControls=controls)

    assert xml_in.object_ownership(put("ObjectWriter")) == "ObjectWriter"
    assert code(xml_in.object_ownership, put("Nobody")) == "MalformedXML"
