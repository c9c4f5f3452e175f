"""Requests of any kind for the S3 door."""

from hypothesis import strategies as st

from tests.doors.fuzz.cloud import Headers, Request
from tests.doors.fuzz.odd import headers_of, query_of
from tests.doors.fuzz.s3_bodies import chunked, documents, forms
from tests.doors.fuzz.s3_signed import KEYS, MODES, Draft
from tests.doors.fuzz.s3_words import HEADERS, METHODS, PARAMETERS, SEALING, USUAL, WELL_KNOWN, places


def _draft(method: str, place: bytes, query: bytes, headers: Headers, data: bytes, by: str, mode: str) -> Draft:
    hosted = any(name == b"host" and value.endswith(b"s3.localhost") for name, value in headers)
    target = (place.removeprefix(b"/box") or b"/") if hosted else b"/s3" + place
    return Draft(Request(method, target + (b"?" + query if query else b""), headers, data, by), mode)


bodies = st.sampled_from((b"", b"0123456789", b"x" * 70_000)) | st.binary(max_size=20)
plain = st.builds(
    _draft,
    st.sampled_from(METHODS),
    places,
    st.sampled_from(WELL_KNOWN) | query_of(PARAMETERS),
    USUAL | USUAL | headers_of(HEADERS) | st.just(SEALING),
    bodies,
    KEYS,
    st.sampled_from(MODES),
)

requests = plain | plain | documents | documents | chunked | forms


def start() -> list[Draft]:
    """Buckets with an object each, one of them sealed, one in a bucket that may lock them, and an upload."""
    lock: Headers = ((b"x-amz-bucket-object-lock-enabled", b"true"),)
    made = [("PUT", b"/box", (), b""), ("PUT", b"/locked", lock, b"")]
    made += [
        ("PUT", b"/box/o", (), b"0123456789"),
        ("PUT", b"/box/sealed", SEALING, b"x" * 100),
        ("PUT", b"/locked/o", (), b"x"),
    ]
    made += [("POST", b"/box/part?uploads", (), b"")]
    return [Draft(Request(method, b"/s3" + place, headers, data, "mine")) for method, place, headers, data in made]
