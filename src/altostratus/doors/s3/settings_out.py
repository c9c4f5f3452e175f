"""The XML answers about how a bucket or an object is set up: what `xml_in` and `lifecycle_in` read, written.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
"""

from collections.abc import Iterable, Iterator

from altostratus.doors.s3.nouns import (
    Acl,
    CorsRule,
    Encryption,
    Grantee,
    LifecycleFilter,
    LifecycleRule,
    ObjectLock,
    PublicAccessBlock,
    Retention,
    Tag,
    Versioning,
)
from altostratus.doors.s3.xml_build import Content, Element, document
from altostratus.doors.s3.xml_out import owner_of

XSI = "http://www.w3.org/2001/XMLSchema-instance"


def location(constraint: str | None) -> bytes:
    """GetBucketLocation; empty for us-east-1."""
    return document("LocationConstraint", constraint)


def versioning(found: Versioning) -> bytes:
    return document("VersioningConfiguration", [("Status", found.status), ("MfaDelete", found.mfa_delete)])


def request_payment() -> bytes:
    """GetBucketRequestPayment: the owner pays."""
    return document("RequestPaymentConfiguration", [("Payer", "BucketOwner")])


def logging_status() -> bytes:
    """GetBucketLogging: nothing is logged into buckets."""
    return document("BucketLoggingStatus", [])


def policy_status(public: bool) -> bytes:
    return document("PolicyStatus", [("IsPublic", public)])


def tagging(tags: Iterable[Tag]) -> bytes:
    return document("Tagging", [("TagSet", _tags(tags))])


def _tags(tags: Iterable[Tag]) -> list[Element]:
    return [("Tag", [("Key", tag.key), ("Value", tag.value)]) for tag in tags]


def cors(rules: Iterable[CorsRule]) -> bytes:
    return document("CORSConfiguration", [("CORSRule", _cors_rule(rule)) for rule in rules])


def _cors_rule(rule: CorsRule) -> Iterator[Element]:
    yield "ID", rule.id
    lists = {
        "AllowedOrigin": rule.origins,
        "AllowedMethod": rule.methods,
        "AllowedHeader": rule.headers,
        "ExposeHeader": rule.expose,
    }
    for name, texts in lists.items():
        for text in texts:
            yield name, text
    yield "MaxAgeSeconds", rule.max_age


def lifecycle(rules: Iterable[LifecycleRule]) -> bytes:
    return document("LifecycleConfiguration", [("Rule", _lifecycle_rule(rule)) for rule in rules])


def _lifecycle_rule(rule: LifecycleRule) -> Iterator[Element]:
    yield "ID", rule.id
    yield ("Prefix", rule.filter.prefix) if rule.old_form else ("Filter", _filter(rule.filter))
    yield "Status", "Enabled" if rule.enabled else "Disabled"
    if found := rule.expiration:
        lone: Element = ("ExpiredObjectDeleteMarker", found.lone_markers)
        yield "Expiration", [("Days", found.days), ("Date", found.date), lone]
    if older := rule.noncurrent:
        inner: list[Element] = [("NoncurrentDays", older.days), ("NewerNoncurrentVersions", older.newer)]
        yield "NoncurrentVersionExpiration", inner
    if rule.abort_days is not None:
        yield "AbortIncompleteMultipartUpload", [("DaysAfterInitiation", rule.abort_days)]


def _filter(found: LifecycleFilter) -> list[Element]:
    inner: list[Element] = [("Prefix", found.prefix), *_tags(found.tags)]
    inner += [("ObjectSizeGreaterThan", found.larger_than), ("ObjectSizeLessThan", found.smaller_than)]
    return [("And", inner)] if found.conditions > 1 else inner


def acl(found: Acl) -> bytes:
    grants: list[Element] = [
        ("Grant", [_grantee(grant.grantee), ("Permission", grant.permission)]) for grant in found.grants
    ]
    return document("AccessControlPolicy", [("Owner", owner_of(found.owner)), ("AccessControlList", grants)])


def _grantee(found: Grantee) -> Element:
    names = {"Group": "URI", "AmazonCustomerByEmail": "EmailAddress"}
    inner: list[Element] = [(names.get(found.kind, "ID"), found.id), ("DisplayName", found.name or None)]
    return "Grantee", inner, f' xmlns:xsi="{XSI}" xsi:type="{found.kind}"'


def object_lock(found: ObjectLock) -> bytes:
    default: list[Element] = [("Mode", found.mode), ("Days", found.days), ("Years", found.years)]
    rule: Content = [("DefaultRetention", default)] if found.mode else None
    return document("ObjectLockConfiguration", [("ObjectLockEnabled", "Enabled"), ("Rule", rule)])


def retention(found: Retention) -> bytes:
    return document("Retention", [("Mode", found.mode), ("RetainUntilDate", found.until)])


def legal_hold(held: bool) -> bytes:
    return document("LegalHold", [("Status", "ON" if held else "OFF")])


def public_access_block(found: PublicAccessBlock) -> bytes:
    content: list[Element] = [("BlockPublicAcls", found.block_acls), ("IgnorePublicAcls", found.ignore_acls)]
    more: list[Element] = [("BlockPublicPolicy", found.block_policy), ("RestrictPublicBuckets", found.restrict_buckets)]
    return document("PublicAccessBlockConfiguration", [*content, *more])


def encryption(found: Encryption) -> bytes:
    default: list[Element] = [("SSEAlgorithm", found.algorithm)]
    key: Element = ("BucketKeyEnabled", found.bucket_key)
    rule: list[Element] = [("ApplyServerSideEncryptionByDefault", default), key]
    return document("ServerSideEncryptionConfiguration", [("Rule", rule)])


def object_ownership(found: str) -> bytes:
    return document("OwnershipControls", [("Rule", [("ObjectOwnership", found)])])
