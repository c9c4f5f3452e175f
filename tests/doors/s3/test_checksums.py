"""Checksums against the libraries' own, their known values, and what botocore computes."""

from itertools import pairwise
from typing import Any

import pytest
from botocore.httpchecksum import (
    CrtCrc32cChecksum,
    CrtCrc32Checksum,
    CrtCrc64NvmeChecksum,
    Sha1Checksum,
    Sha256Checksum,
)
from hypothesis import given
from hypothesis import strategies as st

from altostratus.doors.s3.checksums import (
    Algorithm,
    ChecksumType,
    Expected,
    algorithm_named,
    announced,
    checksum,
    composite,
    expected_of,
    from_text,
    full_object,
    hasher,
    to_text,
    type_of,
)
from altostratus.doors.s3.errors import S3Error

BOTOCORE = {
    Algorithm.CRC32: CrtCrc32Checksum,
    Algorithm.CRC32C: CrtCrc32cChecksum,
    Algorithm.CRC64NVME: CrtCrc64NvmeChecksum,
    Algorithm.SHA1: Sha1Checksum,
    Algorithm.SHA256: Sha256Checksum,
}
CRCS = [Algorithm.CRC32, Algorithm.CRC32C, Algorithm.CRC64NVME]
KNOWN = {Algorithm.CRC32: 0xCBF43926, Algorithm.CRC32C: 0xE3069283, Algorithm.CRC64NVME: 0xAE8B14860A799888}


@pytest.mark.parametrize("algorithm", Algorithm)
@given(pieces=st.lists(st.binary(max_size=50), max_size=5))
def test_the_same_as_botocore(algorithm: Algorithm, pieces: list[bytes]) -> None:
    found = hasher(algorithm)
    for piece in pieces:
        found.update(piece)
    assert to_text(found.digest()) == BOTOCORE[algorithm]().handle(b"".join(pieces))
    assert from_text(algorithm, to_text(found.digest())) == found.digest()


@pytest.mark.parametrize("algorithm", CRCS)
def test_the_catalogued_check_values(algorithm: Algorithm) -> None:
    assert int.from_bytes(checksum(algorithm, b"123456789"), "big") == KNOWN[algorithm]


@pytest.mark.parametrize("algorithm", CRCS)
@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=5))
def test_parts_put_together_are_the_whole(algorithm: Algorithm, data: bytes, cuts: list[int]) -> None:
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[a:b] for a, b in pairwise(edges)] or [b""]
    parts = [(checksum(algorithm, piece), len(piece)) for piece in pieces]
    assert full_object(algorithm, parts) == to_text(checksum(algorithm, data))


@pytest.mark.parametrize("algorithm", CRCS)
def test_long_parts(algorithm: Algorithm) -> None:
    size = 5 << 20
    parts = [(checksum(algorithm, letter * size), size) for letter in (b"a", b"b")]
    whole = checksum(algorithm, b"a" * size + b"b" * size)
    assert full_object(algorithm, parts) == to_text(whole)


def test_a_composite_counts_its_parts() -> None:
    parts = [checksum(Algorithm.SHA256, piece) for piece in (b"a", b"b")]
    value, _, count = composite(Algorithm.SHA256, parts).rpartition("-")
    assert (value, count) == (to_text(checksum(Algorithm.SHA256, b"".join(parts))), "2")


def test_names() -> None:
    assert Algorithm.CRC64NVME.header == "x-amz-checksum-crc64nvme"
    assert Algorithm.CRC64NVME.element == "ChecksumCRC64NVME"
    assert algorithm_named("crc32c") is Algorithm.CRC32C
    assert algorithm_named(None) is None


def test_what_a_request_asks_for() -> None:
    text = to_text(checksum(Algorithm.CRC32, b"hello"))
    digest = from_text(Algorithm.CRC32, text)
    both = {"x-amz-checksum-crc32": text, "x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-checksum-mode": "ENABLED"}
    assert expected_of({}) is None
    assert expected_of(both) == Expected(Algorithm.CRC32, digest)
    assert expected_of({"x-amz-sdk-checksum-algorithm": "SHA1"}) == Expected(Algorithm.SHA1)
    assert expected_of({"x-amz-trailer": "x-amz-checksum-sha1"}) == Expected(Algorithm.SHA1, trailer=True)
    assert announced({"x-amz-trailer": " A, x-amz-checksum-sha1,"}.get) == {"a", "x-amz-checksum-sha1"}


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amz-checksum-crc32": "!"},
        {"x-amz-checksum-crc32": "AAAA"},
        {"x-amz-checksum-crc32": ""},
        {"x-amz-checksum-md4": "AAAA"},
        {"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-crc32c": "AAAAAA=="},
        {"x-amz-checksum-crc32": "AAAAAA==", "x-amz-trailer": "x-amz-checksum-crc32"},
        {"x-amz-checksum-crc32": "AAAAAA==", "x-amz-sdk-checksum-algorithm": "SHA1"},
        {"x-amz-sdk-checksum-algorithm": "MD5"},
        {"x-amz-trailer": "x-amz-checksum-md4"},
    ],
    ids=str,
)
def test_requests_that_ask_wrongly(headers: dict[str, str]) -> None:
    with pytest.raises(S3Error) as caught:
        expected_of(headers)
    assert (caught.value.code, caught.value.status) == ("InvalidRequest", 400)


def test_a_body_is_checked() -> None:
    digest = checksum(Algorithm.CRC32, b"hello")
    trailers = {Algorithm.CRC32.header: to_text(digest)}
    good = [(Expected(Algorithm.CRC32, digest), {}), (Expected(Algorithm.CRC32), {})]
    good.append((Expected(Algorithm.CRC32, trailer=True), trailers))
    for expected, given_trailers in good:
        expected.check(digest, given_trailers)
    for expected, given_trailers, code in [
        (Expected(Algorithm.CRC32, digest), {}, "BadDigest"),
        (Expected(Algorithm.CRC32, trailer=True), trailers, "BadDigest"),
        (Expected(Algorithm.CRC32, trailer=True), {}, "InvalidRequest"),
    ]:
        with pytest.raises(S3Error) as caught:
            expected.check(b"1234", given_trailers)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("algorithm", "text", "found"),
    [
        (Algorithm.CRC32, None, ChecksumType.COMPOSITE),
        (Algorithm.CRC32, "FULL_OBJECT", ChecksumType.FULL_OBJECT),
        (Algorithm.CRC64NVME, None, ChecksumType.FULL_OBJECT),
        (Algorithm.SHA256, "composite", ChecksumType.COMPOSITE),
        (Algorithm.CRC64NVME, "COMPOSITE", None),
        (Algorithm.SHA1, "FULL_OBJECT", None),
        (Algorithm.SHA1, "other", None),
    ],
)
def test_types(algorithm: Algorithm, text: Any, found: ChecksumType | None) -> None:
    if found:
        assert type_of(algorithm, text) is found
        return
    with pytest.raises(S3Error) as caught:
        type_of(algorithm, text)
    assert caught.value.code == "InvalidRequest"
