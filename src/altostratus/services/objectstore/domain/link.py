"""Symbolic links: objects that stand for others, in this account or in another."""

from typing import Any
from urllib.parse import quote

from altostratus.contracts.objectstore import NewObject, Object
from altostratus.services.objectstore.domain.path import ROOT, Path

LINK = "link"
"""Of an object's `system`: that it is a link, and the `container`, `object`, `account` (if another) and, of a static
one, the `etag` and `size` of its target."""
MOST_LINKS = 2
"""Links that lead to links."""
_SHOWN = {"etag": "x-symlink-target-etag", "size": "x-symlink-target-bytes"}


def is_link(found: Object | NewObject) -> bool:
    return LINK in found.system


def target_of(found: Object, account: str) -> Path:
    """Where a link of this account leads to."""
    link = found.system[LINK]
    return Path(link.get("account", account), link["container"], link["object"])


def location(path: Path) -> str:
    return quote(f"{ROOT}/v1/{path.account}/{path.container}/{path.object}")


def link_headers(found: Object) -> list[tuple[str, str]]:
    """Of a link that is looked at itself."""
    if not is_link(found):
        return []
    link = found.system[LINK]
    headers = [("x-symlink-target", quote(f"{link['container']}/{link['object']}"))]
    if "account" in link:
        headers.append(("x-symlink-target-account", quote(link["account"])))
    return headers + [(header, link[key]) for key, header in _SHOWN.items() if key in link]


def listed_link(found: Object, account: str) -> dict[str, Any]:
    """What a list says of a link."""
    link = found.system[LINK]
    said: dict[str, Any] = {"symlink_path": location(target_of(found, account))}
    if "etag" in link:
        said |= {"symlink_etag": link["etag"], "symlink_bytes": int(link["size"])}
    return said
