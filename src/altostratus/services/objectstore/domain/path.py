"""Whom a path of Swift's API names. It is decoded first and split then, so that %2F is a slash.

https://docs.openstack.org/api-ref/object-store/
"""

from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from altostratus.kernel.errors import BadRequest, PreconditionFailed
from altostratus.services.objectstore.errors import BadName, Malformed

ROOT = "/object-store"
"""Before /v1 in the paths of this cloud."""
LONGEST_CONTAINER = 256
"""In characters."""
LONGEST_OBJECT = 1024
"""In bytes of UTF-8."""


class Path(NamedTuple):
    """What is named, as deep as it goes; '' where nothing is."""

    account: str
    container: str = ""
    object: str = ""


def read_path(raw: str) -> Path:
    """`raw` is what follows /v1/, undecoded. Raises BadName."""
    return plain_path(unquote_to_bytes(raw.encode(errors="surrogateescape")))


def read_account(raw: str) -> str:
    """The account that a header names, undecoded. Raises BadName, PreconditionFailed."""
    account = read_path(raw).account
    if not account or "/" in unquote(raw):
        raise PreconditionFailed("Account name cannot contain slashes")
    return account


def plain_path(decoded: bytes) -> Path:
    """The same of what is not quoted. Raises BadName."""
    try:
        text = decoded.decode()
    except UnicodeDecodeError as error:
        raise BadName() from error
    if "\0" in text:
        raise BadName()
    return Path(*text.split("/", 2))


def check_name(kind: str, name: str, most: int) -> None:
    """Whether something new may have this name. Raises BadName; Malformed of a container, BadRequest of an object."""
    if "\0" in name:
        raise BadName()
    length = len(name) if kind == "Container" else len(name.encode())
    if length > most:
        fault = Malformed if kind == "Container" else BadRequest
        raise fault(f"{kind} name length of {length} longer than {most}")
