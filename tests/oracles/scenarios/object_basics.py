"""Objects: written, read, described, removed."""

from __future__ import annotations

from .account import Account
from .content import in_pieces
from .registry import objects

TEXT = b"The quick brown fox\njumps over the lazy dog\n"
CONTAINER = "box"


def with_object(a: Account, name: str = "fox", **headers: str) -> str:
    """A container with one object of text (recorded); the object's path."""
    a.put(CONTAINER)
    a.put(f"{CONTAINER}/{name}", TEXT, headers={"Content-Type": "text/plain"} | headers)
    return f"{CONTAINER}/{name}"


@objects
def the_life_of_an_object(a: Account) -> None:
    path = with_object(a)
    a.head(path)
    a.get(path)
    a.put(path, b"anew", headers={"Content-Type": "text/plain; charset=utf-8"})
    a.get(path)
    a.post(path, headers={"X-Object-Meta-Colour": "red"})
    a.head(path)
    a.delete(path)
    a.delete(path)
    a.get(path)
    a.head(path)
    a.post(path, headers={"X-Object-Meta-Colour": "blue"})


@objects
def content_types(a: Account) -> None:
    a.put(CONTAINER)
    for name in ("plain.txt", "page.html", "picture.png", "data.json", "archive.tar.gz", "nothing", "UPPER.PNG"):
        a.put(f"{CONTAINER}/{name}", b"x")
        a.head(f"{CONTAINER}/{name}")
    for kind in (
        "image/jpeg",
        "text/plain;charset=UTF-8",
        'multipart/mixed; boundary="a b"',
        "nonsense",
        "application/x;swift_bytes=9",
    ):
        a.put(f"{CONTAINER}/typed", b"x", headers={"Content-Type": kind})
        a.get(f"{CONTAINER}/typed")
    a.put(f"{CONTAINER}/guess.txt", b"x", headers={"Content-Type": "image/png", "X-Detect-Content-Type": "true"})
    a.head(f"{CONTAINER}/guess.txt")
    a.post(f"{CONTAINER}/guess.txt", headers={"Content-Type": "text/css"})
    a.head(f"{CONTAINER}/guess.txt")
    a.post(f"{CONTAINER}/guess.txt")
    a.head(f"{CONTAINER}/guess.txt")
    a.get(f"{CONTAINER}?format=json")


@objects
def headers_kept_with_an_object(a: Account) -> None:
    kept = {"Content-Encoding": "x-odd", "Content-Disposition": 'attachment; filename="a.txt"'}
    kept |= {"Cache-Control": "max-age=60", "Expires": "Fri, 01 Jan 2100 00:00:00 GMT", "Content-Language": "en"}
    kept |= {"X-Robots-Tag": "noindex", "X-Anything": "else"}
    path = with_object(a, **kept)
    a.get(path)
    a.post(path, headers={"X-Object-Meta-New": "1"})
    a.head(path)
    a.post(path, headers={"Content-Disposition": "inline", "Content-Encoding": "y-odd"})
    a.head(path)


@objects
def object_metadata(a: Account) -> None:
    path = with_object(
        a, **{"X-Object-Meta-Colour": "red", "x-object-meta-some-THING_else": "a  b", "X-Object-Meta-Empty": ""}
    )
    a.head(path)
    a.post(path, headers={"X-Object-Meta-Shape": "round"})
    a.head(path)
    a.post(path, headers={"X-Object-Meta-Shape": "", "X-Object-Meta-Size": "1"})
    a.head(path)
    a.post(path, headers={"X-Remove-Object-Meta-Size": "x"})
    a.head(path)
    a.post(path, headers={"X-Object-Meta-Name": "%C3%A9t%C3%A9"})
    a.get(path)
    a.put(path, b"fresh")
    a.head(path)


@objects
def limits_of_object_metadata(a: Account) -> None:
    path = with_object(a)
    cases: list[dict[str, str]] = [
        {"X-Object-Meta-" + "n" * 128: "v"},
        {"X-Object-Meta-" + "n" * 129: "v"},
        {"X-Object-Meta-Long": "v" * 256},
        {"X-Object-Meta-Long": "v" * 257},
        {f"X-Object-Meta-{n}": "v" for n in range(90)},
        {f"X-Object-Meta-{n}": "v" for n in range(91)},
        {f"X-Object-Meta-{n:02}": "v" * 200 for n in range(12)},
        {f"X-Object-Meta-{n:02}": "v" * 256 for n in range(16)},
        {"X-Object-Meta-": "v"},
    ]
    for headers in cases:
        a.post(path, headers=headers)
        a.put(path, b"x", headers=headers)


@objects
def the_etag_of_an_upload(a: Account) -> None:
    a.put(CONTAINER)
    a.put(f"{CONTAINER}/o", b"hello", headers={"ETag": "5d41402abc4b2a76b9719d911017c592"})
    a.put(f"{CONTAINER}/o", b"hello", headers={"ETag": '"5d41402abc4b2a76b9719d911017c592"'})
    a.put(f"{CONTAINER}/o", b"hello", headers={"ETag": "5D41402ABC4B2A76B9719D911017C592"})
    a.put(f"{CONTAINER}/o", b"other", headers={"ETag": "5d41402abc4b2a76b9719d911017c592"})
    a.put(f"{CONTAINER}/o", b"other", headers={"ETag": "nonsense"})
    a.put(f"{CONTAINER}/o", b"other", headers={"Content-MD5": "XUFAKrxLKna5cZ2REBfFkg=="})
    a.get(f"{CONTAINER}/o")


