"""Symbolic links: objects that stand for others, in this account or in another."""

from typing import Any, Protocol
from urllib.parse import quote

from altostratus.contracts.objectstore import Object, Values
from altostratus.services.objectstore.domain.path import ROOT, Path

LINK = "link"
"""Of an object's `system`: that it is a link, and the `container`, `object`, `account` (if another) and, of a static
one, the `etag` and `size` of its target."""
MOST_LINKS = 2
"""Links that lead to links."""
_SHOWN = {"etag": "x-symlink-target-etag", "size": "x-symlink-target-bytes"}


class Said(Protocol):
    """Anything that says what an object is."""

    @property
    def system(self) -> Values: ...


def is_link(found: Said) -> bool:
    return LINK in found.system


def target_of(found: Said, account: str) -> Path:
    """Where a link of this account leads to."""
    return _target(found.system[LINK], account)


def _target(link: Values, account: str) -> Path:
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


def listed_link(system: Values, account: str) -> dict[str, Any]:
    """What a list says of a link of this account; nothing of other objects."""
    link = system.get(LINK)
    if link is None:
        return {}
    said: dict[str, Any] = {"symlink_path": location(_target(link, account))}
    if "etag" in link:
        said |= {"symlink_etag": link["etag"], "symlink_bytes": int(link["size"])}
    return said
