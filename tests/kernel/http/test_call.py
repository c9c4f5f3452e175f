"""Bodies become types: by microversion, strictly."""

import msgspec
import pytest

from altostratus.kernel.errors import BadRequest
from altostratus.kernel.http.call import body_type, decode_json
from altostratus.kernel.http.context import Version


class Old(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class New(Old):
    tags: list[str] = []


@pytest.mark.parametrize(("minor", "kind"), [(1, Old), (51, Old), (52, New), (90, New)])
def test_the_version_picks_the_type(minor: int, kind: type) -> None:
    assert body_type({Version(2, 1): Old, Version(2, 52): New}, Version(2, minor)) is kind
    assert body_type(Old, Version(2, minor)) is Old


@pytest.mark.parametrize("content", [b'{"name": 1}', b"{}", b'{"name": "a", "x": 1}', b"[]", b"null"])
def test_what_does_not_fit_is_said_with_its_place(content: bytes) -> None:
    with pytest.raises(BadRequest, match="Invalid input"):
        decode_json(content, Old)


def test_a_body_that_is_nested_without_end_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match="not valid JSON"):
        decode_json(b"[" * 100_000, object)
