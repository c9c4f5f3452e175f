"""aws-chunked bodies: Amazon's examples, what botocore frames, every way to cut them, and what is wrong with others."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from hashlib import sha256

import pytest
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum
from hypothesis import given
from hypothesis import strategies as st

from altostratus.doors.s3.chunked import LONGEST_LINE, ChunkedBody
from altostratus.doors.s3.claim import Chain, Payload, PayloadKind, Scope
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.sigv4 import sign, signing_key
from tests.doors.s3.signing import SECRET

SCOPE = Scope("20130524", "us-east-1", "s3", "aws4_request")
KEY = signing_key(SECRET, SCOPE)
STAMP = "20130524T000000Z"
CRC = "x-amz-checksum-crc32c"
BODY = b"a" * 66560
SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
SIGNED = [
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
]
TRAILED_SEED = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"
TRAILED = [
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
]
TRAILER_SIGNATURE = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"


def framed(signatures: list[str], *pieces: bytes) -> bytes:
    """Chunks with these signatures, without what follows the last one's size."""
    whole = b""
    for piece, signature in zip((*pieces, b""), signatures, strict=True):
        whole += b"%x;chunk-signature=%s\r\n" % (len(piece), signature.encode()) + piece + (b"\r\n" if piece else b"")
    return whole


def signatures(*pieces: bytes, seed: str = SEED) -> list[str]:
    """The signatures of chunks, each over the one before it."""
    found, empty = [], sha256(b"").hexdigest()
    for piece in (*pieces, b""):
        parts = ("AWS4-HMAC-SHA256-PAYLOAD", STAMP, str(SCOPE), seed, empty, sha256(piece).hexdigest())
        seed = sign(KEY, "\n".join(parts))
        found.append(seed)
    return found


def signed(seed: str = SEED, length: int | None = None) -> ChunkedBody:
    return ChunkedBody(Payload(PayloadKind.SIGNED_CHUNKS, chain=Chain(seed, KEY, STAMP, str(SCOPE))), length)


def trailed(length: int | None = None) -> ChunkedBody:
    chain = Chain(TRAILED_SEED, KEY, STAMP, str(SCOPE))
    return ChunkedBody(Payload(PayloadKind.SIGNED_CHUNKS_TRAILER, chain=chain), length, frozenset({CRC}))


def unsigned(length: int | None = None, announced: frozenset[str] = frozenset({CRC})) -> ChunkedBody:
    return ChunkedBody(Payload(PayloadKind.UNSIGNED_CHUNKS_TRAILER), length, announced)


def decode(body: ChunkedBody, data: bytes, cut: Callable[[bytes], list[bytes]] = lambda data: [data]) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in cut(data):
            yield chunk

    async def run() -> bytes:
        return b"".join([piece async for piece in body.decode(chunks())])

    return asyncio.run(run())


def code(body: ChunkedBody, data: bytes) -> str:
    with pytest.raises(S3Error) as caught:
        decode(body, data)
    return caught.value.code


EXAMPLE = framed(SIGNED, BODY[:65536], BODY[65536:]) + b"\r\n"
TRAILED_EXAMPLE = (
    framed(TRAILED, BODY[:65536], BODY[65536:])
    + f"{CRC}:sOO8/Q==\r\nx-amz-trailer-signature:{TRAILER_SIGNATURE}\r\n\r\n".encode()
)
PLAIN = b"5\r\nhello\r\n0\r\n" + f"{CRC}: mnG7TA==\r\n\r\n".encode()


def test_amazons_example() -> None:
    assert decode(signed(length=len(BODY)), EXAMPLE) == BODY


@pytest.mark.parametrize("ending", [b"\r\n", b"\n\r\n"])
def test_amazons_example_with_a_trailer(ending: bytes) -> None:
    body = trailed(len(BODY))
    assert decode(body, TRAILED_EXAMPLE.replace(b"==\r\n", b"==" + ending)) == BODY
    assert body.trailers == {CRC: "sOO8/Q=="}


def test_what_botocore_frames() -> None:
    data = b"x" * 3_000_000
    wrapper = AwsChunkedWrapper(io.BytesIO(data), Crc32Checksum, "x-amz-checksum-crc32")
    body = unsigned(len(data), frozenset({"x-amz-checksum-crc32"}))
    assert decode(body, wrapper.read()) == data
    assert body.trailers == {"x-amz-checksum-crc32": Crc32Checksum().handle(data)}


@given(st.data())
def test_any_cut_gives_the_same(data: st.DataObject) -> None:
    pieces = [b"p" * 8192, data.draw(st.binary(min_size=1, max_size=50))]
    whole = framed(signatures(*pieces), *pieces) + b"\r\n"
    size = data.draw(st.integers(1, 40))
    offset = data.draw(st.integers(0, 40))
    cut = [whole[:offset], *(whole[at : at + size] for at in range(offset, len(whole), size))]
    assert decode(signed(), whole, lambda _: cut) == b"".join(pieces)
    small = unsigned()
    assert decode(small, PLAIN, lambda text: [text[at : at + size] for at in range(0, len(text), size)]) == b"hello"
    assert small.trailers == {CRC: "mnG7TA=="}


