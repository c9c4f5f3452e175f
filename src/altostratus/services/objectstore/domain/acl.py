"""Swift's access control lists of containers: who may read or write what is in them.

    .r:*  .r:.example.com  .r:-bad.example.com  .rlistings  project:user  project:*  *:user  *:*  role

https://docs.openstack.org/swift/latest/overview_acl.html
"""

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import unquote, urlparse

from altostratus.services.objectstore.errors import Malformed

_REFERRER = {".r", ".ref", ".referer", ".referrer"}
_LEADING_STARS = re.compile(r"^[*\s]+")


class Acl(NamedTuple):
    """`referrers` in their order: a later one overrules. `groups` are the rest."""

    referrers: tuple[str, ...]
    groups: frozenset[str]

    @property
    def lists(self) -> bool:
        """Whether whom a referrer lets in may list as well."""
        return ".rlistings" in self.groups

    def allows_referrer(self, referrer: str | None) -> bool:
        """Whether anybody may read who comes from there."""
        host, allowed = _host(referrer), False
        for one in self.referrers:
            denied, pattern = one.startswith("-"), one.removeprefix("-")
            everybody = pattern == "*" and not denied  # .r:-* denies nobody
            if everybody or pattern == host or (pattern.startswith(".") and host.endswith(pattern)):
                allowed = not denied
        return allowed

    def allows(self, names: Collection[str]) -> bool:
        """Whether any of the names that somebody goes by is in it."""
        return not self.groups.isdisjoint(names)

    def allows_role(self, roles: Collection[str]) -> bool:
        """Whether any of these roles, in lower case, is in it."""
        return not {group.lower() for group in self.groups}.isdisjoint(roles)


def read_acl(text: str) -> Acl:
    """A list that has been cleaned."""
    items = [item for item in text.split(",") if item]
    referrers = tuple(item.removeprefix(".r:") for item in items if item.startswith(".r:"))
    return Acl(referrers, frozenset(unquote(item) for item in items if not item.startswith(".r:")))


def clean_acl(header: str, text: str) -> str:
    """The list in one form. Raises Malformed for what makes no sense."""
    return ",".join(_clean_item(header, item.strip()) for item in text.split(",") if item.strip())


def _clean_item(header: str, item: str) -> str:
    first, colon, second = (part.strip() for part in item.partition(":"))
    if not colon or not first.startswith("."):
        return item
    if first not in _REFERRER:
        raise Malformed(f"Unknown designator {first!r} in ACL: {item!r}")
    if "write" in header:
        raise Malformed(f"Referrers not allowed in write ACL: {item!r}")
    denied, host = second.startswith("-"), second.removeprefix("-").strip()
    host = host if host == "*" else _LEADING_STARS.sub("", host)  # *.example.com is .example.com
    if not host or host == ".":
        raise Malformed(f"No host/domain value after referrer designation in ACL: {item!r}")
    return f".r:{'-' if denied else ''}{host}"


def _host(referrer: str | None) -> str:
    try:
        return urlparse(referrer or "").hostname or "unknown"
    except ValueError:
        return "unknown"
