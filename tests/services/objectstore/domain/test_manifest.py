"""Manifests of any JSON, and of none."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.kernel.errors import BadRequest
from altostratus.services.objectstore.domain.manifest import Manifest, Segment, asked_manifest, stored_manifest

ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
ODD = st.sampled_from(["", "/", "c/o", "//c//o", "0-", "-1", "5-2", "a,b"])
ENTRY = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("path", "data", "etag", "size_bytes", "range", "more"), ODD | ANY)
)


@given(st.lists(ENTRY | ANY, max_size=4) | ANY)
def test_any_json_is_a_manifest_or_a_bad_request(value: object) -> None:
    with contextlib.suppress(BadRequest):
        for asked in asked_manifest(msgspec.json.encode(value), "c/itself"):
            assert bool(asked.data) != bool(asked.path)


@given(st.binary(max_size=100))
def test_any_bytes_are_a_manifest_or_a_bad_request(body: bytes) -> None:
    with contextlib.suppress(BadRequest):
        assert asked_manifest(body, "c/itself") == []


@given(
    st.lists(
        st.builds(
            Segment,
            name=st.text(min_size=1),
            bytes=st.integers(0, 2**60),
            hash=st.text(),
            range=st.sampled_from(["", "0-4"]),
            sub_slo=st.booleans(),
        )
        | st.just(Segment(data="aGVsbG8="))
    )
)
def test_what_is_kept_is_read_again(segments: list[Segment]) -> None:
    made = Manifest(tuple(segments))
    again = stored_manifest(made.kept())
    assert (again, again.size, again.etag) == (made, made.size, made.etag)


def test_not_more_is_said_to_be_wrong_than_a_manifest_may_have() -> None:
    with pytest.raises(BadRequest) as caught:
        asked_manifest(b"[" + b"1," * 10_000 + b"1]", "c/itself")
    assert caught.value.message.splitlines()[-1] == "Index 999: not a JSON object"
