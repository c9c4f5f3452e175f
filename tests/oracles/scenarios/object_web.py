"""Containers as web sites, and requests from pages of other sites."""

from __future__ import annotations

from .account import Account
from .registry import objects

HERE, ELSEWHERE = "http://example.com", "http://elsewhere.example.com"


def a_site(a: Account, **headers: str) -> None:
    """A container everyone may read (recorded)."""
    a.put("site", headers={"X-Container-Read": ".r:*,.rlistings"} | headers)
    for name, kind in (
        ("index.html", "text/html"),
        ("page.html", "text/html"),
        ("dir/index.html", "text/html"),
        ("empty/file", "text/plain"),
    ):
        a.put(f"site/{name}", name.encode(), headers={"Content-Type": kind})


@objects
def sites_with_an_index(a: Account) -> None:
    a_site(a, **{"X-Container-Meta-Web-Index": "index.html", "X-Container-Meta-Web-Error": "error.html"})
    for where in (
        "site",
        "site/",
        "site/page.html",
        "site/dir",
        "site/dir/",
        "site/empty",
        "site/empty/",
        "site/none",
        "site/none/",
    ):
        a.get(where, by=None)
        a.head(where, by=None)
    a.put("site/404error.html", b"not here", headers={"Content-Type": "text/html"})
    a.put("site/401error.html", b"not you", headers={"Content-Type": "text/html"})
    a.get("site/none", by=None)
    a.get("site/")
    a.get("site/", headers={"X-Web-Mode": "true"})
    a.get("site?format=json", by=None)
    a.post("site", headers={"X-Container-Read": ""})
    a.get("site/", by=None)
    a.get("site/page.html", by=None)


@objects
def sites_with_listings(a: Account) -> None:
    a_site(a, **{"X-Container-Meta-Web-Listings": "true", "X-Container-Meta-Web-Listings-CSS": "style.css"})
    for where in ("site", "site/", "site/empty/", "site/empty", "site/none/", "site/?prefix=d", "site/?limit=1"):
        a.get(where, by=None)
    a.post("site", headers={"X-Container-Meta-Web-Listings-Label": "My site"})
    a.get("site/", by=None)
    a.post("site", headers={"X-Container-Meta-Web-Listings": "false"})
    a.get("site/", by=None)
    a.get("site/empty/", by=None)


@objects
def sites_with_folders(a: Account) -> None:
    a_site(a, **{"X-Container-Meta-Web-Directory-Type": "text/directory", "X-Container-Meta-Web-Index": "index.html"})
    a.put("site/marker", b"", headers={"Content-Type": "text/directory"})
    a.put("site/marker/index.html", b"in the folder", headers={"Content-Type": "text/html"})
    a.get("site/marker", by=None)
    a.get("site/marker/", by=None)


@objects
def requests_from_other_sites(a: Account) -> None:
    a.put("box", headers={"X-Container-Read": ".r:*", "X-Container-Meta-Access-Control-Allow-Origin": HERE})
    a.put("box/fox", b"x", headers={"X-Object-Meta-Colour": "red"})
    for origin in (HERE, ELSEWHERE, "null", ""):
        headers = {"Origin": origin} if origin else {}
        a.get("box/fox", by=None, headers=headers)
        a.script.send("OPTIONS", a.at("box/fox"), by=None, headers=headers | {"Access-Control-Request-Method": "GET"})
    a.get("box/none", by=None, headers={"Origin": HERE})
    a.get("box", by=None, headers={"Origin": HERE})
    a.put("box/new", b"x", headers={"Origin": HERE})
    more = {
        "X-Container-Meta-Access-Control-Expose-Headers": "X-One X-Two",
        "X-Container-Meta-Access-Control-Max-Age": "60",
    }
    a.post("box", headers=more | {"X-Container-Meta-Access-Control-Allow-Origin": "*"})
    a.get("box/fox", by=None, headers={"Origin": ELSEWHERE})
    a.post("box", headers={"X-Container-Meta-Access-Control-Allow-Origin": f"{HERE} {ELSEWHERE}"})
    a.get("box/fox", by=None, headers={"Origin": ELSEWHERE})


@objects
def questions_before_requests_from_other_sites(a: Account) -> None:
    allowed = {"X-Container-Meta-Access-Control-Allow-Origin": HERE, "X-Container-Meta-Access-Control-Max-Age": "60"}
    a.put("box", headers=allowed)
    asked = {"Origin": HERE, "Access-Control-Request-Method": "PUT"}
    for where in ("", "box", "box/fox", "none/x"):
        a.script.send("OPTIONS", a.at(where), by=None, headers=asked)
    for headers in (
        asked | {"Access-Control-Request-Headers": "X-Auth-Token, X-Object-Meta-A"},
        asked | {"Access-Control-Request-Method": "NONSENSE"},
        asked | {"Access-Control-Request-Method": "COPY"},
        {"Origin": HERE},
        {"Access-Control-Request-Method": "PUT"},
        asked | {"Origin": ELSEWHERE},
    ):
        a.script.send("OPTIONS", a.at("box/fox"), by=None, headers=headers)
    a.script.send("OPTIONS", "/info", by=None, headers=asked)
    a.script.send("GET", "/info", by=None, headers={"Origin": HERE}, loose=True)
