"""JSON patches of images, in the two media types of Glance, and what they make of an image's attributes; pure.

https://docs.openstack.org/api-ref/image/v2/#update-image
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from altostratus.kernel.errors import BadRequest, Forbidden
from altostratus.services.image.domain import schema
from altostratus.services.image.errors import PATCH_TYPES, NoSuchProperty, NotAPatch

_OPERATIONS = ("add", "remove", "replace")
_WRONG_ESCAPE = re.compile(r"~(?![01])")


@dataclass(frozen=True, slots=True)
class Change:
    """One operation on one attribute."""

    operation: str
    name: str
    value: Any = None


def check_media_type(content_type: str) -> None:
    """Raise NotAPatch unless the Content-Type is one of the two."""
    if _media_type(content_type) not in PATCH_TYPES:
        raise NotAPatch()


def read_patch(content_type: str, body: Any) -> list[Change]:
    """The operations of a request body; BadRequest or Forbidden says what is wrong with the first bad one."""
    read = _change_v20 if _media_type(content_type) == PATCH_TYPES[0] else _change_v21
    if not isinstance(body, list):
        raise BadRequest("Request body must be a JSON array of operation objects.")
    return [_checked(read(_object(operation))) for operation in body]


def applied(attributes: Mapping[str, Any], changes: list[Change]) -> dict[str, Any]:
    """The attributes (base and custom in one mapping) after the changes, in order."""
    result = dict(attributes)
    for change in changes:
        known = change.name in schema.PROPERTIES
        if change.operation != "add" and not known and change.name not in result:
            raise NoSuchProperty(name=change.name)
        if change.operation == "remove":
            if known:
                raise Forbidden(f"Property {change.name} may not be removed.")
            del result[change.name]
        else:
            result[change.name] = change.value
    return result


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _object(operation: Any) -> dict[str, Any]:
    if not isinstance(operation, dict):
        raise BadRequest("Operations must be JSON objects.")
    return operation


def _change_v21(operation: dict[str, Any]) -> Change:
    """{'op': 'replace', 'path': '/name', 'value': 'x'}"""
    if "op" not in operation:
        raise BadRequest(
            "Unable to find `op` in JSON Schema change. It must be one of the following: add, remove, replace."
        )
    if operation["op"] not in _OPERATIONS:
        raise BadRequest(
            f"Invalid operation: `{operation['op']}`. It must be one of the following: add, remove, replace."
        )
    if "path" not in operation:
        raise BadRequest("Unable to find 'path' in JSON Schema change")
    return _change(operation["op"], operation["path"], operation)


def _change_v20(operation: dict[str, Any]) -> Change:
    """{'replace': '/name', 'value': 'x'}"""
    found = [name for name in _OPERATIONS if name in operation]
    if len(found) != 1:
        raise BadRequest("Operation objects must contain exactly one member named add, remove, or replace.")
    return _change(found[0], operation[found[0]], operation)


def _change(operation: str, path: Any, given: dict[str, Any]) -> Change:
    name = _attribute(path)
    if operation == "remove":
        return Change(operation, name)
    if "value" not in given:
        raise BadRequest(f'Operation "{operation}" requires a member named "value".')
    return Change(operation, name, given["value"])


def _attribute(path: Any) -> str:
    """The name that a JSON pointer of one token stands for (RFC 6901)."""
    if not isinstance(path, str):
        raise BadRequest(f"Invalid JSON pointer for this resource: '{path}'")
    if not path.startswith("/"):
        raise BadRequest(f'Pointer `{path}` does not start with "/".')
    if "/" in path[1:] or _WRONG_ESCAPE.search(path):
        raise BadRequest(f"Invalid JSON pointer for this resource: '{path}'")
    return path[1:].replace("~1", "/").replace("~0", "~")


def _checked(change: Change) -> Change:
    if change.name == "locations":
        raise Forbidden("It's not allowed to add, remove or replace locations.")
    schema.check_writable(change.name)
    if change.operation != "remove":
        schema.check_attributes({change.name: change.value})
    return change
