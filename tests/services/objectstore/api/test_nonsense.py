"""Whatever is asked, no answer is a fault of ours."""

import asyncio
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.objectstore.cloud import ObjectCloud

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "COPY", "OPTIONS")
PLACES = (
    "",
    "/",
    "/box",
    "/box/",
    "/box/o",
    "/box/link",
    "/box//",
    "/box/..",
    "/%2e%2e/o",
    "/box/%F0%9F%A6%8A",
    "/%FF",
    "/n" * 200,
)
QUERIES = ("versions", "version-id", "version_marker", "format", "limit", "marker", "end_marker", "prefix", "delimiter")
QUERIES += ("path", "reverse", "symlink", "multipart-manifest", "bulk-delete", "extract-archive", "temp_url_sig")
HEADERS = ("Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Accept", "Content-Type")
HEADERS += ("Destination", "Destination-Account", "X-Copy-From", "X-Copy-From-Account", "ETag", "Content-Length")
HEADERS += ("X-Symlink-Target", "X-Symlink-Target-Account", "X-Symlink-Target-Etag", "X-Object-Manifest", "Referer")
HEADERS += ("X-Versions-Location", "X-History-Location", "X-Versions-Enabled", "X-Container-Read", "X-Container-Write")
HEADERS += ("X-Container-Meta-Quota-Bytes", "X-Account-Quota-Bytes", "X-Delete-At", "X-Delete-After", "X-Web-Mode")
HEADERS += ("X-Object-Meta-A", "X-Container-Meta-Web-Index", "X-Container-Meta-Web-Listings", "X-Fresh-Metadata")
VALUES = (
    "",
    "0",
    "1",
    "-1",
    "9" * 25,
    "1.5",
    "nan",
    "true",
    "false",
    "null",
    "box",
    "box/o",
    "/box/link",
    "a/b",
    "AUTH_mine",
)
VALUES += (
    "*",
    '"',
    "W/",
    "bytes=0-",
    "bytes=9-1",
    "bytes=0-0,-1",
    "bytes=-99999999999999999999",
    "text/xml;q=9,*/*;q=x",
)
VALUES += (
    "é🦊",
    "%FF",
    "%00",
    "..%2F..",
    ".r:*,.rlistings",
    ".r:[",
    "Thu, 01 Jan 99999 00:00:00 GMT",
    "\x01",
    "٣",
    "x" * 300,
)
values = st.one_of(st.sampled_from(VALUES), st.binary(max_size=6).filter(lambda value: not set(value) & {0, 10, 13}))
asked = st.tuples(
    st.sampled_from(METHODS),
    st.sampled_from(PLACES),
    st.dictionaries(st.sampled_from(QUERIES), st.sampled_from(VALUES), max_size=2),
    st.dictionaries(st.sampled_from(HEADERS), values, max_size=3),
    st.sampled_from([b"", b"", b"x", b"[{}]"]),
    st.sampled_from(["member", "member", "reseller", "other", None]),
)


def test_no_request_is_a_fault_of_ours(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        cloud = ObjectCloud(tmp_path)

        @settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
        @given(asked)
        def ask(request: tuple[str, str, dict[str, str], dict[str, str | bytes], bytes, str | None]) -> None:
            method, place, query, headers, body, who = request
            text = "&".join(f"{name}={value}" for name, value in query.items())
            answer = runner.run(cloud.ask(method, f"~{place}?{text}", body, headers=headers, by=who))
            assert 200 <= answer.status < 500, request
            assert answer.body == b"" or method != "HEAD"

        for path in ("~/box", "~/box/o"):
            runner.run(cloud.put(path))
        runner.run(cloud.put("~/box/link", headers={"X-Symlink-Target": "box/o"}))
        ask()
        cloud.cloud.objects.close()
        cloud.cloud.db.close()
