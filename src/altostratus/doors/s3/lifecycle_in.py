"""The rules by which objects go away, from their XML. Storage classes are not offered, so nor are transitions.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

import uuid

from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.nouns import Expiration, LifecycleFilter, LifecycleRule, NoncurrentExpiration
from altostratus.doors.s3.xml_in import tag_of
from altostratus.doors.s3.xml_tree import Node, malformed, parse

MOST_BYTES = 1 << 20
MOST_RULES, LONGEST_ID = 1000, 255
_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")


def lifecycle(body: bytes) -> tuple[LifecycleRule, ...]:
    """Of PutBucketLifecycleConfiguration."""
    root = parse(body, "LifecycleConfiguration", MOST_BYTES).only("Rule")
    rules = tuple(_rule(node, number) for number, node in enumerate(root.all("Rule")))
    if not 0 < len(rules) <= MOST_RULES:
        raise malformed()
    if len({rule.id for rule in rules}) < len(rules):
        raise S3Error("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule")
    return rules


def _rule(node: Node, number: int) -> LifecycleRule:
    if node.maybe("Transition") or node.maybe("NoncurrentVersionTransition"):
        raise S3Error("NotImplemented", "There is one storage class, so there are no transitions.")
    actions = ("Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    node.only("ID", "Status", "Prefix", "Filter", *actions)
    prefix, chosen = node.text("Prefix"), node.maybe("Filter")
    status = node.choice("Status", "Enabled", "Disabled")
    if status is None or (prefix is None) == (chosen is None):
        raise malformed()
    rule = LifecycleRule(
        id=_id(node, number),
        enabled=status == "Enabled",
        filter=LifecycleFilter(prefix) if chosen is None else _filter(chosen),
        old_form=chosen is None,
        expiration=_expiration(node.maybe("Expiration")),
        noncurrent=_noncurrent(node.maybe("NoncurrentVersionExpiration")),
        abort_days=_abort(node.maybe("AbortIncompleteMultipartUpload")),
    )
    _check(rule)
    return rule


def _id(node: Node, number: int) -> str:
    """As given, or one that is the same whenever the same rules are set."""
    given = node.text("ID") or ""
    if len(given) > LONGEST_ID:
        raise S3Error("InvalidArgument", f"ID length should not exceed allowed limit of {LONGEST_ID}")
    return given or str(uuid.uuid5(uuid.NAMESPACE_URL, f"lifecycle-rule/{number}"))


def _check(rule: LifecycleRule) -> None:
    if rule.expiration is None and rule.noncurrent is None and rule.abort_days is None:
        raise S3Error("InvalidRequest", "At least one action needs to be specified in a rule")
    chosen = rule.filter
    if chosen.tags and rule.abort_days is not None:
        raise S3Error("InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags")
    if chosen.tags and rule.expiration and rule.expiration.lone_markers:
        raise S3Error("InvalidRequest", "ExpiredObjectDeleteMarker cannot be specified with Tags")
    larger, smaller = chosen.larger_than, chosen.smaller_than
    if larger is not None and smaller is not None and larger >= smaller:
        raise S3Error("InvalidRequest", "'ObjectSizeLessThan' must be greater than 'ObjectSizeGreaterThan'")


def _filter(node: Node) -> LifecycleFilter:
    """One condition, several under And, or none: all objects."""
    node.only("Prefix", "Tag", "And", *_SIZES)
    several = node.maybe("And")
    if several is None:
        found = _conditions(node)
        if found.conditions > 1:
            raise malformed()
        return found
    node.only("And")
    found = _conditions(several.only("Prefix", "Tag", *_SIZES))
    if found.conditions < 2:
        raise malformed()
    return found


def _conditions(node: Node) -> LifecycleFilter:
    tags = tuple(tag_of(tag) for tag in node.all("Tag"))
    if len({tag.key for tag in tags}) < len(tags):
        raise S3Error("InvalidRequest", "Duplicate Tag Keys are not allowed.")
    sizes = [node.number(name) for name in _SIZES]
    if any(size is not None and size < 0 for size in sizes):
        raise S3Error("InvalidRequest", "A size must not be negative.")
    return LifecycleFilter(node.text("Prefix"), tags, *sizes)


def _expiration(node: Node | None) -> Expiration | None:
    """One of three."""
    if node is None:
        return None
    node.only("Days", "Date", "ExpiredObjectDeleteMarker")
    found = Expiration(_positive(node, "Days"), node.moment("Date"), node.boolean("ExpiredObjectDeleteMarker"))
    if sum(value is not None for value in (found.days, found.date, found.lone_markers)) != 1:
        raise malformed()
    if found.date and (found.date.hour, found.date.minute, found.date.second, found.date.microsecond) != (0, 0, 0, 0):
        raise S3Error("InvalidArgument", "'Date' must be at midnight GMT")
    return found


def _noncurrent(node: Node | None) -> NoncurrentExpiration | None:
    if node is None:
        return None
    node.only("NoncurrentDays", "NewerNoncurrentVersions")
    found = NoncurrentExpiration(_positive(node, "NoncurrentDays"), _positive(node, "NewerNoncurrentVersions"))
    if found.days is None:
        raise malformed()
    return found


def _abort(node: Node | None) -> int | None:
    if node is None:
        return None
    days = _positive(node.only("DaysAfterInitiation"), "DaysAfterInitiation")
    if days is None:
        raise malformed()
    return days


def _positive(node: Node, name: str) -> int | None:
    value = node.number(name)
    if value is not None and not 0 < value < 2**31:
        raise S3Error("InvalidArgument", f"'{name}' for {node.name} action must be a positive integer")
    return value
