"""Bucket policies: the part of their language that is understood, and what they decide.

Understood are Principal (*, AWS accounts and users by arn or id, CanonicalUser), Action, Resource (of this bucket),
Effect, and the conditions in `OPERATORS` (with IfExists behind them, too), and Null, on the keys in `KEYS`. Whatever
else a policy says, it is refused when it is put: nothing in it is ever ignored.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
"""

import functools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from altostratus.doors.s3.encryption import CUSTOMERS
from altostratus.doors.s3.encryption import HEADER as ENCRYPTION
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.wildcards import fits
from altostratus.kernel.actor import Actor

MOST_BYTES = 20 << 10
ANYBODY = "*"
ARN = "arn:aws:s3:::"
VERSIONS = ("2012-10-17", "2008-10-17")
# fmt: off
ACTIONS = frozenset(f"s3:{name}" for name in (
    "AbortMultipartUpload", "BypassGovernanceRetention", "DeleteBucket", "DeleteBucketPolicy", "DeleteObject",
    "DeleteObjectTagging", "DeleteObjectVersion", "DeleteObjectVersionTagging", "GetBucketAcl", "GetBucketCORS",
    "GetBucketLocation", "GetBucketObjectLockConfiguration", "GetBucketOwnershipControls", "GetBucketPolicy",
    "GetBucketPolicyStatus", "GetBucketPublicAccessBlock", "GetBucketTagging", "GetBucketVersioning",
    "GetEncryptionConfiguration", "GetLifecycleConfiguration", "GetObject", "GetObjectAcl", "GetObjectAttributes",
    "GetObjectLegalHold", "GetObjectRetention", "GetObjectTagging", "GetObjectVersion", "GetObjectVersionAcl",
    "GetObjectVersionAttributes", "GetObjectVersionTagging", "ListBucket", "ListBucketMultipartUploads",
    "ListBucketVersions", "ListMultipartUploadParts", "PutBucketAcl", "PutBucketCORS",
    "PutBucketObjectLockConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketPublicAccessBlock",
    "PutBucketTagging", "PutBucketVersioning", "PutEncryptionConfiguration", "PutLifecycleConfiguration", "PutObject",
    "PutObjectAcl", "PutObjectLegalHold", "PutObjectRetention", "PutObjectTagging", "PutObjectVersionAcl",
    "PutObjectVersionTagging",
))
# fmt: on
"""Those that something here asks about."""
GRANTS = ("read", "write", "read-acp", "write-acp", "full-control")
# fmt: off
HEADERS = (
    "x-amz-acl", "x-amz-copy-source", "x-amz-metadata-directive", ENCRYPTION, f"{CUSTOMERS}algorithm",
    *(f"x-amz-grant-{each}" for each in GRANTS),
)
# fmt: on
KEYS = frozenset(("aws:sourceip", "aws:securetransport", "aws:referer", "aws:useragent", "s3:prefix", "s3:delimiter"))
KEYS |= {f"s3:{name}" for name in HEADERS}
TAG = "s3:existingobjecttag/"
NULL = "Null"
"""The operator that asks whether there is a key at all."""
IF_EXISTS = "IfExists"
"""After an operator: it holds, too, where there is no key."""
_ACCOUNT = re.compile(r"arn:aws:iam::([0-9A-Za-z_-]{1,64}):root")
_USER = re.compile(r"arn:aws:iam::([0-9A-Za-z_-]{0,64}):user/([0-9A-Za-z_-]{1,64})")
_WIDEST = {4: 8, 6: 32}
"""Bits that a network has at least that is not everywhere."""
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be decided. `values` are of condition keys, in lower case; what is not there is left out."""

    action: str
    resource: str
    actor: Actor | None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Principal:
    """A project, a user, or a user in a project; neither: anybody."""

    project: str = ""
    user: str = ""
    either: str = ""

    def fits(self, actor: Actor | None) -> bool:
        if self == Principal():
            return True
        if actor is None:
            return False
        if self.either:
            return self.either in (actor.project, actor.user_id)
        return self.project in ("", actor.project) and self.user in ("", actor.user_id)


@dataclass(frozen=True, slots=True)
class Condition:
    """One key; any of the values will do."""

    operator: str
    key: str
    values: tuple[str, ...]

    def holds(self, given: Mapping[str, str]) -> bool:
        text = given.get(self.key)
        if self.operator == NULL:
            return str(text is None).lower() in self.values
        name = self.operator.removesuffix(IF_EXISTS)
        wanted, test = OPERATORS[name]
        if text is None:
            return not wanted or name != self.operator
        return any(test(value, text) for value in self.values) == wanted

    @property
    def is_narrow(self) -> bool:
        """Whether it holds for clients in few networks alone."""
        if (self.operator, self.key) != ("IpAddress", "aws:sourceip"):
            return False
        networks = [ip_network(value, strict=False) for value in self.values]
        return all(network.prefixlen >= _WIDEST[network.version] for network in networks)


@dataclass(frozen=True, slots=True)
class Statement:
    allows: bool
    principals: tuple[Principal, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]

    def fits(self, asked: Asked) -> bool:
        return (
            any(fits(pattern, asked.action.lower()) for pattern in self.actions)
            and any(fits(pattern, asked.resource) for pattern in self.resources)
            and any(principal.fits(asked.actor) for principal in self.principals)
            and all(condition.holds(asked.values) for condition in self.conditions)
        )


Policy = tuple[Statement, ...]


def decide(policy: Policy, asked: Asked) -> bool | None:
    """Whether it is allowed; a statement that denies goes before all others. None: nothing is said of it."""
    said = {statement.allows for statement in policy if statement.fits(asked)}
    return None if not said else said == {True}


def is_public(policy: Policy) -> bool:
    """Whether it lets anybody do something, wherever he is: no condition but that makes it otherwise.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    return any(
        each.allows and Principal() in each.principals and not any(one.is_narrow for one in each.conditions)
        for each in policy
    )


