"""Requests of any kind for CDMI's door."""

import msgspec
from hypothesis import strategies as st

from tests.doors.fuzz.cloud import Headers, Request
from tests.doors.fuzz.odd import RANGES, cut, edited, edits, headers_of, names, pieces, query_of, said
from tests.doors.fuzz.swift import PEOPLE

OBJECT, CONTAINER = b"application/cdmi-object", b"application/cdmi-container"
VERSION = (b"x-cdmi-specification-version", b"1.1.1")
FIELDS = (
    b"value",
    b"metadata",
    b"children",
    b"childrenrange",
    b"objectName",
    b"valuerange",
    b"parentID",
    b"objectID",
    b"mimetype",
    b"",
)
SPANS = (
    b"0-1",
    b"1-0",
    b"5-9",
    b"x",
    b"",
    b"0-999999999999999999",
    b"\xd9\xa3-\xd9\xa4",
    b"-1",
    b"1-",
    b"user",
    b"0-9999999999999999999",
)
HEADERS = (
    b"x-cdmi-specification-version", b"x-cdmi-partial", b"content-type", b"content-length", b"transfer-encoding",
    b"accept", b"range", b"content-range", b"if-match", b"if-none-match", b"if-modified-since", b"if-range",
    b"content-encoding", b"expect", b"origin",
)  # fmt: skip
USUAL = said(
    x_cdmi_specification_version=(b"1.1.1", b"1.1", b"1.0.2", b"1.0.2, 1.1.0"),
    content_type=(
        OBJECT,
        CONTAINER,
        b"application/cdmi-queue",
        b"text/plain",
        b"a/b;charset=utf-8",
        b"a/b;charset=\xff",
        b"\xc3\xa9",
    ),
    accept=(OBJECT, CONTAINER, b"*/*", b"text/plain", b",;"),
    range=RANGES,
    content_range=(b"bytes 0-1/*", b"bytes 2-2/3", b"bytes 20-21/*", b"bytes */3", b"bytes 99999999999-99999999999/*"),
    x_cdmi_partial=(b"true", b"false"),
    if_match=(b"*", b'"x"'),
    if_none_match=(b"*", b'W/"x", "y"'),
)
SPEAKING: tuple[Headers, ...] = (
    (VERSION, (b"content-type", OBJECT)),
    (VERSION, (b"content-type", CONTAINER)),
    (VERSION,),
    (),
)
PLACES = (
    b"/",
    b"/a/",
    b"/a/b/",
    b"/a/o",
    b"/a/o",
    b"/a/new",
    b"/a/b/c",
    b"/a/b",
    b"/new/",
    b"/cdmi_capabilities/",
    b"/cdmi_objectid/",
    b"",
)
places = (
    st.sampled_from(PLACES)
    | st.sampled_from(PLACES)
    | st.builds(lambda a, b, end: b"/" + a + b"/" + b + end, st.just(b"a") | names, names, st.sampled_from((b"", b"/")))
    | names.map(lambda name: b"/cdmi_objectid/" + name)
)
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_meta = st.dictionaries(
    st.sampled_from(("a", "A-b", "cdmi_size", "é", "", "a\r\nb", "x" * 200, "\0")),
    _json | st.sampled_from(("\r\nX-Evil: 1", "x" * 5000, "é\0")),
    max_size=3,
)
_body = st.fixed_dictionaries(
    {},
    optional={
        "mimetype": st.sampled_from(
            ("text/plain", "text/plain; charset=utf-8", "a/b\r\nX-Evil: 1", "a/b\x7f", "x", "", "é/é")
        )
        | _json,
        "metadata": _meta | _json,
        "valuetransferencoding": st.sampled_from(("utf-8", "base64", "json", 1)),
        "value": st.sampled_from(("", "YWI=", "YQ==", "text", "é\0")) | _json,
        "copy": st.just("/cdmi/a/o"),
    },
)
bodies = (
    st.builds(
        lambda said, wrong: edited(msgspec.json.encode(said), wrong),
        _body,
        edits(
            (b"{", b"[" * 3000, b'"', b"\\u0000", b"\\ud800", b"\xff", b"1e999", b"NaN", b"9" * 5000, b'"a":1,"a":2,'),
            most=1,
        ),
    )
    | st.binary(max_size=30)
    | st.just(b"")
)
queries = st.lists(
    st.sampled_from(FIELDS)
    | st.builds(lambda name, span: name + b":" + span, st.sampled_from(FIELDS), st.sampled_from(SPANS)),
    max_size=3,
).map(b";".join)


def _request(
    method: str, place: bytes, query: bytes, headers: Headers, more: Headers, body: bytes, by: str, sizes: list[int]
) -> Request:
    token: Headers = ((b"x-auth-token", by.encode()),) if by else ()
    own = {name for name, _ in headers}
    said = (*token, *headers, *((name, value) for name, value in more if name not in own))
    return Request(method, b"/cdmi" + place + (b"?" + query if query else b""), said, cut(body, sizes))


requests = st.builds(
    _request,
    st.sampled_from(("GET", "GET", "PUT", "PUT", "PUT", "HEAD", "DELETE", "POST", "PATCH", "OPTIONS")),
    places,
    queries | queries | query_of(FIELDS),
    st.sampled_from(SPEAKING),
    st.just(()) | USUAL | headers_of(HEADERS),
    bodies,
    PEOPLE,
    pieces,
)


def start() -> list[Request]:
    """A container in a container, and an object."""
    made = ((b"/a/", CONTAINER, b""), (b"/a/b/", CONTAINER, b""), (b"/a/o", OBJECT, b'{"value": "0123456789"}'))
    token = (b"x-auth-token", b"member")
    return [
        Request("PUT", b"/cdmi" + place, (token, VERSION, (b"content-type", kind)), data) for place, kind, data in made
    ]
