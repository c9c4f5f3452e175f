"""What headers say about accounts, containers and objects: users' metadata with Swift's limits, and the other headers
that are kept."""

import re
from collections.abc import Mapping

from altostratus.contracts.objectstore import Values
from altostratus.kernel.errors import BadRequest
from altostratus.services.objectstore.domain.signature import KEYS

MOST, LONGEST_NAME, LONGEST_VALUE, OVERALL = 90, 128, 256, 4096
_NO_TEXT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
"""Half a surrogate pair stands for a byte that is no UTF-8."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def read_metadata(kind: str, headers: Mapping[str, str]) -> dict[str, str]:
    """X-<kind>-Meta-* by the rest of their names, which is lower-case. Empty values are among them: they remove an item
    of an account or a container, as X-Remove-<kind>-Meta-* does. Raises BadRequest."""
    prefix, removal = f"x-{kind}-meta-", f"x-remove-{kind}-meta-"
    found = {name.removeprefix(prefix): value for name, value in headers.items() if name.startswith(prefix)}
    for name, value in found.items():
        check_item(name, value)
    if kind == "object":  # what is not said again is gone, so that nothing need be removed
        return found
    return {name.removeprefix(removal): "" for name in headers if name.startswith(removal)} | found


def check_text(*texts: str) -> None:
    """Whether they can be headers: what comes in a body may be anything. Raises BadRequest."""
    if any(_NO_TEXT.search(text) for text in texts):
        raise BadRequest("A header must be UTF-8 without control characters.")


def check_item(name: str, value: str) -> None:
    """Raises BadRequest."""
    check_text(name, value)
    if not name:
        raise BadRequest("Metadata name cannot be empty")
    if not _NAME.fullmatch(name):
        raise BadRequest("Metadata name must be that of a header")
    if len(name.encode()) > LONGEST_NAME:
        raise BadRequest(f"Metadata name too long: {name}")
    if len(value.encode()) > LONGEST_VALUE:
        raise BadRequest(f"Metadata value longer than {LONGEST_VALUE}: {name}")


def check_size(meta: Values) -> None:
    """Of all that is kept together."""
    if len(meta) > MOST:
        raise BadRequest(f"Too many metadata items; max {MOST}")
    if sum(len(name.encode()) + len(str(value).encode()) for name, value in meta.items()) > OVERALL:
        raise BadRequest(f"Total metadata too large; max {OVERALL}")


def merged(present: Values, given: Mapping[str, str]) -> dict[str, str]:
    """What was there and what is said now; an empty value removes. Raises BadRequest."""
    found = {**present, **{name: value for name, value in given.items() if value}}
    for name, value in given.items():
        if not value:
            found.pop(name, None)
    check_size(found)
    return found


def shown(kind: str, meta: Values, owner: bool = True) -> list[tuple[str, str]]:
    """As headers; keys only for owners."""
    return [(f"x-{kind}-meta-{name}", str(value)) for name, value in meta.items() if owner or name not in KEYS]
