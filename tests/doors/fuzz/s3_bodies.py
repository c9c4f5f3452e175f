"""The bodies of the S3 door's operations, right and wrong: XML and policies, chunks, forms."""

import base64
import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import strategies as st

from altostratus.doors.s3 import sigv2
from tests.doors.fuzz.cloud import Headers, Request
from tests.doors.fuzz.odd import edited, edits, pieces, texts
from tests.doors.fuzz.s3_signed import CHUNKS, CHUNKS_TRAILER, KEYS, MODES, SHA256, TRAILER, UPLOAD, Draft, Frame
from tests.doors.fuzz.s3_words import USUAL
from tests.doors.s3.cloud import REGION
from tests.doors.s3.model import body

_GROUP = "http://acs.amazonaws.com/groups/global/AllUsers"
_GRANT = {"Grantee": {"Type": "Group", "URI": _GROUP}, "Permission": "READ"}
_RULE = {"Status": "Enabled", "Filter": {"Prefix": ""}}
_POLICY = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::box/*"}
_CONDITION = {"StringLike": {"s3:prefix": ["*a*"]}, "IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
_PART = {"PartNumber": 1, "ETag": '"781e5e245d69b566979b86e28d23f2c7"'}


def _documents() -> list[tuple[str, bytes, bytes]]:
    """Method, place with its sub-resource, and a body that is right there."""
    box: dict[str, str] = {"Bucket": "box"}
    thing = {**box, "Key": "o"}
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    cors = {
        "AllowedMethods": ["GET"],
        "AllowedOrigins": ["*"],
        "AllowedHeaders": ["x-*"],
        "ExposeHeaders": ["e"],
        "MaxAgeSeconds": 1,
    }
    rules = [
        {**_RULE, "ID": "1", "Expiration": {"Days": 1}},
        {**_RULE, "ID": "2", "Expiration": {"Days": 2_147_483_647}},
        {**_RULE, "ID": "3", "Expiration": {"Date": datetime(9999, 12, 31, tzinfo=UTC)}},
        {**_RULE, "ID": "4", "NoncurrentVersionExpiration": {"NoncurrentDays": 1_000_000}},
        {**_RULE, "ID": "5", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 999_999_999}},
    ]
    acl = {"Owner": {"ID": "mine"}, "Grants": [_GRANT]}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    retention = {"Mode": "GOVERNANCE", "RetainUntilDate": datetime(2100, 1, 1, tzinfo=UTC)}
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    upload, parts = {**thing, "UploadId": "u"}, {"Parts": [_PART]}
    owned = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    keys = [{"Key": "o"}, {"Key": "x", "VersionId": "null"}]
    where = {"LocationConstraint": REGION}
    policies = [
        {"Version": "2012-10-17", "Statement": each} for each in (_POLICY, [{**_POLICY, "Condition": _CONDITION}])
    ]
    return [
        ("PUT", b"/new-box", body("CreateBucket", Bucket="x", CreateBucketConfiguration=where)),
        ("POST", b"/box?delete", body("DeleteObjects", **box, Delete={"Objects": keys})),
        ("PUT", b"/box?versioning", body("PutBucketVersioning", **box, VersioningConfiguration={"Status": "Enabled"})),
        ("PUT", b"/box?tagging", body("PutBucketTagging", **box, Tagging=tags)),
        ("PUT", b"/box/o?tagging", body("PutObjectTagging", **thing, Tagging=tags)),
        ("PUT", b"/box?cors", body("PutBucketCors", **box, CORSConfiguration={"CORSRules": [cors]})),
        *(("PUT", b"/box?lifecycle", _lifecycle(rule)) for rule in rules),
        ("PUT", b"/box?acl", body("PutBucketAcl", **box, AccessControlPolicy=acl)),
        ("PUT", b"/box/o?acl", body("PutObjectAcl", **thing, AccessControlPolicy=acl)),
        ("PUT", b"/locked?object-lock", body("PutObjectLockConfiguration", **box, ObjectLockConfiguration=lock)),
        ("PUT", b"/locked/o?retention", body("PutObjectRetention", **thing, Retention=retention)),
        ("PUT", b"/locked/o?legal-hold", body("PutObjectLegalHold", **thing, LegalHold={"Status": "OFF"})),
        ("PUT", b"/box?publicAccessBlock", body("PutPublicAccessBlock", **box, PublicAccessBlockConfiguration=block)),
        ("PUT", b"/box?ownershipControls", body("PutBucketOwnershipControls", **box, OwnershipControls=owned)),
        ("POST", b"/box/part?uploadId=" + UPLOAD, body("CompleteMultipartUpload", **upload, MultipartUpload=parts)),
        *(("PUT", b"/box?policy", json.dumps(each).encode()) for each in policies),
    ]  # fmt: skip


def _lifecycle(rule: object) -> bytes:
    return body("PutBucketLifecycleConfiguration", Bucket="box", LifecycleConfiguration={"Rules": [rule]})


_BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
_WRONG = (
    _BOMB, b"<!DOCTYPE x>", b"&a;", b"&#0;", b"&#x1F600;", b"&#xD800;", b"&lt;", b"<a>" * 13, b"<a>" * 300,
    b"<Key>x</Key>", b"<x/>", b"</x>", b"<![CDATA[", b"]]>", b"<!-- -->", b"<?x y?>", b' a="' + b"x" * 5000 + b'"',
    b' xmlns="urn:x"', b"\xff", b"\0", b"\x01", b"\xef\xbb\xbf", b"\xff\xfe", b"9" * 30, b"-1", b"0", b"1e9", b"true",
    b"\xe2\x80\xae", b" ", b"\r\n", b"x" * 2000, b"2147483648", b"99999999999", b"0001-01-01T00:00:00Z",
    b"9999-12-31T00:00:00Z", b'{"a":', b"[" * 2000, b'"', b"\\u0000", b"\\ud800", b"*" * 50, b"*a" * 50, b"NaN",
    b"arn:aws:s3:::*", b"s3:*", b'"Condition": {"Bool": {"aws:SecureTransport": [true, null, {}]}},', b"null",
)  # fmt: skip
documents = st.builds(
    lambda about, wrong, headers, mode, by, summed, sizes: Draft(
        Request(about[0], b"/s3" + about[1], headers, edited(about[2], wrong), by),
        mode,
        sizes=tuple(sizes),
        summed=summed,
    ),
    st.sampled_from(_documents()),
    edits(_WRONG, most=2),
    st.just(()) | st.just(()) | USUAL,
    st.sampled_from(MODES),
    KEYS,
    st.sampled_from((True, True, True, False)),
    pieces,
)

_CRC = base64.b64encode(zlib.crc32(b"0123456789").to_bytes(4, "big"))
_TRAILERS = (
    (),
    (),
    ((b"x-amz-checksum-crc32", _CRC),),
    ((b"x-amz-checksum-crc32", b"AAAAAA=="),),
    ((b"x-amz-meta-a", b"\xff"),),
    ((b"a", b""),),
)


def _chunked(
    place: bytes, kind: bytes, frame: Frame, length: bytes | None, named: bytes, headers: Headers, sizes: Sequence[int]
) -> Draft:
    said = [(SHA256, kind), (b"content-encoding", b"aws-chunked"), (b"transfer-encoding", b"chunked")]
    said += [(b"x-amz-decoded-content-length", b"%d" % sum(map(len, frame.data)) if length is None else length)]
    said += [(b"x-amz-trailer", named)] if named else []
    request = Request("PUT", b"/s3" + place, headers, b"", "mine").having(*said)
    return Draft(request, frame=frame, sizes=tuple(sizes))


chunked = st.builds(
    _chunked,
    st.sampled_from(
        (b"/box/o", b"/box/new", b"/box/part?partNumber=1&uploadId=" + UPLOAD, b"/box?tagging", b"/box/o?acl")
    ),
    st.sampled_from((TRAILER, CHUNKS, CHUNKS_TRAILER)),
    st.builds(
        lambda data, trailers, wrong: Frame(tuple(data), trailers, tuple(wrong)),
        st.lists(st.sampled_from((b"0123456789", b"x" * 8192, b"y" * 70_000, b"z")), max_size=3),
        st.sampled_from(_TRAILERS),
        edits(
            (
                b"\r\n",
                b"\n",
                b";",
                b"0\r\n\r\n",
                b"ffffffffffffffff",
                b"-1",
                b"\0",
                b"x-amz-checksum-crc32:",
                b"x" * 3000,
            ),
            most=2,
        ),
    ),
    st.none() | texts.filter(lambda text: b"%" not in text and not {0, 9} & set(text)),
    st.sampled_from(
        (
            b"",
            b"",
            b"x-amz-checksum-crc32",
            b"x-amz-checksum-crc32,x-amz-checksum-sha1",
            b"a",
            b",",
            b"x-amz-trailer-signature",
        )
    ),
    st.just(()) | USUAL,
    pieces,
)

_PART_HEAD = '--BB\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
_FILE_HEAD = '--BB\r\nContent-Disposition: form-data; name="file"; filename="{}"\r\nContent-Type: {}\r\n\r\n{}'
_WORDS = (
    "",
    "a",
    "é",
    "${filename}",
    "a\0b",
    "../x",
    "a\r\nX-Evil: 1",
    "\x7f",
    "text/x",
    "201",
    "http://a.example/?q",
    "http://[",
    "http://a/\x7f",
    "<Tagging/>",
)
_words = st.sampled_from(_WORDS)


def _form(fields: dict[str, str], conditions: object, file: tuple[str, str], signs: bool) -> bytes:
    """With a policy that allows it, unless that is wrong."""
    usual = {"key": "up/${filename}", **fields}
    allowed = conditions or [{"bucket": "box"}, *(["starts-with", f"${name}", ""] for name in usual)]
    policy = base64.b64encode(
        json.dumps({"expiration": "2100-01-01T00:00:00Z", "conditions": allowed}).encode()
    ).decode()
    if signs:
        made = sigv2.sign("secret-of-mine", policy)
        usual |= {"policy": policy, "AWSAccessKeyId": "mine", "signature": made}
    parts = [_PART_HEAD.format(name, value) for name, value in usual.items()]
    return "".join((*parts, _FILE_HEAD.format(*file, "some text\r\n--BB--\r\n"))).encode(errors="replace")


_FIELDS = (
    "key",
    "acl",
    "tagging",
    "success_action_redirect",
    "success_action_status",
    "x-amz-meta-a",
    "Content-Type",
    "redirect",
    "file",
)
_FIELDS += (
    "x-amz-checksum-crc32",
    "x-amz-date",
    "x-amz-credential",
    "x-amz-algorithm",
    "Expires",
    "Content-Encoding",
    "x-amz-meta-é",
    "\0",
)
_conditions = st.none() | st.lists(
    st.sampled_from(
        (
            {},
            [],
            None,
            {"key": 1},
            ["eq", "$key"],
            ["content-length-range", 0, 5],
            ["content-length-range", "٣", -1],
            [[]],
        )
    )
    | st.lists(_words, max_size=4),
    max_size=3,
)
forms = st.builds(
    lambda fields, conditions, file, signs, wrong, kind, sizes: Draft(
        Request("POST", b"/s3/box", ((b"content-type", kind),), edited(_form(fields, conditions, file, signs), wrong)),
        "nobody",
        sizes=tuple(sizes),
    ),
    st.dictionaries(st.sampled_from(_FIELDS), _words, max_size=3),
    _conditions,
    st.tuples(_words, _words),
    st.sampled_from((True, True, False)),
    edits((b"--BB", b"--BB--", b"\r\n", b"\0", b"\xff", b'"', b"\\", b"x" * 30_000), most=2),
    st.just(b"multipart/form-data; boundary=BB")
    | st.sampled_from(
        (
            b"multipart/form-data; boundary=\xff",
            b"multipart/form-data; boundary=\xe2\x82\xac",
            b'multipart/form-data; boundary="B',
        )
    ),
    pieces,
)
