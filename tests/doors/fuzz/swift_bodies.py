"""The bodies of Swift's requests in other requests' clothes, right and wrong: lists, archives, forms, manifests."""

import bz2
import gzip
import hmac
import io
import tarfile
from collections.abc import Sequence

import msgspec
from hypothesis import strategies as st

from tests.doors.fuzz.cloud import SWIFT, Request
from tests.doors.fuzz.odd import cut, edited, edits, names, pieces
from tests.doors.fuzz.swift_words import PEOPLE, USUAL, places, request_of

LATE = 4_102_444_800
"""The year 2100, when what is signed here expires."""

lines = st.lists(
    names | st.sampled_from((b"c/o", b"/c/a/1", b"c", b"old", b"c/none", b"", b"c/%00", b"c/%ff", b"\0")), max_size=8
)
removals = st.builds(
    lambda method, listed, end, accept, by: request_of(
        method, b"?bulk-delete", ((b"content-type", b"text/plain"), (b"accept", accept)), end.join(listed), by
    ),
    st.sampled_from(("POST", "DELETE")),
    lines,
    st.sampled_from((b"\n", b"\r\n", b"\n\n", b"\r")),
    st.sampled_from((b"application/json", b"text/plain", b"application/xml", b"text/html", b",")),
    PEOPLE,
)

_PAX = (
    "path",
    "size",
    "SCHILY.xattr.user.meta.a",
    "SCHILY.xattr.user.mime_type",
    "linkpath",
    "GNU.sparse.size",
    "mtime",
    "hdrcharset",
)
_FILES = (
    "t/a",
    "t/../../up",
    "/abs",
    "../x",
    "./t/b",
    "t/",
    "c/o",
    "t/" + "x" * 2000,
    "x" * 300 + "/y",
    "t/é",
    "t/\udcff",
    "t/a\nb",
)
_TYPES = (
    tarfile.REGTYPE,
    tarfile.REGTYPE,
    tarfile.REGTYPE,
    tarfile.SYMTYPE,
    tarfile.LNKTYPE,
    tarfile.DIRTYPE,
    tarfile.CHRTYPE,
)
_TYPES += (tarfile.FIFOTYPE, tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE, tarfile.XGLTYPE, tarfile.XHDTYPE, b"Z")
_pax = st.dictionaries(
    st.sampled_from(_PAX),
    st.sampled_from(("", "1", "-1", "9" * 20, "t/p", "..", "a\r\nb", "text/x", "\udcff")),
    max_size=2,
)
entries = st.lists(
    st.tuples(st.sampled_from(_FILES) | st.text(max_size=6), st.binary(max_size=600), st.sampled_from(_TYPES), _pax),
    max_size=4,
)


def _tar(files: Sequence[tuple[str, bytes, bytes, dict[str, str]]], form: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form, errors="surrogateescape") as archive:
        for name, data, kind, pax in files:
            info = tarfile.TarInfo(name)
            info.size, info.type, info.pax_headers, info.linkname = len(data), kind, pax, "/etc/passwd"
            try:
                archive.addfile(info, io.BytesIO(data))
            except (ValueError, UnicodeError):
                continue
    return buffer.getvalue()


def _archive(kind: bytes, files: Sequence[tuple[str, bytes, bytes, dict[str, str]]], form: int) -> bytes:
    pack = {b"tar.gz": gzip.compress, b"tar.bz2": bz2.compress}.get(kind, bytes)
    return pack(pack(_tar(files, form)) if not files else _tar(files, form))


archives = st.builds(
    lambda kind, said, place, files, form, wrong, sizes, headers: Request(
        "PUT",
        SWIFT + place + b"?extract-archive=" + said,
        ((b"x-auth-token", b"member"), *headers),
        cut(edited(_archive(kind, files, form), wrong), sizes),
    ),
    st.shared(st.sampled_from((b"tar", b"tar", b"tar.gz", b"tar.bz2")), key="kind"),
    st.shared(st.sampled_from((b"tar", b"tar", b"tar.gz", b"tar.bz2")), key="kind")
    | st.sampled_from((b"tar", b"zip", b"")),
    st.sampled_from((b"", b"/t", b"/c/pre", b"/c/pre/")) | places,
    entries,
    st.sampled_from((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT)),
    edits((b"\0", b"\0" * 512, b"\xff" * 12, b"\x80" + b"\xff" * 11, b"9" * 12, b"x")),
    pieces,
    USUAL,
)