@functools.lru_cache(256)
def read_policy(text: str, bucket: str) -> Policy:
    """MalformedPolicy for what is not understood in all its parts."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise malformed("Policies must be valid JSON and the first byte must be '{'") from error
    fields = _fields(document, "Version", "Id", "Statement")
    if fields.get("Version", VERSIONS[0]) not in VERSIONS:
        raise malformed("Unknown policy version")
    statements = fields.get("Statement")
    found = statements if isinstance(statements, list) else [statements]
    if not found:
        raise malformed("Could not parse the policy: Statement is empty!")
    return tuple(_statement(each, bucket) for each in found)


def malformed(message: str) -> S3Error:
    return S3Error("MalformedPolicy", message)


def _statement(said: Any, bucket: str) -> Statement:
    fields = _fields(said, "Sid", "Effect", "Principal", "Action", "Resource", "Condition")
    if fields.get("Effect") not in ("Allow", "Deny"):
        raise malformed("Invalid effect")
    return Statement(
        fields["Effect"] == "Allow",
        _principals(fields.get("Principal")),
        tuple(_action(text) for text in _texts(fields.get("Action"), "Action")),
        tuple(_resource(text, bucket) for text in _texts(fields.get("Resource"), "Resource")),
        tuple(_conditions(fields.get("Condition", {}))),
    )


def _fields(said: Any, *known: str) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise malformed("Could not parse the policy")
    if unknown := sorted(set(said) - set(known)):
        raise malformed(f"Unknown field {unknown[0]}")
    return said


def _texts(said: Any, name: str) -> list[str]:
    found = said if isinstance(said, list) else [said]
    if not found or not all(isinstance(text, str) and text for text in found):
        raise malformed(f"Missing or invalid required field {name}")
    if any("${" in text for text in found):
        raise malformed("Policy variables are not understood")
    return found


def _principals(said: Any) -> tuple[Principal, ...]:
    if said == ANYBODY:
        return (Principal(),)
    fields = _fields(said, "AWS", "CanonicalUser")
    aws = [_principal(text) for text in _texts(fields["AWS"], "Principal")] if "AWS" in fields else []
    ids = _texts(fields["CanonicalUser"], "Principal") if "CanonicalUser" in fields else []
    if not aws and not ids:
        raise malformed("Missing required field Principal")
    return (*aws, *(_by_id(text) for text in ids))


def _principal(text: str) -> Principal:
    if text == ANYBODY:
        return Principal()
    if account := _ACCOUNT.fullmatch(text):
        return Principal(project=account[1])
    if user := _USER.fullmatch(text):
        return Principal(project=user[1], user=user[2])
    return _by_id(text)


def _by_id(text: str) -> Principal:
    if not _ID.fullmatch(text):
        raise malformed("Invalid principal in policy")
    return Principal(either=text)


def _action(text: str) -> str:
    pattern = text.lower()
    if not any(fits(pattern, action.lower()) for action in ACTIONS):
        raise malformed("Policy has invalid action")
    return pattern


def _resource(text: str, bucket: str) -> str:
    """Of this bucket, or a pattern that it fits."""
    named, _, _ = text.partition("/")
    if not fits(named, f"{ARN}{bucket}") and not (named.endswith("*") and fits(named, f"{ARN}{bucket}/")):
        raise malformed("Policy has invalid resource")
    return text


def _conditions(said: Any) -> list[Condition]:
    found = []
    for operator, tests in _fields(said, *OPERATORS, *(f"{name}{IF_EXISTS}" for name in OPERATORS), NULL).items():
        if not isinstance(tests, dict):
            raise malformed("Could not parse the policy")
        for key, values in tests.items():
            values = [str(each).lower() if isinstance(each, bool) else each for each in _listed(values)]
            found.append(_condition(operator, _key(key), tuple(_texts(values, "Condition"))))
    return found


def _key(text: str) -> str:
    """Keys are in any case, but for what they say of tags."""
    lower = text.lower()
    return TAG + text[len(TAG) :] if lower.startswith(TAG) else lower


def _listed(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]


def _condition(operator: str, key: str, values: tuple[str, ...]) -> Condition:
    if key not in KEYS and not (key.startswith(TAG) and len(key) > len(TAG)):
        raise malformed("Policy has an invalid condition key")
    kinds = {"aws:sourceip": ("IpAddress", "NotIpAddress"), "aws:securetransport": ("Bool",)}
    strings = [name for name in OPERATORS if name.startswith("String")]
    if operator.removesuffix(IF_EXISTS) not in (*kinds.get(key, strings), NULL):
        raise malformed("Conditions do not apply to combination of actions and resources in statement")
    for value in values:
        _check_value(operator, key, value)
    return Condition(operator, key, values)


def _check_value(operator: str, key: str, value: str) -> None:
    if (operator == NULL or key == "aws:securetransport") and value not in ("true", "false"):
        raise malformed("Invalid Boolean in Conditions")
    if operator != NULL and key == "aws:sourceip":
        try:
            ip_network(value, strict=False)
        except ValueError as error:
            raise malformed("Invalid IP address in Conditions") from error


def _in_network(network: str, address: str) -> bool:
    try:
        return ip_address(address) in ip_network(network, strict=False)
    except ValueError:
        return False


def _equal(wanted: str, given: str) -> bool:
    return wanted == given


OPERATORS: dict[str, tuple[bool, Callable[[str, str], bool]]] = {
    "IpAddress": (True, _in_network),
    "NotIpAddress": (False, _in_network),
    "StringEquals": (True, _equal),
    "StringNotEquals": (False, _equal),
    "StringLike": (True, fits),
    "StringNotLike": (False, fits),
    "Bool": (True, _equal),
}
"""Whether the test must succeed, and the test."""
