"""What is encrypted by the block comes back, and what was changed does not."""

import pytest

from altostratus.services.objectstore.driver import BLOCK
from altostratus.services.objectstore.drivers.encryption import Changed, Encryption, decrypted

DATA = bytes(range(256)) * (BLOCK // 256 * 2) + b"the end"
BLOCKS = range(3)


def encrypted(*sizes: int) -> tuple[Encryption, bytes]:
    """DATA in pieces of these sizes, and then the rest."""
    made, at, pieces = Encryption(), 0, []
    for size in (*sizes, len(DATA)):
        pieces.append(made.update(DATA[at : at + size]))
        at += size
    return made, b"".join(pieces)


def block_of(data: bytes, number: int) -> bytes:
    return data[number * BLOCK : (number + 1) * BLOCK]


@pytest.mark.parametrize("sizes", [(), (1, BLOCK), (BLOCK,), (BLOCK - 1, 1, 1), (0, 2 * BLOCK)])
def test_each_block_comes_back_however_the_bytes_came(sizes: tuple[int, ...]) -> None:
    made, data = encrypted(*sizes)
    tags = made.tags()
    assert (len(data), len(tags)) == (len(DATA), 3 * 16)
    assert [decrypted(made.key, tags, each, block_of(data, each)) for each in BLOCKS] == [
        block_of(DATA, each) for each in BLOCKS
    ]
    assert all(block_of(data, each)[:16] != block_of(DATA, each)[:16] for each in BLOCKS)


def test_nothing_has_no_tags() -> None:
    made = Encryption()
    assert (made.update(b""), made.tags()) == (b"", b"")


def test_what_was_changed_is_refused() -> None:
    (made, data), other = encrypted(), Encryption()
    tags, block = made.tags(), block_of(data, 1)
    flipped = block[:5] + bytes([block[5] ^ 1]) + block[6:]
    wrong = [
        (made.key, tags, 1, flipped),
        (made.key, tags, 0, block),
        (made.key, tags[:16] + bytes(16) + tags[32:], 1, block),
        (made.key, tags, 1, block[:-1]),
        (other.key, tags, 1, block),
    ]
    for key, kept, number, changed in wrong:
        with pytest.raises(Changed):
            decrypted(key, kept, number, changed)


def test_no_two_keys_are_the_same() -> None:
    assert len({Encryption().key for _ in range(10)}) == 10
