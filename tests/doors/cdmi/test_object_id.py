"""Object IDs: their form is the specification's, and what is not ours is nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.doors.cdmi.object_id import Kind, crc16, read_id, root_id, write_id


def test_the_sum_is_that_of_the_specification() -> None:
    assert crc16(b"123456789") == 0xBB3D


@pytest.mark.parametrize(
    "example",
    ["00007ED90010D891022876A8DE0BC0FD", "00007E7F00102E230ED82694DAA975D2", "00006FFD0010AA33D8CEF9711E0835CA"],
)
def test_the_sum_is_that_of_the_examples(example: str) -> None:
    raw = bytes.fromhex(example)
    assert crc16(raw[:6] + b"\0\0" + raw[8:]) == int.from_bytes(raw[6:8], "big")
    assert read_id(example) is None  # another enterprise's


@given(st.sampled_from(Kind), st.integers(0, (1 << 56) - 1))
def test_what_is_written_is_read(kind: Kind, number: int) -> None:
    text = write_id(kind, number)
    raw = bytes.fromhex(text)
    assert raw[:5] == bytes(5)
    assert raw[5] == len(raw) == 16
    assert read_id(text) == read_id(text.lower()) == (kind, number)


@given(st.text(max_size=40) | st.binary(min_size=16, max_size=16).map(bytes.hex))
def test_nothing_else_is_read(text: str) -> None:
    found = read_id(text)
    assert found is None or write_id(*found) == text.upper()


def test_one_changed_digit_is_noticed() -> None:
    text = write_id(Kind.OBJECT, 5)
    changed = [text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :] for at in range(len(text))]
    assert [read_id(each) for each in changed] == [None] * len(text)


def test_roots_differ() -> None:
    assert root_id("AUTH_a") != root_id("AUTH_b")
