"""What clients should not send, and can: names, numbers, dates, headers, and mistakes in documents."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

NAMES = (
    b"o", b"a/b", b"a/", b"/", b"//", b".", b"..", b"../../etc/passwd", b"%2e%2e%2fetc", b"%2e%2e/%2e%2e/x", b"%00",
    b"a%00b", b"%0d%0aX-Evil:%201", b"%01", b"%7f", b"%C2%85", b"%ff", b"%c0%ae%c0%ae", b"%ED%A0%80", b"%EF%BF%BF",
    b"%F0%9F%A6%8A", b"%C3%A9", b"e%CC%81", b"%E2%84%AA", b"%", b"%zz", b"%2", b"a+b", b"a%20b", b"a%25b", b"~", b"*",
    b"'\"", b"a&b=c", b"a;b", b":", b"\xc3\xa9", b"\xff", b"x" * 300, b"x" * 1024, b"x" * 1025, b"%C3%A9" * 513,
    b"o.part", b".tmp", b"files", b"packs/x", b"data:text/html%0d%0aX-Evil:1,x", b"data:a/b;c,", b"cdmi_objectid",
    b"cdmi_capabilities/", b"003fox/1795218064.83115", b"a.tar.gz", b"</Key><Key>", b"]]>", b"%3c%26",
)  # fmt: skip
TEXTS = (
    b"", b"0", b"1", b"-1", b"+1", b"1.5", b"nan", b"inf", b"1e9", b"9" * 10, b"9" * 18, b"9" * 25, b"9" * 5000,
    b"0x10", b" 1", b"1,1", b"true", b"false", b"TRUE", b"null", b"None", b"*", b'"', b'""', b'"x"', b"W/", b'W/"*"',
    b"x", b"a/b", b"/a/b", b"c/o", b"box/o", b"box", b"/", b"a=b", b"a=b&a=b", b"a=%00", b"%", b"%FF", b"%00",
    b"%0d%0a", b"..", b"\xc3\xa9\xf0\x9f\xa6\x8a", b"\xff", b"\xed\xa0\x80", b"\xd9\xa3", b"\xc2\xb2", b"\t", b"a\tb",
    b",", b";", b"=", b",,;;==", b"x" * 300, b"x" * 3000, b"STANDARD", b"GLACIER", b"REPLACE", b"COPY", b"private",
    b"public-read", b"AES256", b"ON", b"GOVERNANCE", b"COMPLIANCE", b"url", b"enabled", b"{}", b"[]", b"AUTH_mine",
    b"AUTH_theirs", b"mine", b"id=mine", b'uri="x"', b"id=\"\"", b"..%2F..", b"<x>&amp;", b"http://a.example/?q",
)  # fmt: skip
DATES = (
    b"Fri, 24 May 2013 00:00:00 GMT", b"Fri, 24 May 2113 00:00:00 GMT", b"Thu, 01 Jan 99999 00:00:00 GMT",
    b"20130524T000000Z", b"Thu, 01 Jan 99999999999999999999 00:00:00 GMT", b"Fri, 24 May 2013 99:99:99 GMT",
    b"Fri, 24 May 2013 00:00:00 +9999", b"Mon, 01 Jan 0001 00:00:00 +2359", b"Fri, 31 Dec 9999 23:59:59 -2359",
    b"2013-05-24", b"2113-05-24T00:00:00Z", b"9999-12-31T23:59:59-23:59", b"2113-05-24T00:00:00.123456789+05:30",
    b"0001-01-01T00:00:00+23:59", b"1", b"Fri", b",", b"0 0 0",
)  # fmt: skip
RANGES = (
    b"bytes=0-", b"bytes=0-0", b"bytes=-1", b"bytes=-0", b"bytes=9-1", b"bytes=5-99999", b"bytes=99-", b"bytes=0-0,-1",
    b"bytes=", b"bytes", b"bytes=-99999999999999999999", b"bytes=0-99999999999999999999", b"bytes= 0 - 1",
    b"bytes=x-y", b"lines=0-1", b"bytes=0-1-2", b"bytes=" + b",".join([b"0-0"] * 60), b"bytes=\xd9\xa3-\xd9\xa4",
    b"bytes 0-1/*", b"bytes 2-2/3", b"bytes */3", b"bytes=0-1,",
)  # fmt: skip
_UNSENT = re.compile(rb"[^\t\x20-\x7e\x80-\xff]")
"""No server takes these in the value of a header."""

names = st.sampled_from(NAMES) | st.binary(max_size=12).map(lambda raw: b"".join(b"%%%02x" % byte for byte in raw))
texts = st.sampled_from(TEXTS) | st.binary(max_size=8)
dates, ranges = st.sampled_from(DATES), st.sampled_from(RANGES)
values = (texts | texts | dates | ranges | names).map(lambda value: _UNSENT.sub(b"", value).strip(b" \t"))
parameters = texts | names


def query_of(known: Sequence[bytes], most: int = 3) -> SearchStrategy[bytes]:
    """Some of these parameters, and sometimes another."""
    name = st.sampled_from(known) | st.sampled_from(known) | texts
    pair = st.builds(lambda name, value: name + b"=" + value, name, parameters) | name
    return st.lists(pair.map(_in_query), max_size=most).map(b"&".join)


def _in_query(text: bytes) -> bytes:
    """As a server lets it through: it has no blanks, no control characters, and no end of the query."""
    return re.sub(rb"[\x00-\x20#\x7f]", lambda found: b"%%%02x" % found[0][0], text)


def headers_of(known: Sequence[bytes], most: int = 4) -> SearchStrategy[tuple[tuple[bytes, bytes], ...]]:
    """Some of these headers, each with any value."""
    return st.lists(st.tuples(st.sampled_from(known), values), max_size=most, unique_by=lambda pair: pair[0]).map(tuple)


def said(**headers: Sequence[bytes]) -> SearchStrategy[tuple[tuple[bytes, bytes], ...]]:
    """Some headers with values that they may well have; `_` stands for a dash."""
    usual = {name.replace("_", "-").encode(): st.sampled_from(values) for name, values in headers.items()}
    pair = st.sampled_from(sorted(usual)).flatmap(
        lambda name: st.tuples(st.just(name), usual[name] | usual[name] | values)
    )
    return st.lists(pair, max_size=4, unique_by=lambda pair: pair[0]).map(tuple)


class Edit(NamedTuple):
    """At `place` (of 1000) of a document: `taken` bytes go, and `put` comes."""

    place: int
    taken: int
    put: bytes


def edits(put: Sequence[bytes], most: int = 3) -> SearchStrategy[list[Edit]]:
    """Mistakes; often none."""
    what = st.sampled_from(put) | st.binary(max_size=4)
    edit = st.builds(Edit, st.integers(0, 1000), st.sampled_from((0, 0, 1, 4, 100, 10_000)), what)
    return st.lists(edit, max_size=most)


def edited(document: bytes, changes: Sequence[Edit]) -> bytes:
    for place, taken, put in changes:
        at = len(document) * place // 1000
        document = document[:at] + put + document[at + taken :]
    return document


def cut(document: bytes, sizes: Sequence[int]) -> tuple[bytes, ...]:
    """As it may come from a connection: in pieces of these sizes, and the rest."""
    pieces = []
    for size in sizes:
        pieces.append(document[:size])
        document = document[size:]
    return (*pieces, document)


pieces = st.lists(st.sampled_from((0, 1, 2, 3, 10, 100, 511, 8192)), max_size=6)
"""Sizes for `cut`."""
