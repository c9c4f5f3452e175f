"""Archives cut anywhere, in pieces of any size, whole or broken: what tarfile reads of them, or a fault."""

import asyncio
import bz2
import contextlib
import gzip
import io
import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.kernel.errors import TooLarge
from altostratus.services.objectstore.domain.tar import LONGEST_HEADER, Archive, BadArchive, pax_records
from altostratus.services.objectstore.domain.unpack import unpacked

FORMS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=300)
FILES = st.lists(st.tuples(NAMES, st.binary(max_size=2000)), max_size=5)
Read = list[tuple[str, bytes]]


def archive(files: Read, form: int, **more: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as made:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size, info.pax_headers = len(data), more
            made.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def expected(body: bytes) -> Read:
    with tarfile.open(fileobj=io.BytesIO(body)) as made:
        return [(info.name, made.extractfile(info).read()) for info in made if info.isfile()]  # type: ignore[union-attr]


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def inline(call: Callable[[bytes], bytes], data: bytes) -> bytes:
    return call(data)


def read(body: bytes, size: int, kind: str = "tar", run: Callable[..., Awaitable[bytes]] = inline) -> Read:
    async def all_of() -> Read:
        found, made = [], Archive(unpacked(kind, pieces(body, size), run))
        async for entry in made.files():
            data = b"".join([chunk async for chunk in made.data()])
            assert len(data) == entry.size
            found.append((entry.name, data))
        return found

    return asyncio.run(all_of())


@given(FILES, st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]), st.integers(1, 5000))
def test_as_tarfile_reads_it(files: Read, form: int, size: int) -> None:
    body = archive(files, form)
    wanted = expected(body)
    assert read(body, size) == wanted
    for kind, pack in (("tar.gz", gzip.compress), ("tar.bz2", bz2.compress)):
        assert read(pack(body), size, kind) == wanted


@given(FILES, st.sampled_from(FORMS[1:]), st.integers(0, 20_000), st.sampled_from(["tar", "tar.gz", "tar.bz2"]))
def test_cut_anywhere(files: Read, form: int, cut: int, kind: str) -> None:
    body = archive(files, form)
    packed = {"tar": body, "tar.gz": gzip.compress(body), "tar.bz2": bz2.compress(body)}[kind]
    wanted = expected(body)
    try:
        found = read(packed[:cut], 512, kind)
    except BadArchive:
        return
    assert found == wanted[: len(found)]


@given(FILES, st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=8), st.sampled_from(FORMS[1:]))
def test_broken_anywhere(files: Read, changes: list[tuple[int, int]], form: int) -> None:
    body = bytearray(archive(files, form, comment="x" * 50))
    for at, value in changes:
        body[at % len(body)] = value
    for packed, kind in ((bytes(body), "tar"), (bytes(gzip.compress(bytes(body))), "tar.gz")):
        with contextlib.suppress(BadArchive, TooLarge):  # and nothing else
            assert all(len(data) <= len(body) for _, data in read(packed, 777, kind))


@given(st.binary(max_size=3000), st.sampled_from(["tar", "tar.gz", "tar.bz2"]))
def test_anything_else(body: bytes, kind: str) -> None:
    with contextlib.suppress(BadArchive):
        assert read(body, 100, kind) == []


@given(st.binary(max_size=200))
def test_records_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(BadArchive):
        assert sum(len(key) + len(value) for key, value in pax_records(body).items()) <= len(body)


def test_a_header_is_not_longer_than_it_may_be() -> None:
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, LONGEST_HEADER + 1
    with pytest.raises(BadArchive, match="too long"):
        read(info.tobuf(), 512)


def test_what_is_not_a_file_is_passed_over() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        for name, kind in (("dir", tarfile.DIRTYPE), ("link", tarfile.SYMTYPE), ("dev", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            made.addfile(info)
        made.addfile(tarfile.TarInfo("file"))
    assert read(buffer.getvalue(), 512) == [("file", b"")]


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_headers_are_not_longer_together_than_one_may_be(kind: bytes) -> None:
    def header(key: str) -> bytes:
        record = b"500010 %s=%s\n" % (key.encode(), b"x" * (500_000 - len(key) + 1))
        info = tarfile.TarInfo("././@PaxHeader")
        info.type, info.size = kind, len(record)
        return info.tobuf() + record + bytes(-len(record) % tarfile.BLOCKSIZE)

    file = tarfile.TarInfo("file").tobuf()
    assert read(header("a") + header("b") + file, 4096) == [("file", b"")]
    with pytest.raises(BadArchive, match="too many headers"):
        read(header("a") + header("b") + header("c") + file, 4096)
