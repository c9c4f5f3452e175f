"""Reading on conditions, and parts of objects."""

from __future__ import annotations

from .account import Account
from .object_basics import with_object
from .registry import objects

ETAG = "7327b5e05e80dff8bc24ee468489fc8e"
PAST = "Thu, 01 Jan 2009 00:00:00 GMT"
FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT"


@objects
def ranges(a: Account) -> None:
    path = with_object(a)
    specs = [
        "bytes=0-3",
        "bytes=40-",
        "bytes=-4",
        "bytes=0-",
        "bytes=0-9999",
        "bytes=43-43",
        "bytes=-9999",
        "bytes=0-0",
    ]
    specs += [
        "bytes=44-",
        "bytes=100-200",
        "bytes=-0",
        "bytes=9-3",
        "bytes=x",
        "bytes=",
        "items=0-1",
        "bytes = 0-3",
        "bytes=--4",
    ]
    for spec in specs:
        a.get(path, headers={"Range": spec})
    a.head(path, headers={"Range": "bytes=0-3"})
    a.put("box/empty", b"")
    for spec in ("bytes=0-", "bytes=-1", "bytes=0-0"):
        a.get("box/empty", headers={"Range": spec})


@objects
def several_ranges(a: Account) -> None:
    path = with_object(a)
    specs = [
        "0-3,10-13",
        "0-3, 40-",
        "-4,0-3",
        "0-3,0-3",
        "0-9,5-14",
        "0-3,100-200",
        "100-200,300-400",
        "0-3,x",
        "0-3,9-3",
    ]
    specs += [
        ",".join(["0-0"] * 50),
        ",".join(["0-0"] * 51),
        ",".join(f"{n}-{n}" for n in range(0, 44, 2)),
        "5-6,3-4,1-2",
        "0-3,",
    ]
    for spec in specs:
        a.get(path, headers={"Range": f"bytes={spec}"})


@objects
def reading_if_it_matches(a: Account) -> None:
    path = with_object(a)
    for header in ("If-Match", "If-None-Match"):
        for value in (
            ETAG,
            f'"{ETAG}"',
            "*",
            "0" * 32,
            f'"{"0" * 32}", "{ETAG}"',
            ETAG.upper(),
            f'W/"{ETAG}"',
            "nonsense",
            "",
        ):
            a.get(path, headers={header: value})
            a.head(path, headers={header: value})
    a.get(path, headers={"If-Match": ETAG, "If-None-Match": ETAG})
    a.get("box/none", headers={"If-None-Match": "*"})
    a.get("box/none", headers={"If-Match": "*"})


@objects
def reading_if_it_changed(a: Account) -> None:
    path = with_object(a)
    changed = a.head(path).header("Last-Modified")
    for header in ("If-Modified-Since", "If-Unmodified-Since"):
        for value in (PAST, FUTURE, changed, "nonsense", ""):
            a.get(path, headers={header: value})
    a.head(path, headers={"If-Modified-Since": FUTURE})
    a.get(path, headers={"If-None-Match": ETAG, "If-Modified-Since": PAST})
    a.get(path, headers={"If-None-Match": "0" * 32, "If-Modified-Since": FUTURE})
    a.get(path, headers={"If-Match": ETAG, "If-Unmodified-Since": PAST})


@objects
def ranges_on_a_condition(a: Account) -> None:
    path = with_object(a)
    a.get(path, headers={"Range": "bytes=0-3", "If-None-Match": ETAG})
    a.get(path, headers={"Range": "bytes=0-3", "If-Match": "0" * 32})
    a.get(path, headers={"Range": "bytes=0-3", "If-Range": f'"{ETAG}"'})
    a.get(path, headers={"Range": "bytes=0-3", "If-Range": '"' + "0" * 32 + '"'})
    a.get(path, headers={"Range": "bytes=100-", "If-None-Match": ETAG})
    a.get(path, headers={"Range": "bytes=0-3", "If-Modified-Since": FUTURE})


@objects
def conditions_on_containers_and_accounts(a: Account) -> None:
    with_object(a)
    for where in ("", "box"):
        a.get(where, headers={"If-Modified-Since": FUTURE})
        a.get(where, headers={"If-Unmodified-Since": PAST})
        a.get(where, headers={"If-None-Match": "*"})
        a.get(where, headers={"Range": "bytes=0-1"})
