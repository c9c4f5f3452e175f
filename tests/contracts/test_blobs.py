"""What a place for blobs promises, tried by random sequences of calls, crashes and meddling with its files: bytes come
back as they were, a scan finds all that is whole and nothing else, and what is damaged is not taken for whole."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from altostratus.kernel.errors import Unavailable
from altostratus.services.objectstore.driver import BLOCK, HEADER, SMALL, Blob, Writing
from altostratus.services.objectstore.drivers.files import Files
from altostratus.services.objectstore.drivers.packs import MAGIC, record
from altostratus.services.objectstore.drivers.sums import is_sound

contents = st.one_of(
    st.binary(min_size=1, max_size=200),
    st.lists(st.sampled_from([MAGIC, MAGIC[:2], b"x" * 30]), min_size=1, max_size=9).map(b"".join),
    st.integers(SMALL - 40, SMALL).map(lambda size: (MAGIC * SMALL)[:size]),
)
sizes = st.lists(st.sampled_from([0, 3, 180_000, BLOCK, BLOCK + 7]), max_size=4)


class BlobsMachine(RuleBasedStateMachine):
    """A directory, and a model of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.kept: dict[str, tuple[Blob, bytes]] = {}
        self.broken: dict[str, Blob] = {}
        self.writing: dict[str, tuple[Writing, list[bytes]]] = {}
        self.left: dict[str, Writing] = {}
        self.packs: dict[str, None] = {}
        self.count = 0
        self.blobs, self.filling = self.open(), ""

    def teardown(self) -> None:
        for writing in [*(each for each, _ in self.writing.values()), *self.left.values()]:
            writing.close()
        shutil.rmtree(self.folder)

    def open(self) -> Files:
        return Files(self.folder, pack_bytes=1000)

    def new_id(self) -> str:
        self.count += 1
        return f"{self.count * 0x0123_4567_89AB_CDEF_0123_4567_89AB:032x}"

    def small(self) -> list[Blob]:
        """In the order in which they came, which must not depend on the names of packs."""
        return [blob for blob, _ in self.kept.values() if blob.pack]

    def closed_packs(self) -> list[str]:
        return [pack for pack in self.packs if pack != self.filling]

    # -- what it is asked to do

    @rule()
    def crash(self) -> None:
        """What was being written is left behind."""
        self.left |= {blob_id: writing for blob_id, (writing, parts) in self.writing.items() if parts}
        self.writing.clear()
        self.blobs, self.filling = self.open(), ""

    @rule(batch=st.lists(contents, min_size=1, max_size=5))
    def append(self, batch: list[bytes]) -> None:
        named = [(self.new_id(), data) for data in batch]
        for blob, (blob_id, data) in zip(self.blobs.append(named), named, strict=True):
            assert (blob.id, blob.size) == (blob_id, len(data))
            self.kept[blob_id] = blob, data
            self.filling = str(blob.pack)
            self.packs[self.filling] = None

    @rule()
    def begin(self) -> None:
        blob_id = self.new_id()
        self.writing[blob_id] = self.blobs.begin(blob_id), []

    @precondition(lambda self: self.writing)
    @rule(data=st.data(), more=sizes)
    def write(self, data: st.DataObject, more: list[int]) -> None:
        writing, parts = self.writing[data.draw(st.sampled_from(sorted(self.writing)))]
        for size in more:
            parts.append((b"%d" % len(parts) * size)[:size])
            writing.write(parts[-1])

    @precondition(lambda self: self.writing)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        blob_id = data.draw(st.sampled_from(sorted(self.writing)))
        writing, parts = self.writing.pop(blob_id)
        blob, content = writing.finish(), b"".join(parts)
        writing.close()
        assert (blob.id, blob.size, blob.pack) == (blob_id, len(content), None)
        self.kept[blob_id] = blob, content

    @precondition(lambda self: self.writing)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        writing, _ = self.writing.pop(data.draw(st.sampled_from(sorted(self.writing))))
        for _ in range(2):
            writing.close()
        with pytest.raises(Unavailable):
            writing.write(b"late")
        with pytest.raises(Unavailable):
            writing.finish()

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        large = sorted(blob.id for blob, _ in self.kept.values() if blob.pack is None)
        blob_id = data.draw(st.sampled_from([*large, *sorted(self.left), "00" * 16]))
        self.blobs.remove(blob_id)
        self.left.pop(blob_id, None)
        if blob_id in self.kept:
            blob, _ = self.kept.pop(blob_id)
            with pytest.raises(FileNotFoundError):
                self.blobs.read(blob, 0, 1)

    @precondition(lambda self: self.closed_packs())
    @rule(data=st.data())
    def remove_pack(self, data: st.DataObject) -> None:
        pack = data.draw(st.sampled_from(self.closed_packs()))
        for _ in range(2):
            self.blobs.remove_pack(pack)
        del self.packs[pack]
        gone = [blob for blob in [*self.small(), *self.broken.values()] if blob.pack == pack]
        for blob in gone:
            self.kept.pop(blob.id, None)
            self.broken.pop(blob.id, None)
            with pytest.raises(FileNotFoundError):
                self.blobs.read(blob, 0, 1)

    # -- what happens to its files

    @precondition(lambda self: self.small())
    @rule(data=st.data(), bit=st.integers(0, 7))
    def flip(self, data: st.DataObject, bit: int) -> None:
        blob = data.draw(st.sampled_from(self.small()))
        at = data.draw(st.integers(blob.offset - HEADER, blob.offset + blob.size - 1))
        with (self.folder / "packs" / str(blob.pack)).open("r+b") as file:
            file.seek(at)
            (byte,) = file.read(1)
            file.seek(at)
            file.write(bytes([byte ^ 1 << bit]))
        self.kept.pop(blob.id)
        if at >= blob.offset:
            self.broken[blob.id] = blob

    @precondition(lambda self: self.closed_packs())
    @rule(data=st.data())
    def cut(self, data: st.DataObject) -> None:
        pack = data.draw(st.sampled_from(self.closed_packs()))
        path = self.folder / "packs" / pack
        size = data.draw(st.integers(0, path.stat().st_size))
        with path.open("r+b") as file:
            file.truncate(size)
        for blob in self.small():
            if blob.pack == pack and blob.offset + blob.size > size:
                self.kept.pop(blob.id)
                self.broken[blob.id] = blob

    @precondition(lambda self: self.closed_packs())
    @rule(data=st.data(), content=contents)
    def tear(self, data: st.DataObject, content: bytes) -> None:
        """A record that did not come to its end, as a power cut leaves one."""
        whole, _ = record(self.new_id(), content)
        with (self.folder / "packs" / data.draw(st.sampled_from(self.closed_packs()))).open("ab") as file:
            file.write(whole[: data.draw(st.integers(0, len(whole) - 1))])

    # -- what it answers

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        blob, content = self.kept[data.draw(st.sampled_from(sorted(self.kept)))]
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, len(content) + 5))
        assert self.blobs.read(blob, start, length) == content[start : start + length]
        assert self.blobs.read_at_once(blob) in (None, content)
        whole = self.blobs.read(blob, 0, blob.size)
        assert is_sound(blob.sums, 0, whole)

    @precondition(lambda self: self.broken)
    @rule()
    def read_broken(self) -> None:
        for blob in self.broken.values():
            found = self.blobs.read(blob, 0, blob.size)
            assert len(found) < blob.size or not is_sound(blob.sums, 0, found)

    @rule()
    def scan(self) -> None:
        for pack in self.packs:
            assert list(self.blobs.scan(pack)) == [blob for blob in self.small() if blob.pack == pack]

    @rule()
    def listed(self) -> None:
        large = {blob.id: blob.size for blob, _ in self.kept.values() if blob.pack is None}
        found = {each.name: each.size for each in self.blobs.large()}
        begun = {blob_id for blob_id, (_, parts) in self.writing.items() if parts}
        assert found.keys() == large.keys() | self.left.keys() | begun
        assert large.items() <= found.items()
        assert {each.name for each in self.blobs.packs()} == set(self.closed_packs())


TestFiles = BlobsMachine.TestCase
TestFiles.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