@objects
def uploads_of_every_length(a: Account) -> None:
    a.put(CONTAINER)
    a.put(f"{CONTAINER}/empty", b"")
    a.get(f"{CONTAINER}/empty")
    a.head(f"{CONTAINER}/empty")
    a.put(f"{CONTAINER}/pieces", in_pieces(TEXT, 7))
    a.get(f"{CONTAINER}/pieces")
    a.put(f"{CONTAINER}/large", b"0123456789" * 20000)
    a.get(f"{CONTAINER}/large")
    a.put(f"{CONTAINER}/binary", bytes(range(256)))
    a.head(f"{CONTAINER}/binary")
    a.get(f"{CONTAINER}?format=json")


@objects
def objects_without_a_container(a: Account) -> None:
    for method in ("PUT", "GET", "HEAD", "POST", "DELETE"):
        a.send(method, "nowhere/object")
    a.get("nowhere")


@objects
def names_of_objects(a: Account) -> None:
    a.put(CONTAINER)
    names = [
        "with%20space",
        "%C3%A9t%C3%A9",
        "%E6%97%A5%E6%9C%AC",
        "a/b/c",
        "a//b",
        "a/",
        "a/.",
        "a/../b",
        "..",
        ".",
        "%2Fslash",
    ]
    names += [
        "a%2Fb",
        "per%25cent",
        "question%3Fmark",
        "hash%23",
        "quote%22s",
        "apos'",
        "amp&lt%3C",
        "plus+plus",
        "a%0Ab",
        "tab%09",
    ]
    names += ["semi;colon", "%F0%9F%98%80", "e%CC%81", "%7Etilde", "~tilde"]
    for name in names:
        a.put(f"{CONTAINER}/{name}", b"x")
        a.get(f"{CONTAINER}/{name}")
    a.get(CONTAINER)
    a.get(f"{CONTAINER}?format=json")
    a.get(f"{CONTAINER}?format=xml")


@objects
def names_no_object_may_have(a: Account) -> None:
    a.put(CONTAINER)
    for name in (
        "n" * 1024,
        "n" * 1025,
        "%C3%A9" * 512,
        "%C3%A9" * 1024,
        "%C3%A9" * 1025,
        "%FF",
        "%00",
        "a%00b",
        "%ED%A0%80",
        "a%01b",
    ):
        a.put(f"{CONTAINER}/{name}", b"x")
    a.get(f"{CONTAINER}/%FF")
    a.get(f"{CONTAINER}/%00")
    a.get(f"{CONTAINER}//leading")
    a.put(f"{CONTAINER}//leading", b"x")
    a.put(f"{CONTAINER}/", b"x")
    a.get(CONTAINER)


@objects
def unknown_methods(a: Account) -> None:
    path = with_object(a)
    for where in ("", CONTAINER, path):
        for method in ("PATCH", "NONSENSE", "TRACE", "LOCK", "COPY"):
            a.send(method, where)


@objects
def uploads_on_a_condition(a: Account) -> None:
    path = f"{CONTAINER}/once"
    a.put(CONTAINER)
    a.put(path, b"1", headers={"If-None-Match": "*"})
    a.put(path, b"2", headers={"If-None-Match": "*"})
    a.put(path, b"3", headers={"If-None-Match": "0123456789abcdef0123456789abcdef"})
    a.put(path, b"4", headers={"If-Match": "*"})
    a.put(path, b"5", headers={"If-Match": "0123456789abcdef0123456789abcdef"})
    a.put(path, b"6", headers={"If-Unmodified-Since": "Thu, 01 Jan 2009 00:00:00 GMT"})
    a.delete(path, headers={"If-Match": "0123456789abcdef0123456789abcdef"})
    a.get(path)


@objects
def timestamps_given_by_the_client(a: Account) -> None:
    path = with_object(a)
    a.put(path, b"x", headers={"X-Timestamp": "1000000000.00000"})
    a.get(path)
    a.put(path, b"y", headers={"X-Timestamp": "nonsense"})
    a.get(path)


@objects
def queries_that_mean_nothing(a: Account) -> None:
    path = with_object(a)
    a.get(f"{path}?foo=bar&format=json")
    a.head(f"{path}?multipart-manifest=get")
    a.put(f"{CONTAINER}/other?foo=bar", b"x")
    a.get(f"{CONTAINER}?foo=bar")
    a.delete(f"{CONTAINER}/other?foo=bar")


@objects
def checks_of_uploads_in_pieces(a: Account) -> None:
    a.put(CONTAINER)
    a.put(f"{CONTAINER}/right", in_pieces(TEXT, 7), headers={"ETag": "7327b5e05e80dff8bc24ee468489fc8e"})
    a.put(f"{CONTAINER}/wrong", in_pieces(TEXT, 7), headers={"ETag": "0" * 32})
    a.put(f"{CONTAINER}/none", in_pieces(b""))
    a.get(f"{CONTAINER}?format=json")


@objects
def metadata_in_other_words(a: Account) -> None:
    path = with_object(a)
    for name in (
        "X-Object-Meta-UPPER-Case",
        "x-object-meta-lower",
        "X-Object-Meta-1",
        "X-Object-Meta-a.b",
        "X-Object-Meta-a!b",
    ):
        a.post(path, headers={name: 'Value, with; signs="x"'})
        a.head(path)
    a.post(
        path,
        headers={
            "X-Object-Sysmeta-A": "x",
            "X-Object-Transient-Sysmeta-A": "x",
            "X-Backend-A": "x",
            "X-Object-Meta-B": "b",
        },
    )
    a.head(path)
    a.post(CONTAINER, headers={"X-Container-Sysmeta-A": "x", "X-Container-Meta-B": "b"})
    a.head(CONTAINER)
