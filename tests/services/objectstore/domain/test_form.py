"""Forms in pieces of any size, whole or broken."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.services.objectstore.domain.form import LONGEST_HEAD, BadForm, Form, read_header

Parts = list[tuple[str, str, bytes]]
WORDS = st.text(st.characters(categories=["L", "N"]), max_size=10)
DATA = st.one_of(st.binary(max_size=300), st.lists(st.sampled_from([b"\r\n", b"--", b"BB", b"-", b"x"])).map(b"".join))
TOKENS = [b"--BB", b"\r\n", b"--", b"a: b", b";"]
PARTS = st.lists(st.tuples(WORDS, WORDS, DATA), max_size=5)


def form(parts: Parts) -> bytes:
    head = '--BB\r\nContent-Disposition: form-data; name="{}"; filename="{}"\r\nContent-Type: a/b\r\n\r\n'
    return b"".join(head.format(name, file).encode() + data + b"\r\n" for name, file, data in parts) + b"--BB--\r\n"


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


def read(body: bytes, size: int) -> Parts:
    async def all_of() -> Parts:
        found, made = [], Form(pieces(body, size), "BB")
        async for part in made.fields():
            found.append((part.name, part.filename, b"".join([chunk async for chunk in made.data()])))
        return found

    return asyncio.run(all_of())


@given(PARTS, st.integers(1, 400))
def test_what_was_sent_is_read(parts: Parts, size: int) -> None:
    wanted = [part for part in parts if b"\r\n--BB" not in b"\r\n" + part[2]]
    assert read(form(wanted), size) == wanted


@given(PARTS, st.integers(0, 3000), st.integers(1, 50))
def test_cut_anywhere(parts: Parts, cut: int, size: int) -> None:
    body = form([part for part in parts if b"BB" not in part[2]]).removesuffix(b"\r\n")
    with pytest.raises(BadForm):
        read(body[: min(cut, len(body) - 1)], size)


@given(st.binary(max_size=500) | st.lists(st.sampled_from(TOKENS)).map(b"".join))
def test_anything_else(body: bytes) -> None:
    with contextlib.suppress(BadForm):
        assert sum(len(data) for _, _, data in read(body, 7)) <= len(body)


def test_heads_are_bounded() -> None:
    with pytest.raises(BadForm, match="too long"):
        read(b"--BB\r\n" + b"x" * LONGEST_HEAD * 2, 1000)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Multipart/Form-Data; Boundary=x", ("multipart/form-data", {"boundary": "x"})),
        ('form-data; name="a b"; filename="c;d.txt"', ("form-data", {"name": "a b", "filename": "c;d.txt"})),
        ("", ("", {})),
        (';;= ; x="', ("", {})),
    ],
)
def test_headers(value: str, expected: tuple[str, dict[str, str]]) -> None:
    assert read_header(value) == expected
