"""JSON patches."""

from typing import Any

import pytest

from altostratus.kernel.errors import BadRequest, Conflict, Fault, Forbidden, UnsupportedMediaType
from altostratus.services.image.domain.patch import applied, check_media_type, read_patch

V20, V21 = (f"application/openstack-images-v2.{minor}-json-patch" for minor in (0, 1))
IMAGE = {"name": "n", "tags": (), "min_ram": 0, "colour": "red"}


def patched(*operations: dict[str, Any]) -> dict[str, Any]:
    return applied(IMAGE, read_patch(V21, list(operations)))


def test_operations_apply_in_order() -> None:
    after = patched(
        {"op": "add", "path": "/shape", "value": "round"},
        {"op": "replace", "path": "/shape", "value": "square"},
        {"op": "remove", "path": "/colour"},
        {"op": "add", "path": "/a~1b~0", "value": "escaped"},
    )
    assert after == {"name": "n", "tags": (), "min_ram": 0, "shape": "square", "a/b~": "escaped"}


def test_the_old_form() -> None:
    assert applied(IMAGE, read_patch(V20, [{"replace": "/name", "value": "x"}]))["name"] == "x"
    with pytest.raises(BadRequest):
        read_patch(V20, [{"op": "replace", "path": "/name", "value": "x"}])


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "replace", "path": "/status", "value": "active"}, Forbidden),
        ({"op": "replace", "path": "/id", "value": "x"}, Forbidden),
        ({"op": "replace", "path": "/deleted", "value": "x"}, Forbidden),
        ({"op": "add", "path": "/os_glance_x", "value": "x"}, Forbidden),
        ({"op": "add", "path": "/locations/-", "value": {}}, BadRequest),
        ({"op": "replace", "path": "/locations", "value": []}, Forbidden),
        ({"op": "remove", "path": "/name"}, Forbidden),
        ({"op": "remove", "path": "/no_such"}, Conflict),
        ({"op": "replace", "path": "/no_such", "value": "x"}, Conflict),
        ({"op": "replace", "path": "/name", "value": 5}, BadRequest),
        ({"op": "replace", "path": "/min_ram", "value": True}, BadRequest),
        ({"op": "replace", "path": "/min_ram", "value": 1 << 40}, BadRequest),
        ({"op": "replace", "path": "/name"}, BadRequest),
        ({"op": "replace", "path": "name", "value": "x"}, BadRequest),
        ({"op": "replace", "path": "/a/b", "value": "x"}, BadRequest),
        ({"op": "replace", "path": "/a~2", "value": "x"}, BadRequest),
        ({"op": "replace", "path": 5, "value": "x"}, BadRequest),
        ({"op": "test", "path": "/name", "value": "x"}, BadRequest),
        ({"op": ["add"], "path": "/name", "value": "x"}, BadRequest),
        ({"op": "replace"}, BadRequest),
        ({"path": "/name"}, BadRequest),
    ],
)
def test_what_is_refused(operation: dict[str, Any], kind: type[Fault]) -> None:
    with pytest.raises(kind):
        patched(operation)


def test_bodies_that_are_no_patch() -> None:
    for body in ({"op": "add"}, ["x"], "x", None):
        with pytest.raises(BadRequest):
            read_patch(V21, body)


def test_media_types() -> None:
    check_media_type(f"{V20}; charset=utf-8")
    with pytest.raises(UnsupportedMediaType):
        check_media_type("application/json")
