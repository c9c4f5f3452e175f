"""The XML bodies of S3's requests, as values: each function reads one of them.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from collections.abc import Iterable
from itertools import pairwise

from altostratus.doors.s3.checksums import Algorithm, from_text
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
from altostratus.doors.s3.xml_tree import Node, malformed, parse

MOST_BYTES = 256 << 10
MOST_BYTES_OF_BATCH = 8 << 20
"""Of a thousand keys to delete, or ten thousand parts."""
MOST_KEYS, MOST_PARTS, MOST_CORS_RULES, MOST_GRANTS = 1000, 10_000, 100, 100
OBJECT_TAGS, BUCKET_TAGS = 10, 50
LONGEST_TAG_KEY, LONGEST_TAG_VALUE = 128, 256
PERMISSIONS = ("FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP")
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
MODES = ("GOVERNANCE", "COMPLIANCE")
_CHECKSUMS = tuple(algorithm.element for algorithm in Algorithm)


def location_constraint(body: bytes) -> str | None:
    """Of CreateBucketConfiguration, which may be left out."""
    if not body.strip():
        return None
    root = parse(body, "CreateBucketConfiguration", MOST_BYTES).only("LocationConstraint", "Tags")
    if root.maybe("Tags"):
        raise S3Error("NotImplemented", "Tags of a bucket are set by PutBucketTagging.")
    return root.text("LocationConstraint") or None


def deletion(body: bytes) -> Deletion:
    """Of DeleteObjects."""
    root = parse(body, "Delete", MOST_BYTES_OF_BATCH).only("Object", "Quiet")
    names = tuple(_object_name(node) for node in root.all("Object"))
    if not 0 < len(names) <= MOST_KEYS:
        raise malformed()
    return Deletion(names, root.boolean("Quiet") or False)


def _object_name(node: Node) -> ObjectName:
    if node.maybe("LastModifiedTime") or node.maybe("Size"):
        raise S3Error("NotImplemented", "A batch deletes under the condition of an ETag only.")
    key = node.only("Key", "VersionId", "ETag").needed("Key")
    if not key:
        raise S3Error("UserKeyMustBeSpecified")
    return ObjectName(key, node.text("VersionId") or None, _etag(node.text("ETag")) or None)


def _etag(text: str | None) -> str:
    return (text or "").strip().strip('"')


def completed_parts(body: bytes) -> tuple[Part, ...]:
    """Of CompleteMultipartUpload, in ascending order."""
    root = parse(body, "CompleteMultipartUpload", MOST_BYTES_OF_BATCH).only("Part")
    parts = tuple(_part(node) for node in root.all("Part"))
    if not 0 < len(parts) <= MOST_PARTS:
        raise malformed()
    numbers = [part.number for part in parts]
    if any(number <= before for before, number in pairwise(numbers)):
        raise S3Error("InvalidPartOrder")
    return parts


def _part(node: Node) -> Part:
    number = node.only("PartNumber", "ETag", *_CHECKSUMS).number("PartNumber")
    if number is None:
        raise malformed()
    if not 0 < number <= MOST_PARTS:
        raise S3Error("InvalidArgument", "PartNumber must be an integer between 1 and 10000, inclusive")
    given = {algorithm: node.text(algorithm.element) for algorithm in Algorithm}
    checksums = {algorithm: text for algorithm, text in given.items() if text}
    for algorithm, text in checksums.items():
        from_text(algorithm, text)
    return Part(number, _etag(node.needed("ETag")), checksums=checksums)


def versioning(body: bytes) -> Versioning:
    """Of PutBucketVersioning."""
    root = parse(body, "VersioningConfiguration", MOST_BYTES).only("Status", "MfaDelete")
    status = root.choice("Status", "Enabled", "Suspended")
    if status is None:
        raise S3Error("IllegalVersioningConfigurationException")
    return Versioning(status, root.choice("MfaDelete", "Enabled", "Disabled"))


def tagging(body: bytes, most: int = OBJECT_TAGS) -> tuple[Tag, ...]:
    """Of PutObjectTagging and PutBucketTagging."""
    tag_set = parse(body, "Tagging", MOST_BYTES).only("TagSet").one("TagSet").only("Tag")
    return checked_tags((tag_of(node) for node in tag_set.all("Tag")), most)


def tag_of(node: Node) -> Tag:
    node.only("Key", "Value")
    return Tag(node.needed("Key"), node.needed("Value"))


def checked_tags(tags: Iterable[Tag], most: int = OBJECT_TAGS) -> tuple[Tag, ...]:
    """Tags as S3 allows them, from XML or from x-amz-tagging.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
    """
    found = tuple(tags)
    if len(found) > most:
        raise S3Error("InvalidTag", f"There are more than {most} tags.")
    if len({tag.key for tag in found}) < len(found):
        raise S3Error("InvalidTag", "Cannot provide multiple Tags with the same key")
    for tag in found:
        if not 0 < len(tag.key) <= LONGEST_TAG_KEY or "\0" in tag.key:
            raise S3Error("InvalidTag", "The TagKey you have provided is invalid", TagKey=tag.key)
        if len(tag.value) > LONGEST_TAG_VALUE or "\0" in tag.value:
            raise S3Error("InvalidTag", "The TagValue you have provided is invalid", TagValue=tag.value)
    return found


def cors(body: bytes) -> tuple[CorsRule, ...]:
    """Of PutBucketCors."""
    root = parse(body, "CORSConfiguration", MOST_BYTES).only("CORSRule")
    rules = tuple(_cors_rule(node) for node in root.all("CORSRule"))
    if not 0 < len(rules) <= MOST_CORS_RULES:
        raise malformed()
    return rules


def _cors_rule(node: Node) -> CorsRule:
    node.only("ID", "AllowedOrigin", "AllowedMethod", "AllowedHeader", "ExposeHeader", "MaxAgeSeconds")
    origins, methods, headers = (node.texts(name) for name in ("AllowedOrigin", "AllowedMethod", "AllowedHeader"))
    if not origins or not methods:
        raise malformed()
    for method in methods:
        if method not in METHODS:
            message = f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            raise S3Error("InvalidRequest", message)
    exposed = node.texts("ExposeHeader")
    for text in (*origins, *headers, *exposed):
        if not text.isprintable():
            raise malformed()  # they become headers of answers
    for text in (*origins, *headers):
        if text.count("*") > 1:
            raise S3Error("InvalidRequest", f'"{text}" can not have more than one wildcard.')
    return CorsRule(origins, methods, headers, exposed, node.number("MaxAgeSeconds"), node.text("ID"))


def acl(body: bytes) -> Acl:
    """Of PutBucketAcl and PutObjectAcl; their XML has a code of its own when it is wrong."""
    try:
        root = parse(body, "AccessControlPolicy", MOST_BYTES).only("Owner", "AccessControlList")
        owner = root.one("Owner").only("ID", "DisplayName")
        grants = [_grant(node) for node in root.one("AccessControlList").only("Grant").all("Grant")]
        found = Acl(Owner(owner.needed("ID"), owner.text("DisplayName") or ""), tuple(grants))
    except S3Error as error:
        if error.code == "MalformedXML":
            raise S3Error("MalformedACLError") from error
        raise
    if len(found.grants) > MOST_GRANTS:
        raise S3Error("MalformedACLError")
    return found


def _grant(node: Node) -> Grant:
    permission = node.only("Grantee", "Permission").choice("Permission", *PERMISSIONS)
    if permission is None:
        raise malformed()
    return Grant(_grantee(node.one("Grantee")), permission)


def _grantee(node: Node) -> Grantee:
    node.only("ID", "DisplayName", "URI", "EmailAddress")
    kind = node.type
    names = {"CanonicalUser": "ID", "Group": "URI", "AmazonCustomerByEmail": "EmailAddress"}
    if kind not in names:
        raise malformed()
    return Grantee(kind, node.needed(names[kind]), node.text("DisplayName") or "")


def object_lock(body: bytes) -> ObjectLock:
    """Of PutObjectLockConfiguration."""
    root = parse(body, "ObjectLockConfiguration", MOST_BYTES).only("ObjectLockEnabled", "Rule")
    if root.choice("ObjectLockEnabled", "Enabled") is None:
        raise malformed()
    rule = root.maybe("Rule")
    if rule is None:
        return ObjectLock()
    default = rule.only("DefaultRetention").one("DefaultRetention").only("Mode", "Days", "Years")
    mode, days, years = default.choice("Mode", *MODES), default.number("Days"), default.number("Years")
    if mode is None or (days is None) == (years is None):
        raise malformed()
    for value, most in ((days, 36_500), (years, 100)):
        if value is not None and not 0 < value <= most:
            raise S3Error("InvalidArgument", f"Default retention period must be a positive integer, at most {most}.")
    return ObjectLock(mode, days, years)


def retention(body: bytes) -> Retention:
    """Of PutObjectRetention. Both or neither; whether the date lies ahead the door sees."""
    root = parse(body, "Retention", MOST_BYTES).only("Mode", "RetainUntilDate")
    found = Retention(root.choice("Mode", *MODES), root.moment("RetainUntilDate"))
    if (found.mode is None) != (found.until is None):
        raise malformed()
    return found


def legal_hold(body: bytes) -> bool:
    """Of PutObjectLegalHold."""
    status = parse(body, "LegalHold", MOST_BYTES).only("Status").choice("Status", "ON", "OFF")
    if status is None:
        raise malformed()
    return status == "ON"


def public_access_block(body: bytes) -> PublicAccessBlock:
    """Of PutPublicAccessBlock; what is not there is false."""
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    root = parse(body, "PublicAccessBlockConfiguration", MOST_BYTES).only(*names)
    return PublicAccessBlock(*(root.boolean(name) or False for name in names))


def encryption(body: bytes) -> Encryption:
    """Of PutBucketEncryption: one rule. There is no KMS."""
    root = parse(body, "ServerSideEncryptionConfiguration", MOST_BYTES).only("Rule")
    rule = root.one("Rule").only("ApplyServerSideEncryptionByDefault", "BucketKeyEnabled")
    default = rule.one("ApplyServerSideEncryptionByDefault").only("SSEAlgorithm", "KMSMasterKeyID")
    algorithm = default.choice("SSEAlgorithm", "AES256", "aws:kms", "aws:kms:dsse")
    if algorithm is None:
        raise malformed()
    if algorithm != "AES256":
        raise S3Error("NotImplemented", Header=algorithm)
    if default.text("KMSMasterKeyID"):
        raise S3Error("InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is AES256")
    return Encryption(algorithm, rule.boolean("BucketKeyEnabled"))


def object_ownership(body: bytes) -> str:
    """Of PutBucketOwnershipControls: one rule."""
    root = parse(body, "OwnershipControls", MOST_BYTES).only("Rule")
    rule = root.one("Rule").only("ObjectOwnership")
    found = rule.choice("ObjectOwnership", "BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced")
    if found is None:
        raise malformed()
    return found
