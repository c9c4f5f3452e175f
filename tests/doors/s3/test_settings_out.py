"""Settings come back as they were put, and botocore reads them."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.handlers import parse_get_bucket_location

from altostratus.doors.s3 import settings_out, xml_in
from altostratus.doors.s3.lifecycle_in import lifecycle
from altostratus.doors.s3.nouns import (
    Acl,
    CorsRule,
    Encryption,
    Expiration,
    Grant,
    Grantee,
    LifecycleFilter,
    LifecycleRule,
    NoncurrentExpiration,
    ObjectLock,
    Owner,
    PublicAccessBlock,
    Retention,
    Tag,
    Versioning,
)
from tests.doors.s3.model import answer

DAY = datetime(2030, 1, 2, tzinfo=UTC)
GROUP = "http://acs.amazonaws.com/groups/global/AllUsers"
RULES = (
    LifecycleRule("a", True, LifecycleFilter("old/"), old_form=True, expiration=Expiration(date=DAY)),
    LifecycleRule("b", False, LifecycleFilter(tags=(Tag("k", "v"),)), expiration=Expiration(days=1)),
    LifecycleRule(
        "c", True, LifecycleFilter("p", (Tag("k", "v"), Tag("l", "")), 5, 9), noncurrent=NoncurrentExpiration(2, 3)
    ),
    LifecycleRule("d", True, abort_days=7, expiration=Expiration(lone_markers=True)),
    LifecycleRule("e", True, LifecycleFilter(""), expiration=Expiration(days=2)),
)
GRANTEES = (Grantee("CanonicalUser", "o", "n"), Grantee("Group", GROUP), Grantee("AmazonCustomerByEmail", "a@b"))
ACL = Acl(Owner("o", "n"), tuple(Grant(grantee, "READ") for grantee in GRANTEES))
CORS = (
    CorsRule(("*",), ("GET", "PUT"), ("x-*",), ("e",), 5, "i"),
    CorsRule(("http://a",), ("HEAD",)),
)


@pytest.mark.parametrize(
    ("write", "read", "value"),
    [
        (settings_out.versioning, xml_in.versioning, Versioning("Suspended", "Disabled")),
        (settings_out.tagging, xml_in.tagging, (Tag("a&", "<1>"), Tag("b", ""))),
        (settings_out.tagging, xml_in.tagging, ()),
        (settings_out.cors, xml_in.cors, CORS),
        (settings_out.lifecycle, lifecycle, RULES),
        (settings_out.acl, xml_in.acl, ACL),
        (settings_out.object_lock, xml_in.object_lock, ObjectLock()),
        (settings_out.object_lock, xml_in.object_lock, ObjectLock("COMPLIANCE", years=3)),
        (settings_out.retention, xml_in.retention, Retention("GOVERNANCE", DAY)),
        (settings_out.legal_hold, xml_in.legal_hold, True),
        (settings_out.legal_hold, xml_in.legal_hold, False),
        (settings_out.public_access_block, xml_in.public_access_block, PublicAccessBlock(True, False, True, False)),
        (settings_out.public_access_block, xml_in.public_access_block, PublicAccessBlock(False, True, False, True)),
        (settings_out.encryption, xml_in.encryption, Encryption("AES256", False)),
        (settings_out.object_ownership, xml_in.object_ownership, "BucketOwnerEnforced"),
    ],
)
def test_it_comes_back(write: Callable[[Any], bytes], read: Callable[[bytes], Any], value: Any) -> None:
    assert read(write(value)) == value


@pytest.mark.parametrize(
    ("operation", "xml", "expected"),
    [
        ("GetBucketVersioning", settings_out.versioning(Versioning()), {}),
        ("GetBucketVersioning", settings_out.versioning(Versioning("Enabled")), {"Status": "Enabled"}),
        ("GetBucketRequestPayment", settings_out.request_payment(), {"Payer": "BucketOwner"}),
        ("GetBucketLogging", settings_out.logging_status(), {}),
        ("GetBucketPolicyStatus", settings_out.policy_status(True), {"PolicyStatus": {"IsPublic": True}}),
        ("GetObjectTagging", settings_out.tagging([Tag("a", "1")]), {"TagSet": [{"Key": "a", "Value": "1"}]}),
        (
            "GetBucketLifecycleConfiguration",
            settings_out.lifecycle(RULES[:2]),
            {
                "Rules": [
                    {"ID": "a", "Prefix": "old/", "Status": "Enabled", "Expiration": {"Date": DAY}},
                    {
                        "ID": "b",
                        "Filter": {"Tag": {"Key": "k", "Value": "v"}},
                        "Status": "Disabled",
                        "Expiration": {"Days": 1},
                    },
                ]
            },
        ),
        (
            "GetBucketAcl",
            settings_out.acl(Acl(Owner("o", "n"), ACL.grants[:2])),
            {
                "Owner": {"ID": "o", "DisplayName": "n"},
                "Grants": [
                    {"Grantee": {"Type": "CanonicalUser", "ID": "o", "DisplayName": "n"}, "Permission": "READ"},
                    {"Grantee": {"Type": "Group", "URI": GROUP}, "Permission": "READ"},
                ],
            },
        ),
        (
            "GetObjectLockConfiguration",
            settings_out.object_lock(ObjectLock("GOVERNANCE", days=1)),
            {
                "ObjectLockConfiguration": {
                    "ObjectLockEnabled": "Enabled",
                    "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
                }
            },
        ),
        ("GetObjectLegalHold", settings_out.legal_hold(True), {"LegalHold": {"Status": "ON"}}),
        (
            "GetBucketEncryption",
            settings_out.encryption(Encryption("AES256")),
            {
                "ServerSideEncryptionConfiguration": {
                    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
                }
            },
        ),
    ],
)
def test_botocore_reads_it(operation: str, xml: bytes, expected: dict[str, Any]) -> None:
    assert answer(operation, xml) == expected


@pytest.mark.parametrize("constraint", ["mars", None])
def test_locations(constraint: str | None) -> None:
    """botocore reads this one by a hook of its own; nothing is the first region."""
    parsed: dict[str, Any] = {}
    parse_get_bucket_location(parsed, SimpleNamespace(raw=b"", content=settings_out.location(constraint)))
    assert parsed == {"LocationConstraint": constraint}