_FIELDS = ("redirect", "max_file_size", "max_file_count", "expires")
_PART = '--BB\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
_FILE = '--BB\r\nContent-Disposition: form-data; name="f"; filename="{}"\r\nContent-Type: {}\r\n\r\n{}\r\n'


def _form(
    path: str, redirect: str, size: str, count: str, files: Sequence[tuple[str, str]], more: dict[str, str]
) -> bytes:
    """Signed with the key of `c`."""
    values = (redirect, size, count, str(LATE))
    message = "\n".join((f"/v1/AUTH_mine/{path}", *values))
    signature = hmac.new(b"key", message.encode(errors="replace"), "sha256").hexdigest()
    fields = {**dict(zip(_FIELDS, values, strict=True)), "signature": signature, **more}
    parts = [_PART.format(name, value) for name, value in fields.items()] + [
        _FILE.format(name, kind, "some text") for name, kind in files
    ]
    return "".join((*parts, "--BB--\r\n")).encode(errors="replace")


_words = st.sampled_from(
    (
        "",
        "a",
        "é",
        "x" * 1100,
        "a\0b",
        "../x",
        "a\nb",
        "a\r\nX-Evil: 1",
        "data:a/b\r\nX-Evil: 1,x",
        "text/x",
        "1",
        "\x7f",
    )
)
forms = st.builds(
    lambda path, form, wrong, kind, sizes: Request(
        "POST", SWIFT + b"/" + path.encode(), ((b"content-type", kind),), cut(edited(form(path), wrong), sizes)
    ),
    st.sampled_from(("c", "c/pre", "c/", "none")),
    st.builds(
        lambda *rest: lambda path: _form(path, *rest),
        st.sampled_from(("", "", "http://a.example/?q", "http://a.example/\r\nX-Evil: 1", "javascript:x", "é")),
        st.sampled_from(("100", "0", "9" * 30, "x")),
        st.sampled_from(("10", "1", "x")),
        st.lists(st.tuples(_words, _words), max_size=3),
        st.dictionaries(
            st.sampled_from(("x_delete_at", "x_delete_after", "content-type", "content-encoding", "a")),
            _words,
            max_size=2,
        ),
    ),
    edits((b"--BB", b"--BB--", b"\r\n", b"\0", b"\xff", b'"', b"x" * 20_000), most=2),
    st.sampled_from((b"multipart/form-data; boundary=BB",) * 6)
    | st.sampled_from(
        (
            b"multipart/form-data; boundary=\xff",
            b'multipart/form-data; boundary="',
            b"multipart/form-data; boundary=\xc3\xa9",
        )
    ),
    pieces,
)

_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 2**65)
    | st.text(max_size=4)
    | st.sampled_from(("c/o", "/c/a/1", "c/slo", "none/x", "c")),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
_segment = st.fixed_dictionaries(
    {"path": st.sampled_from(("c/o", "/c/a/1", "c/slo", "c/link", "c/dlo", "none/x", "c/\0", "c")) | _json},
    optional={
        "etag": st.none() | st.just("781e5e245d69b566979b86e28d23f2c7") | _json,
        "size_bytes": st.none() | st.just(10) | _json,
        "range": st.sampled_from(("0-1", "-1", "9-", "5-1", "", "0-99999999999999999999", "-0", "x", "0-1,2-3"))
        | _json,
        "data": st.sampled_from(("eA==", "", "x", "é")) | _json,
    },
)
manifests = st.builds(
    lambda place, listed, wrong, headers: Request(
        "PUT",
        SWIFT + place + b"?multipart-manifest=put",
        ((b"x-auth-token", b"member"), *headers),
        edited(msgspec.json.encode(listed), wrong),
    ),
    st.sampled_from((b"/c/slo", b"/c/slo2", b"/c/o")) | places,
    st.lists(_segment, min_size=1, max_size=4) | _json,
    edits((b"{", b"[" * 3000, b'"', b"\\u0000", b"\\ud800", b"\xff", b"1e999", b"NaN"), most=1),
    USUAL,
)
