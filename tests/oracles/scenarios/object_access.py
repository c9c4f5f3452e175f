"""Who may read and write a container: its access lists."""

from __future__ import annotations

from .account import Account
from .object_basics import with_object
from .registry import objects


def tried(a: Account, person: str | None, **options: object) -> None:
    """What that person may do with the container and its object (recorded)."""
    a.get("box/fox", by=person, **options)
    a.get("box", by=person, **options)
    a.head("box", by=person, **options)
    a.put("box/theirs", b"x", by=person, **options)
    a.delete("box/theirs", by=person, **options)


@objects
def open_to_everyone(a: Account) -> None:
    with_object(a)
    tried(a, None)
    for acl in (".r:*", ".rlistings", ".r:*,.rlistings", ".r:-*", ".r:*,.r:-*"):
        a.post("box", headers={"X-Container-Read": acl})
        a.head("box")
        tried(a, None)
        a.get("box/none", by=None)
        a.head("box/fox", by="other")
        a.get("box", by="other")
    a.post("box", headers={"X-Remove-Container-Read": "x"})
    a.head("box")
    tried(a, None)


@objects
def open_to_referrers(a: Account) -> None:
    with_object(a)
    for acl in (
        ".r:example.com",
        ".r:.example.com",
        ".r:*,.r:-bad.example.com",
        ".r:example.com,.rlistings",
        ".r:-.example.com,.r:*",
    ):
        a.post("box", headers={"X-Container-Read": acl})
        for site in (
            "",
            "http://example.com/page",
            "https://www.example.com:8080/",
            "http://bad.example.com",
            "nonsense",
            "http://notexample.com/",
        ):
            a.get("box/fox", by=None, headers={"Referer": site} if site else {})
        a.get("box", by=None, headers={"Referer": "http://example.com/"})


@objects
def open_to_another_project(a: Account) -> None:
    with_object(a)
    project, user = a.script.project_of("other"), a.script.user_of("other")
    for acl in (
        f"{project}:{user}",
        f"{project}:*",
        f"*:{user}",
        "*:*",
        f"{project}",
        f"{user}",
        f"{project}:nobody",
        "nobody:*",
    ):
        a.post("box", headers={"X-Container-Read": acl})
        tried(a, "other")
    a.get("box/fox", by=None)
    a.post("box", headers={"X-Container-Read": "*:*"})
    a.get("box/fox", by=None)
    a.get("box/fox", by="unscoped")
    a.get("box/fox", by="reader")


@objects
def open_by_names(a: Account) -> None:
    with_object(a)
    a.script.token_of("other")
    project, user = a.script.name("other-project"), a.script.name("other-user")
    for acl in (f"{project}:{user}", f"{project}:*", f"*:{user}", f"{user}"):
        a.post("box", headers={"X-Container-Read": acl})
        a.get("box/fox", by="other")


@objects
def written_by_another_project(a: Account) -> None:
    with_object(a)
    project = a.script.project_of("other")
    a.post("box", headers={"X-Container-Write": f"{project}:*"})
    a.head("box")
    tried(a, "other")
    a.post("box/fox", headers={"X-Object-Meta-By": "other"}, by="other")
    a.copy("box/fox", "box/copied", by="other")
    a.post("box", headers={"X-Container-Read": f"{project}:*"})
    tried(a, "other")
    a.copy("box/fox", "box/copied", by="other")
    a.post("box", headers={"X-Container-Meta-By": "other"}, by="other")
    a.put("box", by="other")
    a.delete("box", by="other")
    a.head("box", by="other")
    a.head("box/fox", by="reader")


@objects
def what_the_owner_may_not(a: Account) -> None:
    reader = a.of("reader")
    reader.put("box")
    a.put("box")
    a.put("box/fox", b"x")
    a.post("box", headers={"X-Container-Write": f"{a.script.project_of('reader')}:*"})
    a.put("box/by-reader", b"x", by="reader")
    a.get("box/by-reader", by="reader")


@objects
def access_lists_of_all_kinds(a: Account) -> None:
    a.put("box")
    lists = [
        ".r : * , .rlistings",
        ".referrer:*",
        ".ref:*",
        ".r:",
        ".r:-",
        ".r:*.",
        ".r:.",
        ".nonsense:x",
        ".rlisting",
        ",,",
        "a,b , c",
    ]
    lists += ["a:b:c", "", ".r:*example.com", ".r:*.example.com", "%C3%A9:x", ".r:http://a"]
    for acl in lists:
        a.post("box", headers={"X-Container-Read": acl})
        a.head("box")
    for acl in (".r:*", ".rlistings", "a:b", ""):
        a.post("box", headers={"X-Container-Write": acl})
        a.head("box")
    a.put("fresh", headers={"X-Container-Read": ".nonsense:x"})
    a.head("fresh")


@objects
def access_lists_of_accounts(a: Account) -> None:
    a.post(headers={"X-Account-Access-Control": '{"read-only": ["other"]}'})
    a.head()
