"""Containers: made, described, removed; their metadata and names."""

from __future__ import annotations

from .account import Account
from .registry import objects


@objects
def the_life_of_a_container(a: Account) -> None:
    a.put("box")
    a.put("box")
    a.head("box")
    a.get("box")
    a.put("box/object", b"content")
    a.head("box")
    a.get("box")
    a.delete("box")
    a.delete("box/object")
    a.delete("box")
    a.delete("box")
    for method in ("GET", "HEAD", "POST"):
        a.send(method, "box")
    a.head()


@objects
def container_metadata(a: Account) -> None:
    a.put("box", headers={"X-Container-Meta-Colour": "red", "X-Container-Meta-Shape": "round"})
    a.head("box")
    a.put("box", headers={"X-Container-Meta-Size": "1"})
    a.post("box", headers={"X-Container-Meta-Colour": "blue"})
    a.get("box")
    a.post("box", headers={"X-Container-Meta-Colour": "", "X-Remove-Container-Meta-Shape": "x"})
    a.head("box")
    a.post("box")
    a.head("box")
    a.post("box", headers={"X-Container-Meta-Name": "%C3%A9", "X-Object-Meta-No": "x", "X-Anything": "x"})
    a.head("box")
    a.put("box", headers={"X-Remove-Container-Meta-Name": "x"})
    a.head("box")
    a.delete("box")
    a.put("box")
    a.head("box")


@objects
def limits_of_container_metadata(a: Account) -> None:
    a.put("box")
    for headers in (
        {"X-Container-Meta-" + "n" * 128: "v"},
        {"X-Container-Meta-" + "n" * 129: "v"},
        {"X-Container-Meta-Long": "v" * 256},
        {"X-Container-Meta-Long": "v" * 257},
        {f"X-Container-Meta-{n}": "v" for n in range(91)},
        {f"X-Container-Meta-{n:02}": "v" * 256 for n in range(16)},
        {"X-Container-Meta-": "v"},
    ):
        a.post("box", headers=headers)
        a.put("box", headers=headers)
    a.put("fresh", headers={"X-Container-Meta-Long": "v" * 257})
    a.head("fresh")


@objects
def names_of_containers(a: Account) -> None:
    for name in ("with%20space", "%C3%A9t%C3%A9", ".", "..", "a%2Fb", "quote%22", "n" * 256, "n" * 257, "%C3%A9" * 128):
        a.put(name)
        a.head(name)
    for name in ("%C3%A9" * 129, "%C3%A9" * 257, "%FF", "%00", "a%0Ab", "per%25", "question%3F", "hash%23", "box/"):
        a.put(name)
    a.get()
    a.get("?format=json")


@objects
def storage_policies(a: Account) -> None:
    a.put("box", headers={"X-Storage-Policy": "nonsense"})
    a.head("box")


@objects
def bodies_and_containers(a: Account) -> None:
    a.put("box", b"a body that nobody reads")
    a.post("box", b"likewise", headers={"X-Container-Meta-A": "b"})
    a.head("box")
    a.delete("box/")
    a.head("box")
