"""Accounts: what they say of themselves, their metadata, who may."""

from __future__ import annotations

from .account import Account
from .registry import objects


@objects
def an_account_and_its_metadata(a: Account) -> None:
    a.head()
    a.get()
    a.get("?format=json")
    a.post(headers={"X-Account-Meta-Colour": "red", "X-Account-Meta-Shape": "round"})
    a.head()
    a.post(headers={"X-Account-Meta-Colour": "", "X-Account-Meta-Size": "1"})
    a.head()
    a.post(headers={"X-Remove-Account-Meta-Shape": "x", "X-Account-Meta-Size": "2"})
    a.get()
    a.post()
    a.head()
    a.post(headers={"X-Account-Meta-Name": "%C3%A9t%C3%A9", "X-Container-Meta-No": "x", "X-Object-Meta-No": "x"})
    a.head()


@objects
def limits_of_account_metadata(a: Account) -> None:
    for headers in (
        {"X-Account-Meta-" + "n" * 128: "v"},
        {"X-Account-Meta-" + "n" * 129: "v"},
        {"X-Account-Meta-Long": "v" * 256},
        {"X-Account-Meta-Long": "v" * 257},
        {f"X-Account-Meta-{n}": "v" for n in range(91)},
        {f"X-Account-Meta-{n:02}": "v" * 256 for n in range(16)},
        {"X-Account-Meta-": "v"},
    ):
        a.post(headers=headers)
    for start in (0, 40, 80):
        a.post(headers={f"X-Account-Meta-{n}": "v" for n in range(start, start + 40)})


@objects
def account_listings(a: Account) -> None:
    for name in ("apple", "banana", "berry", "cherry", "b%C3%A9", "with%20space"):
        a.put(name)
    a.get()
    a.head()
    a.head("?format=json")
    for query in (
        "limit=2",
        "marker=berry",
        "end_marker=berry",
        "prefix=b",
        "marker=banana&end_marker=cherry",
        "reverse=true",
    ):
        a.get("?" + query)
    for query in ("delimiter=e", "prefix=b&delimiter=e", "limit=0", "limit=10001", "limit=x", "limit=-1", "marker=zzz"):
        a.get("?" + query)
    for kind in ("json", "xml", "plain", "text", "nonsense", ""):
        a.get(f"?limit=2&format={kind}")
    a.get("?format=json&delimiter=e")
    a.get("?format=xml&delimiter=e")
    a.get("?format=json&marker=zzz")
    a.get("?format=xml&marker=zzz")


@objects
def formats_of_listings_by_accept(a: Account) -> None:
    a.put("box")
    for kind in (
        "application/json", "application/xml", "text/xml", "text/plain", "*/*", "text/*", "text/html", "image/png",
        "application/xml;q=0.5, application/json", "application/*", "nonsense", "text/plain;q=0",
    ):  # fmt: skip
        a.get(headers={"Accept": kind})
        a.get("box", headers={"Accept": kind})
        a.head("box", headers={"Accept": kind})
    a.get("?format=xml", headers={"Accept": "application/json"})


@objects
def accounts_of_others(a: Account) -> None:
    a.put("box")
    for person in ("reader", "other", "admin", "reseller", "unscoped", "system", None):
        a.head(by=person)
        a.get("box", by=person)
        a.put("other", by=person)
        a.post(headers={"X-Account-Meta-Of": "x"}, by=person)
    reader = a.of("reader")
    reader.head()
    reader.get()
    reader.put("box")
    reader.post(headers={"X-Account-Meta-Of": "x"})


@objects
def paths_of_no_account(a: Account) -> None:
    send = a.script.send
    for path in (
        "/v1/AUTH_nobody",
        "/v1/nobody",
        "/v1/",
        "/v1",
        "/v2/x",
        "/",
        "/v1.0/" + a.name,
        "/v1/AUTH_",
        "//v1/" + a.name,
    ):
        send("GET", path, by="member")
        send("GET", path, by=None)
    send("GET", "/v1/AUTH_" + "0" * 32, by="reseller")
    send("HEAD", "/v1/AUTH_" + "0" * 32, by="reseller")
    send("PUT", "/v1/AUTH_" + "0" * 32 + "/box", by="reseller")
    a.get(by=None, headers={"X-Auth-Token": "nonsense"})
    a.get(by=None, headers={"X-Storage-Token": a.script.token_of("member")})
    a.get("", by="member", headers={"X-Service-Token": "nonsense"})


@objects
def accounts_are_not_made_or_removed(a: Account) -> None:
    a.put()
    a.delete()
    a.put(by="reseller")
    a.delete(by="reseller")
    a.delete("?x=y", by="reseller")


@objects
def what_the_service_says_of_itself(a: Account) -> None:
    send = a.script.send
    send("GET", "/info", by=None, loose=True)
    send("HEAD", "/info", by=None)
    send("OPTIONS", "/info", by=None)
    send("POST", "/info", by=None)
    send("GET", "/healthcheck", by=None)
    send("OPTIONS", a.path, by=None)
    send("OPTIONS", a.path + "/box", by=None)
    send("OPTIONS", a.path + "/box/object", by=None)
