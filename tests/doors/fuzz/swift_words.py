"""What Swift's door knows: parameters, headers, places, people."""

from hypothesis import strategies as st

from tests.doors.fuzz.cloud import SWIFT, Headers, Request
from tests.doors.fuzz.odd import DATES, RANGES, names, said

PARAMETERS = (
    b"format", b"limit", b"marker", b"end_marker", b"prefix", b"delimiter", b"path", b"reverse", b"versions",
    b"version-id", b"version_marker", b"multipart-manifest", b"symlink", b"bulk-delete", b"extract-archive",
    b"temp_url_sig", b"temp_url_expires", b"temp_url_prefix", b"temp_url_ip_range", b"filename", b"inline",
)  # fmt: skip
WELL_KNOWN = (
    b"format=json", b"format=xml", b"format=plain", b"versions", b"delimiter=/", b"prefix=a&delimiter=/", b"path=",
    b"reverse=true", b"multipart-manifest=get", b"multipart-manifest=get&format=raw", b"symlink=get",
    b"version-id=null", b"limit=1", b"marker=a", b"",
)  # fmt: skip
HEADERS = (
    b"accept", b"content-type", b"content-encoding", b"content-disposition", b"content-length", b"transfer-encoding",
    b"expect", b"origin", b"destination", b"destination-account", b"x-copy-from", b"x-copy-from-account",
    b"x-fresh-metadata", b"etag", b"range", b"if-match", b"if-none-match", b"if-modified-since",
    b"if-unmodified-since", b"x-object-manifest", b"x-symlink-target", b"x-symlink-target-etag",
    b"x-symlink-target-account", b"x-delete-at", b"x-delete-after", b"x-detect-content-type", b"x-static-large-object",
    b"x-newest", b"x-versions-location", b"x-history-location", b"x-versions-enabled", b"x-remove-versions-location",
    b"x-container-read", b"x-container-write", b"x-remove-container-read", b"x-container-sync-to", b"x-storage-policy",
    b"x-object-meta-a", b"x-object-meta-", b"x-object-meta-\xc3\xa9", b"x-container-meta-a",
    b"x-container-meta-quota-bytes", b"x-container-meta-quota-count", b"x-container-meta-web-index",
    b"x-container-meta-web-listings", b"x-container-meta-web-error", b"x-container-meta-temp-url-key",
    b"x-container-meta-access-control-allow-origin", b"x-container-meta-access-control-expose-headers",
    b"x-remove-container-meta-a", b"x-container-meta-web-listings-css", b"x-account-meta-a",
    b"x-account-meta-temp-url-key", b"x-account-meta-quota-bytes", b"x-account-quota-bytes-policy-policy-0",
    b"x-web-mode", b"referer", b"access-control-request-method", b"access-control-request-headers", b"x-service-token",
    b"x-timestamp", b"x-backend-a", b"x-object-sysmeta-a", b"cookie",
)  # fmt: skip
USUAL = said(
    accept=(b"application/json", b"text/xml", b"text/plain", b"*/*", b"text/plain;q=0.5, application/json;q=nan"),
    range=RANGES,
    if_modified_since=DATES,
    if_unmodified_since=DATES,
    if_match=(b"*", b'"x"'),
    if_none_match=(b"*",),
    destination=(b"c/copy", b"/c/copy", b"none/x", b"c/%ff", b"c/%00", b"c/" + b"x" * 1025),
    x_copy_from=(b"c/o", b"c/slo", b"c/link", b"c/dlo", b"none/x"),
    x_symlink_target=(b"c/o", b"c/link", b"c/self", b"c/%00", b"c/\xff"),
    x_object_manifest=(b"c/a", b"c/o", b"c/%00", b"c/%ff", b"c/\xc3\xa9"),
    x_delete_at=(b"4102444800", b"1"),
    x_delete_after=(b"1", b"1000", b"9" * 18),
    x_versions_location=(b"old", b"c"),
    x_history_location=(b"old",),
    x_versions_enabled=(b"true", b"false"),
    x_container_read=(b".r:*,.rlistings", b".r:-x", b"mine:*", b"*:*", b".r:", b"\xff"),
    x_container_write=(b"theirs:*", b".r:*"),
    x_container_meta_web_listings=(b"true",),
    x_container_meta_web_index=(b"index.html", b"../x", b"\xff"),
    x_container_meta_access_control_allow_origin=(b"*", b"http://a.example", b"\xff"),
    origin=(b"http://a.example", b"null"),
    access_control_request_method=(b"GET", b"PUT"),
    content_type=(
        b"text/plain",
        b"a/b;charset=\xff",
        b"text/plain;swift_bytes=1",
        b"multipart/form-data; boundary=\xff",
        b"a;  b ; c",
    ),
    x_object_meta_a=(b"\xc3\xa9", b"\xff", b"x" * 257),
)
PEOPLE = st.sampled_from(("member",) * 6 + ("reader", "roleless", "other", "reseller", "unscoped", "", "nobody"))
PLACES = (
    b"",
    b"/",
    b"/c",
    b"/c/",
    b"/c/o",
    b"/c/o",
    b"/c/new",
    b"/c/link",
    b"/c/slo",
    b"/c/dlo",
    b"/c/dir/",
    b"/box",
    b"/box/o",
    b"/old",
)
places = (
    st.sampled_from(PLACES)
    | st.sampled_from(PLACES)
    | st.builds(lambda a, b: b"/" + a + b"/" + b, st.just(b"c") | names, names)
)
others = st.sampled_from(
    (b"/object-store/v1/AUTH_theirs", b"/object-store/v1/%ff", b"/object-store/v1/", b"/object-store/v1.0/AUTH_mine")
)
roots = st.just(SWIFT) | st.just(SWIFT) | st.just(SWIFT) | others
bodies = st.sampled_from((b"", b"", b"0123456789", b"x" * 70_000)) | st.binary(max_size=30)
METHODS = ("GET", "GET", "HEAD", "PUT", "PUT", "PUT", "POST", "DELETE", "COPY", "OPTIONS", "PATCH")


def request_of(
    method: str, place: bytes, headers: Headers = (), body: bytes | tuple[bytes, ...] = b"", by: str = "member"
) -> Request:
    """For a place of the account of `member`."""
    return Request(method, SWIFT + place, ((b"x-auth-token", by.encode()), *headers) if by else headers, body)