def test_empty_bodies_and_empty_lines_behind() -> None:
    assert decode(signed(length=0), framed(signatures()) + b"\r\n") == b""
    assert decode(unsigned(0, frozenset()), b"0\r\n\r\n") == b""
    assert decode(unsigned(), PLAIN + b"\r\n\r\n") == b"hello"


@given(st.integers(0, len(PLAIN) - 1))
def test_a_body_that_ends_early(length: int) -> None:
    assert code(unsigned(), PLAIN[:length]) == "IncompleteBody"


@given(st.integers(0, len(TRAILED_EXAMPLE) - 1))
def test_a_signed_body_that_ends_early(length: int) -> None:
    assert code(trailed(), TRAILED_EXAMPLE[:length]) == "IncompleteBody"


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_chunk_with_another_signature(at: int) -> None:
    others = [*SIGNED[:at], "0" * 64, *SIGNED[at + 1 :]]
    assert code(signed(), framed(others, BODY[:65536], BODY[65536:]) + b"\r\n") == "SignatureDoesNotMatch"


def test_chunks_whose_bytes_or_order_or_seed_are_others() -> None:
    assert code(signed(), EXAMPLE.replace(b"aaa", b"aab", 1)) == "SignatureDoesNotMatch"
    first, second = BODY[:8192], BODY[:8193]
    swapped = [signatures(first, second)[at] for at in (1, 0, 2)]
    assert code(signed(), framed(swapped, second, first) + b"\r\n") == "SignatureDoesNotMatch"
    assert code(signed("0" * 64), EXAMPLE) == "SignatureDoesNotMatch"
    assert code(signed(), b"5\r\nhello\r\n0\r\n\r\n") == "SignatureDoesNotMatch"


def test_only_the_last_signed_chunk_may_be_small() -> None:
    pieces = (b"a" * 8191, b"b" * 8192)
    assert code(signed(), framed(signatures(*pieces), *pieces) + b"\r\n") == "InvalidChunkSizeError"


@pytest.mark.parametrize(
    "trailers",
    [
        f"x-amz-checksum-sha1:a\r\nx-amz-trailer-signature:{TRAILER_SIGNATURE}\r\n\r\n",
        f"{CRC}:a\r\n{CRC}:a\r\nx-amz-trailer-signature:{TRAILER_SIGNATURE}\r\n\r\n",
        f"x-amz-trailer-signature:{TRAILER_SIGNATURE}\r\n\r\n",
        "nonsense\r\n\r\n",
        "\r\n",
        "x" * (LONGEST_LINE + 1) + "\r\n\r\n",
        "x" * (LONGEST_LINE + 9),
    ],
)
def test_trailers_that_are_malformed(trailers: str) -> None:
    data = framed(TRAILED, BODY[:65536], BODY[65536:]) + trailers.encode()
    assert code(trailed(), data) == "MalformedTrailerError"


@pytest.mark.parametrize(
    "trailers",
    [f"{CRC}:AAAAAA==\r\nx-amz-trailer-signature:{TRAILER_SIGNATURE}\r\n\r\n", f"{CRC}:sOO8/Q==\r\n\r\n"],
)
def test_trailers_with_another_signature(trailers: str) -> None:
    data = framed(TRAILED, BODY[:65536], BODY[65536:]) + trailers.encode()
    assert code(trailed(), data) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"hello", "IncompleteBody"),
        (b"hello\r\n", "InvalidRequest"),
        (b"-5\r\nhello\r\n0\r\n\r\n", "InvalidRequest"),
        (b"fffffffffffffffff\r\n", "InvalidRequest"),
        (b"ffffffffffffffff\r\n", "InvalidRequest"),
        (b"5" * (LONGEST_LINE + 9), "InvalidRequest"),
        (b"4\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (PLAIN + b"more", "InvalidRequest"),
        (b"0\r\nx-amz-checksum-sha1:a\r\n\r\n", "MalformedTrailerError"),
    ],
)
def test_frames_that_are_malformed(data: bytes, expected: str) -> None:
    assert code(unsigned(), data) == expected


@pytest.mark.parametrize("length", [0, 4, 6])
def test_a_length_that_is_wrong(length: int) -> None:
    assert code(unsigned(length), PLAIN) == "IncompleteBody"


@given(st.binary(max_size=200))
def test_anything_gets_an_answer(data: bytes) -> None:
    assert code(trailed(), data) in {"IncompleteBody", "InvalidRequest", "SignatureDoesNotMatch"}
