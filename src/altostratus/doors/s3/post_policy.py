"""The policy of a POST form: until when it is good, and which fields and how many bytes it allows.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from altostratus.doors.s3.errors import S3Error

UNCHECKED = ("awsaccesskeyid", "signature", "policy", "file", "x-amz-signature")
UNNAMED = ("x-ignore-", "x-amz-checksum-")
"""Fields that no condition need name, and how others begin: a checksum guards what is sent, and allows nothing."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`test` is eq or starts-with; the field's name is in lower case."""

    test: str
    field: str
    value: str

    def holds(self, given: str) -> bool:
        if self.test == "eq":
            return given == self.value
        # a list of content types must fit one by one
        parts = given.split(",") if self.field == "content-type" else [given]
        return all(part.strip().startswith(self.value) for part in parts)


@dataclass(frozen=True, slots=True)
class PostPolicy:
    """What a form may do. `least` and `most` are of the file's bytes."""

    expires: datetime
    conditions: tuple[Condition, ...]
    least: int = 0
    most: int | None = None

    def check(self, fields: Mapping[str, str], now: datetime) -> None:
        """Whether the form keeps to the policy. `fields` are in lower case, with the bucket among them."""
        if now >= self.expires:
            raise S3Error("AccessDenied", "Invalid according to Policy: Policy expired.")
        for condition in self.conditions:
            if not condition.holds(fields.get(condition.field, "")):
                text = json.dumps([condition.test, f"${condition.field}", condition.value])
                raise S3Error("AccessDenied", f"Invalid according to Policy: Policy Condition failed: {text}")
        named = {condition.field for condition in self.conditions} | {*UNCHECKED, "bucket"}
        if extra := [name for name in fields if name not in named and not name.startswith(UNNAMED)]:
            raise S3Error("AccessDenied", f"Invalid according to Policy: Extra input fields: {', '.join(extra)}")

    def check_size(self, size: int) -> None:
        """Whether the file has an allowed number of bytes."""
        if size < self.least:
            raise S3Error("EntityTooSmall", ProposedSize=str(size), MinSizeAllowed=str(self.least))
        if self.most is not None and size > self.most:
            raise S3Error("EntityTooLarge", ProposedSize=str(size), MaxSizeAllowed=str(self.most))


def parse(text: str) -> PostPolicy:
    """A policy in base64, or InvalidPolicyDocument."""
    try:
        document = json.loads(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _invalid("Invalid JSON.") from error
    if not isinstance(document, dict):
        raise _invalid("Invalid JSON.")
    expires, conditions = _expiration(document.get("expiration")), document.get("conditions")
    if not isinstance(conditions, list):
        raise _invalid("Policy missing conditions.")
    ranges = [item for item in conditions if _is_range(item)]
    least, most = _range(ranges[-1]) if ranges else (0, None)
    others = (condition for item in conditions if not _is_range(item) for condition in _conditions(item))
    return PostPolicy(expires, tuple(others), least, most)


def _expiration(text: Any) -> datetime:
    if text is None:
        raise _invalid("Policy missing expiration.")
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"):
        try:
            return datetime.strptime(str(text), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise _invalid(f"Invalid 'expiration' value: '{text}'")


def _is_range(item: Any) -> bool:
    return isinstance(item, list) and bool(item) and str(item[0]).lower() == "content-length-range"


def _range(item: list[Any]) -> tuple[int, int]:
    numbers = item[1:]
    if len(numbers) != 2 or not all(str(number).isdecimal() and len(str(number)) < 19 for number in numbers):
        raise _invalid("Invalid 'content-length-range'.")
    return int(numbers[0]), int(numbers[1])


def _conditions(item: Any) -> list[Condition]:
    """`{"acl": "private"}` or `["starts-with", "$key", "user/"]`."""
    if isinstance(item, dict) and len(item) == 1:
        return [Condition("eq", name.lower(), _text(value)) for name, value in item.items()]
    if isinstance(item, list) and len(item) == 3:
        test, name = str(item[0]).lower(), str(item[1])
        if test in ("eq", "starts-with") and name.startswith("$"):
            return [Condition(test, name[1:].lower(), _text(item[2]))]
    raise _invalid("Invalid Simple-Condition or Operation.")


def _text(value: Any) -> str:
    if not isinstance(value, str | int):
        raise _invalid("Invalid Simple-Condition: value must be a string.")
    return str(value)


def _invalid(reason: str) -> S3Error:
    return S3Error("InvalidPolicyDocument", f"Invalid Policy: {reason}")
