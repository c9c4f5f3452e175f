"""What the S3 door knows: parameters, headers, places."""

import base64
import hashlib
import zlib

from hypothesis import strategies as st

from altostratus.doors.s3.router import SUBRESOURCES
from tests.doors.fuzz.cloud import Headers
from tests.doors.fuzz.odd import DATES, RANGES, names, said
from tests.doors.fuzz.s3_signed import SHA256, UPLOAD

PARAMETERS = (
    *(name.encode() for name in sorted(SUBRESOURCES)), b"versionId", b"partNumber", b"uploadId", b"max-keys",
    b"max-uploads", b"max-parts", b"part-number-marker", b"marker", b"prefix", b"delimiter", b"encoding-type",
    b"start-after", b"continuation-token", b"fetch-owner", b"key-marker", b"version-id-marker", b"upload-id-marker",
    b"response-content-type", b"response-expires", b"response-content-disposition", b"response-cache-control",
    b"response-content-encoding", b"response-content-language", b"x-id", b"X-Amz-Algorithm", b"X-Amz-Expires",
    b"AWSAccessKeyId", b"Signature", b"max-buckets", b"select-type",
)  # fmt: skip
WELL_KNOWN = (
    b"", b"", b"list-type=2", b"versions", b"uploads", b"acl", b"tagging", b"policy", b"cors", b"lifecycle",
    b"versioning", b"object-lock", b"attributes", b"retention", b"legal-hold", b"uploadId=" + UPLOAD,
    b"uploadId=" + UPLOAD + b"&partNumber=1", b"versionId=null", b"policyStatus", b"ownershipControls",
    b"publicAccessBlock", b"location", b"delete", b"partNumber=1", b"delimiter=/",
)  # fmt: skip
SSE = "x-amz-server-side-encryption-customer-"
KEY = base64.b64encode(b"k" * 32)
SEALING: Headers = (
    (f"{SSE}algorithm".encode(), b"AES256"),
    (f"{SSE}key".encode(), KEY),
    (f"{SSE}key-md5".encode(), base64.b64encode(hashlib.md5(b"k" * 32).digest())),
)
HEADERS = (
    b"content-type", b"content-md5", b"content-length", b"content-encoding", b"content-disposition",
    b"content-language", b"cache-control", b"expires", b"transfer-encoding", b"expect", b"host", b"origin", b"range",
    b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since", b"referer", b"user-agent", b"date",
    b"x-amz-date", b"x-amz-acl", b"x-amz-grant-read", b"x-amz-grant-write", b"x-amz-grant-full-control",
    b"x-amz-copy-source", b"x-amz-copy-source-range", b"x-amz-copy-source-if-match",
    b"x-amz-copy-source-if-none-match", b"x-amz-copy-source-if-modified-since",
    b"x-amz-copy-source-if-unmodified-since", b"x-amz-metadata-directive", b"x-amz-tagging-directive",
    b"x-amz-tagging", b"x-amz-storage-class", b"x-amz-meta-a", b"x-amz-meta-", b"x-amz-meta-!#$",
    b"x-amz-object-lock-mode", b"x-amz-object-lock-retain-until-date", b"x-amz-object-lock-legal-hold",
    b"x-amz-bypass-governance-retention", b"x-amz-bucket-object-lock-enabled", b"x-amz-object-ownership",
    b"x-amz-checksum-algorithm", b"x-amz-sdk-checksum-algorithm", b"x-amz-checksum-crc32", b"x-amz-checksum-crc32c",
    b"x-amz-checksum-crc64nvme", b"x-amz-checksum-sha1", b"x-amz-checksum-sha256", b"x-amz-checksum-md5",
    b"x-amz-checksum-type", b"x-amz-checksum-mode", b"x-amz-trailer", SHA256, b"x-amz-decoded-content-length",
    b"x-amz-mp-object-size", b"x-amz-expected-bucket-owner", b"x-amz-source-expected-bucket-owner",
    b"x-amz-object-attributes", b"x-amz-max-parts", b"x-amz-part-number-marker", b"x-amz-security-token",
    b"x-amz-request-payer", b"x-amz-server-side-encryption", b"x-amz-website-redirect-location",
    b"access-control-request-method", b"access-control-request-headers", b"x-amz-mfa", b"x-amz-write-offset-bytes",
    b"x-forwarded-for", b"x-auth-token", b"authorization", *(name for name, _ in SEALING),
    b"x-amz-copy-source-server-side-encryption-customer-key",
)  # fmt: skip
USUAL = said(
    range=RANGES,
    if_modified_since=DATES,
    if_unmodified_since=DATES,
    if_match=(b"*", b'"x"', b'"781e5e245d69b566979b86e28d23f2c7"'),
    if_none_match=(b"*",),
    host=(
        b"box.s3.localhost",
        b"s3.localhost:8774",
        b"..s3.localhost",
        b"\xff.s3.localhost",
        b"a/b.s3.localhost",
        b".s3.localhost",
    ),
    x_amz_copy_source=(
        b"box/o",
        b"/box/o",
        b"box/o?versionId=null",
        b"box%2Fo",
        b"locked/o",
        b"box/sealed",
        b"box/%ff",
        b"box/%00",
        b"none/x",
    ),
    x_amz_copy_source_range=(b"bytes=0-1", b"bytes=0-99", b"bytes=5-1"),
    x_amz_metadata_directive=(b"REPLACE", b"COPY"),
    x_amz_tagging_directive=(b"REPLACE", b"COPY"),
    x_amz_tagging=(b"a=b", b"a=b&c=d", b"a=%00", b"a=%ff", b"a=b&a=b", b"&".join(b"%d=x" % n for n in range(60))),
    x_amz_object_lock_mode=(b"GOVERNANCE", b"COMPLIANCE"),
    x_amz_object_lock_retain_until_date=DATES,
    x_amz_object_lock_legal_hold=(b"ON", b"OFF"),
    x_amz_bypass_governance_retention=(b"true",),
    x_amz_checksum_algorithm=(b"CRC32", b"sha256", b"CRC64NVME"),
    x_amz_checksum_type=(b"COMPOSITE", b"FULL_OBJECT"),
    x_amz_checksum_crc32=(base64.b64encode(zlib.crc32(b"0123456789").to_bytes(4, "big")), b"AAAAAA=="),
    x_amz_checksum_mode=(b"ENABLED",),
    x_amz_acl=(b"private", b"public-read-write"),
    x_amz_object_attributes=(b"ETag,Checksum,ObjectParts,StorageClass,ObjectSize", b"ETag"),
    content_type=(
        b"text/plain",
        b"multipart/form-data; boundary=BB",
        b"multipart/form-data; boundary=\xe2\x82\xac",
        b"a/b;charset=\xff",
    ),
    content_encoding=(b"aws-chunked", b"gzip, aws-chunked"),
    origin=(b"http://a.example", b"null"),
    access_control_request_method=(b"GET",),
    expires=DATES,
    x_amz_meta_a=(b"\xc3\xa9", b"\xff", b"x" * 2049),
)
PLACES = (
    b"/",
    b"/box",
    b"/box/",
    b"/box/o",
    b"/box/o",
    b"/box/new",
    b"/box/sealed",
    b"/box/part",
    b"/locked",
    b"/locked/o",
    b"/theirs",
    b"",
)
places = (
    st.sampled_from(PLACES)
    | st.sampled_from(PLACES)
    | st.builds(lambda a, b: b"/" + a + b"/" + b, st.just(b"box") | names, names)
)
METHODS = ("GET", "GET", "HEAD", "PUT", "PUT", "PUT", "POST", "DELETE", "OPTIONS", "PATCH")
