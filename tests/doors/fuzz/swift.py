"""Requests of any kind for Swift's door."""

import hmac
from urllib.parse import unquote_to_bytes

from hypothesis import strategies as st

from tests.doors.fuzz.cloud import SWIFT, Headers, Request
from tests.doors.fuzz.odd import headers_of, names, query_of
from tests.doors.fuzz.swift_bodies import LATE, archives, forms, manifests, removals
from tests.doors.fuzz.swift_words import (
    HEADERS,
    METHODS,
    PARAMETERS,
    PEOPLE,
    USUAL,
    WELL_KNOWN,
    bodies,
    places,
    request_of,
    roots,
)


def start() -> list[Request]:
    """What there is at first: objects of all kinds, and in `c` a key that signs."""
    keyed: Headers = ((b"x-container-meta-temp-url-key", b"key"),)
    return [
        request_of("PUT", b"/c", keyed),
        request_of("PUT", b"/old"),
        request_of("PUT", b"/c/o", body=b"0123456789"),
        request_of("PUT", b"/c/a/1", body=b"one"),
        request_of("PUT", b"/c/link", ((b"x-symlink-target", b"c/o"),)),
        request_of("PUT", b"/c/dlo", ((b"x-object-manifest", b"c/a"),)),
        request_of("PUT", b"/c/slo?multipart-manifest=put", body=b'[{"path": "c/o"}, {"path": "c/a/1"}]'),
    ]


def _plain(method: str, root: bytes, place: bytes, query: bytes, headers: Headers, body: bytes, by: str) -> Request:
    known = {name for name, _ in headers}
    token: Headers = ((b"x-auth-token", by.encode()),) if by and b"x-auth-token" not in known else ()
    return Request(method, root + place + (b"?" + query if query else b""), (*token, *headers), body)


plain = st.builds(
    _plain,
    st.sampled_from(METHODS),
    roots,
    places,
    st.sampled_from(WELL_KNOWN) | query_of(PARAMETERS),
    USUAL | USUAL | headers_of(HEADERS),
    bodies,
    PEOPLE,
)


def _temporary(
    method: str, place: bytes, query: bytes, headers: Headers, body: bytes, prefix: str | None, digest: str
) -> Request:
    """Signed with the key of `c`."""
    path = "/v1/AUTH_mine/" + unquote_to_bytes(place.removeprefix(b"/")).decode(errors="replace")
    signed = path if prefix is None else f"prefix:/v1/AUTH_mine/c/{prefix}"
    signature = hmac.new(b"key", f"{method}\n{LATE}\n{signed}".encode(), digest).hexdigest()
    said = f"temp_url_sig={signature}&temp_url_expires={LATE}" + (
        f"&temp_url_prefix={prefix}" if prefix is not None else ""
    )
    return Request(method, SWIFT + place + b"?" + said.encode() + b"&" + query, headers, body)


temporary = st.builds(
    _temporary,
    st.sampled_from(("GET", "GET", "HEAD", "PUT", "PUT", "POST", "DELETE")),
    st.builds(lambda name: b"/c/" + name, names | st.sampled_from((b"o", b"slo", b"dlo", b"link", b"new"))),
    query_of(PARAMETERS, most=2),
    USUAL,
    bodies,
    st.none() | st.sampled_from(("", "a", "o")),
    st.sampled_from(("sha1", "sha256", "sha512")),
)
requests = plain | plain | plain | removals | archives | forms | manifests | temporary
