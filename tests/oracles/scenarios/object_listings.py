"""Listings of containers: formats, parameters, order."""

from __future__ import annotations

from .account import Account
from .registry import objects

NAMES = ("apple", "berry/blue", "berry/red/dark", "berry/red/light", "berry", "cherry", "cherry--pie--crust", "zoo")


def with_names(a: Account) -> None:
    """A container with fruit (recorded)."""
    a.put("box")
    for name in NAMES:
        a.put(f"box/{name}", name.encode(), headers={"Content-Type": "text/plain"})


@objects
def listings_in_three_formats(a: Account) -> None:
    a.put("box")
    for query in ("", "?format=plain", "?format=json", "?format=xml"):
        a.get("box" + query)
        a.head("box" + query)
    with_names(a)
    for query in ("", "?format=plain", "?format=json", "?format=xml"):
        a.get("box" + query)
        a.head("box" + query)


@objects
def pages_of_a_listing(a: Account) -> None:
    with_names(a)
    queries = [
        "limit=3",
        "limit=3&marker=berry",
        "marker=berry",
        "end_marker=berry",
        "marker=apple&end_marker=zoo",
        "limit=0",
    ]
    queries += [
        "limit=10000",
        "limit=10001",
        "limit=-1",
        "limit=x",
        "limit=",
        "marker=zzz",
        "marker=cherry&end_marker=apple",
    ]
    queries += ["limit=1&limit=2", "marker=", "nonsense=1", "marker=%FF", "prefix=%00"]
    for query in queries:
        a.get("box?" + query)


@objects
def listings_backwards(a: Account) -> None:
    with_names(a)
    queries = [
        "reverse=true",
        "reverse=on&limit=2",
        "reverse=1&marker=cherry",
        "reverse=true&end_marker=berry",
        "reverse=no",
    ]
    queries += ["reverse=true&marker=zoo&end_marker=berry", "reverse=true&delimiter=/", "reverse=true&prefix=berry/"]
    for query in queries:
        a.get("box?" + query)


@objects
def prefixes_and_delimiters(a: Account) -> None:
    with_names(a)
    queries = [
        "prefix=berry",
        "prefix=berry/",
        "delimiter=/",
        "prefix=berry/&delimiter=/",
        "prefix=berry&delimiter=/",
        "delimiter=--",
    ]
    queries += [
        "delimiter=r",
        "prefix=c&delimiter=--",
        "delimiter=",
        "prefix=",
        "prefix=none",
        "delimiter=%C3%A9",
        "delimiter=zoo",
    ]
    queries += [
        "delimiter=/&marker=berry/",
        "delimiter=/&marker=berry/blue",
        "delimiter=/&limit=2",
        "delimiter=/&limit=2&marker=berry",
    ]
    queries += ["prefix=berry/&delimiter=/&marker=berry/red/", "delimiter=/&end_marker=berry/"]
    for query in queries:
        a.get("box?" + query)
        a.get("box?format=json&" + query)
    a.get("box?format=xml&delimiter=/")
    a.get("box?format=xml&prefix=berry/&delimiter=/")


@objects
def listings_by_path(a: Account) -> None:
    with_names(a)
    a.put("box/berry/red", b"", headers={"Content-Type": "application/directory"})
    a.put("box/berry/", b"", headers={"Content-Type": "application/directory"})
    for query in ("path=", "path=berry", "path=berry/", "path=berry/red", "path=/", "path=none", "path=&format=json"):
        a.get("box?" + query)
    a.get("box?path=berry&prefix=x&delimiter=-")
    a.get("box?path=berry&limit=1")


@objects
def names_in_order_of_bytes(a: Account) -> None:
    a.put("box")
    for name in (
        "a",
        "B",
        "%C3%A9",
        "z",
        "~",
        "%F0%9F%98%80",
        "%EF%BC%A1",
        "1",
        "10",
        "2",
        "_",
        "-",
        "%20",
        "a%20b",
        "a-b",
        "ab",
    ):
        a.put(f"box/{name}", b"")
    a.get("box")
    a.get("box?reverse=true")
    a.get("box?marker=%C3%A9")
    a.get("box?prefix=%C3%A9&format=json")
    a.get("box?format=xml&marker=z")


@objects
def names_that_need_care_in_xml(a: Account) -> None:
    a.put("box%22%26%3C")
    for name in ("amp%26", "lt%3Cgt%3E", "quote%22", "apos'", "a%0Ab"):
        a.put(f"box%22%26%3C/{name}", b"", headers={"Content-Type": 'text/plain; x="<&>"'})
    a.get("box%22%26%3C?format=xml")
    a.get("box%22%26%3C?format=json")
    a.get("?format=xml")
