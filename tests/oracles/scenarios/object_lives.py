"""Objects that expire, and how much an account or a container may hold."""

from __future__ import annotations

import time

from .account import Account
from .object_basics import with_object
from .registry import objects

FAR = "4102444800"


@objects
def objects_that_expire(a: Account) -> None:
    path = with_object(a, **{"X-Delete-At": FAR})
    a.head(path)
    a.get(path)
    a.post(path, headers={"X-Object-Meta-A": "b"})
    a.head(path)
    a.post(path, headers={"X-Delete-After": "5000"})
    a.head(path)
    a.post(path, headers={"X-Remove-Delete-At": "x", "X-Delete-At": FAR})
    a.head(path)
    a.put(path, b"x", headers={"X-Delete-After": "5000", "X-Delete-At": FAR})
    a.head(path)
    a.copy(path, "box/copied")
    a.head("box/copied")
    a.put(path, b"x")
    a.head(path)


@objects
def times_of_expiry_that_are_refused(a: Account) -> None:
    path = with_object(a)
    past = str(int(time.time()) - 1000)
    a.script.known.learn(past, "1000 s ago")
    for name, value in (
        ("X-Delete-At", past),
        ("X-Delete-At", "0"),
        ("X-Delete-At", "nonsense"),
        ("X-Delete-At", "-1"),
        ("X-Delete-At", FAR + ".5"),
        ("X-Delete-At", "9" * 15),
        ("X-Delete-At", ""),
        ("X-Delete-After", "0"),
        ("X-Delete-After", "-5"),
        ("X-Delete-After", "nonsense"),
        ("X-Delete-After", "1.5"),
        ("X-Delete-After", ""),
    ):
        a.put("box/new", b"x", headers={name: value})
        a.post(path, headers={name: value})
    a.head(path)
    a.get("box")


@objects
def what_is_left_of_objects_that_expired(a: Account) -> None:
    path = with_object(a, **{"X-Delete-After": "1"})
    a.script.wait_until(404, a.at(path), a.owner)
    a.get(path)
    a.head(path)
    a.post(path, headers={"X-Delete-At": FAR})
    a.copy(path, "box/copied")
    a.delete(path)
    a.put(path, b"anew")
    a.get(path)


@objects
def quotas_of_containers(a: Account) -> None:
    a.put("box", headers={"X-Container-Meta-Quota-Bytes": "10", "X-Container-Meta-Quota-Count": "2"})
    a.head("box")
    a.put("box/large", b"x" * 11)
    a.put("box/one", b"x" * 6)
    a.put("box/two", b"x" * 6)
    a.put("box/one", b"x" * 4)
    a.put("box/two", b"x" * 4)
    a.put("box/three", b"x")
    a.put("box/three", b"")
    a.put("box/two", b"xx")
    a.post("box/one", headers={"X-Object-Meta-A": "b"})
    a.copy("box/one", "box/four")
    for name in ("Bytes", "Count"):
        for value in ("x", "-1", "1.5", "", "0"):
            a.post("box", headers={f"X-Container-Meta-Quota-{name}": value})
    a.head("box")


@objects
def quotas_of_accounts(a: Account) -> None:
    a.put("box")
    a.post(headers={"X-Account-Meta-Quota-Bytes": "10"})
    a.post(headers={"X-Account-Meta-Quota-Bytes": "10", "X-Account-Meta-Colour": "red"}, by="reseller")
    a.head()
    a.put("box/large", b"x" * 11)
    a.put("box/small", b"x" * 4)
    a.post(headers={"X-Account-Quota-Bytes": "10"})
    a.post(headers={"X-Account-Meta-Quota-Bytes": "x"}, by="reseller")
    a.post(headers={"X-Account-Meta-Quota-Bytes": ""}, by="reseller")
    a.head()
    a.put("box/large", b"x" * 11)
    a.post(headers={"X-Remove-Account-Meta-Quota-Bytes": "x"})
    a.post(headers={"X-Account-Quota-Count": "1"}, by="reseller")
    a.head()
