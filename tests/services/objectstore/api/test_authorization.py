"""Who gets which answer: every method at every depth, by everybody."""

from pathlib import Path

import pytest

from tests.services.objectstore.cloud import MINE, ObjectCloud, run

READERS = {"member": 0, "reader": 0, "reseller": 0}
OWNERS = {"member": 0, "reseller": 0}
EVERYBODY = ("member", "reader", "roleless", "other", "reseller", "admin", "unscoped", None)
ASKED: list[tuple[str, str, dict[str, str], int, dict[str, int]]] = [
    ("HEAD", "", {}, 204, READERS),
    ("GET", "", {}, 200, READERS),
    ("POST", "", {"X-Account-Meta-A": "b"}, 204, OWNERS),
    ("HEAD", "/box", {}, 204, READERS),
    ("GET", "/box", {}, 200, READERS),
    ("PUT", "/box", {}, 202, OWNERS),
    ("PUT", "/new", {}, 201, OWNERS),
    ("POST", "/box", {"X-Container-Meta-A": "b"}, 204, OWNERS),
    ("DELETE", "/empty", {}, 204, OWNERS),
    ("HEAD", "/box/o", {}, 200, READERS),
    ("GET", "/box/o", {}, 200, READERS),
    ("PUT", "/box/o", {}, 201, OWNERS),
    ("POST", "/box/o", {}, 202, OWNERS),
    ("COPY", "/box/o", {"Destination": "box/p"}, 201, OWNERS),
    ("PUT", "/box/p", {"X-Copy-From": "box/o"}, 201, OWNERS),
    ("DELETE", "/box/o", {}, 204, OWNERS),
    ("GET", "/box/none", {}, 404, READERS),
    ("GET", "/none", {}, 404, READERS),
    ("GET", "/none/o", {}, 404, READERS),
    ("PUT", "/none/o", {}, 404, OWNERS),
    ("DELETE", "/none/o", {}, 404, OWNERS),
    ("POST", "/none", {}, 404, OWNERS),
]


def refusal(who: str | None) -> int:
    return 403 if who else 401


@pytest.mark.parametrize(("method", "place", "headers", "status", "may"), ASKED)
def test_without_lists(
    tmp_path: Path, method: str, place: str, headers: dict[str, str], status: int, may: dict[str, int]
) -> None:
    async def check(cloud: ObjectCloud) -> None:
        for who in EVERYBODY:
            await cloud.put("~/box")
            await cloud.put("~/empty")
            await cloud.put("~/box/o", b"x")
            await cloud.delete("~/new")
            answer = await cloud.ask(method, f"~{place}", headers=headers, by=who)
            assert answer.status == (status if who in may else refusal(who)), who
            assert ("www-authenticate" in answer.headers) == (who is None), who

    run(tmp_path, check)


@pytest.mark.parametrize(
    ("read", "write", "who", "statuses"),
    [  # of HEAD and GET of the container, GET, PUT, POST and DELETE of an object, PUT and DELETE of a container
        (".r:*", "", None, (401, 401, 200, 401, 401, 401, 401, 401)),
        (".r:*", "", "other", (403, 403, 200, 403, 403, 403, 403, 403)),
        (".r:*,.rlistings", "", None, (204, 200, 200, 401, 401, 401, 401, 401)),
        (".rlistings", "", None, (401, 401, 401, 401, 401, 401, 401, 401)),
        ("theirs:*", "", "other", (204, 200, 200, 403, 403, 403, 403, 403)),
        ("theirs-project:theirs-name", "", "other", (204, 200, 200, 403, 403, 403, 403, 403)),
        ("theirs:theirs-user", "", "admin", (403, 403, 403, 403, 403, 403, 403, 403)),
        ("", "theirs:*", "other", (403, 403, 403, 201, 202, 204, 403, 403)),
        ("", "*:theirs-user", "other", (403, 403, 403, 201, 202, 204, 403, 403)),
        ("*:*", "*:*", "unscoped", (204, 200, 200, 201, 202, 204, 403, 403)),
        ("*:*", "*:*", None, (401, 401, 401, 401, 401, 401, 401, 401)),
        ("member,reader", "member", "other", (403, 403, 403, 403, 403, 403, 403, 403)),
        ("guest", "guest", "roleless", (204, 200, 200, 201, 202, 204, 403, 403)),
        ("", "mine:looker-user", "reader", (204, 200, 200, 201, 202, 204, 403, 403)),
    ],
)
def test_with_lists(tmp_path: Path, read: str, write: str, who: str | None, statuses: tuple[int, ...]) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box", headers={"X-Container-Read": read, "X-Container-Write": write})
        await cloud.put("~/box/o", b"x")
        asked = [("HEAD", "box"), ("GET", "box"), ("GET", "box/o"), ("PUT", "box/o"), ("POST", "box/o")]
        asked += [("DELETE", "box/o"), ("PUT", "box"), ("DELETE", "box")]
        assert tuple([(await cloud.ask(method, f"~/{path}", by=who)).status for method, path in asked]) == statuses

    run(tmp_path, check)


def test_only_owners_see_lists_and_keys(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        said = {"X-Container-Read": "theirs:*,.r:*", "X-Container-Write": "theirs:*"}
        keys = {"X-Container-Meta-Temp-URL-Key": "k", "X-Container-Meta-Temp-URL-Key-2": "l"}
        await cloud.put("~/box", headers=said | keys | {"X-Container-Meta-Colour": "red"})
        await cloud.post("~", headers={"X-Account-Meta-Temp-URL-Key": "k", "X-Account-Meta-Colour": "red"})
        owners = ("x-container-read", "x-container-write", "x-container-meta-temp-url-key")
        for who, sees in (("member", True), ("reseller", True), ("reader", False), ("other", False)):
            for method in ("HEAD", "GET"):
                headers = (await cloud.ask(method, "~/box", by=who)).headers
                assert [name in headers for name in owners] == [sees] * 3, who
                assert ("x-container-meta-temp-url-key-2" in headers) == sees
                assert headers["x-container-meta-colour"] == "red"
        for who, sees in (("member", True), ("reader", False)):
            headers = (await cloud.head("~", by=who)).headers
            assert ("x-account-meta-temp-url-key" in headers) == sees
            assert headers["x-account-meta-colour"] == "red"

    run(tmp_path, check)


def test_a_copy_needs_the_right_to_read_there_and_to_write_here(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        await cloud.put("~/box/o", b"mine")
        await cloud.put(f"{MINE.replace('mine', 'theirs')}/box", by="other")
        here = f"{MINE.replace('mine', 'theirs')}/box/o"
        taken = {"X-Copy-From": "box/o", "X-Copy-From-Account": "AUTH_mine"}
        assert (await cloud.ask("PUT", here, headers=taken, by="other")).status == 403
        await cloud.post("~/box", headers={"X-Container-Read": "theirs:*"})
        assert (await cloud.ask("PUT", here, headers=taken, by="other")).status == 201
        given = {"Destination-Account": "AUTH_theirs"}
        assert (await cloud.copy("~/box/o", "box/given", headers=given)).status == 403
        assert (await cloud.copy("~/box/o", "none/given", headers=given)).status == 403
        await cloud.post(f"{MINE.replace('mine', 'theirs')}/box", headers={"X-Container-Write": "mine:*"}, by="other")
        answer = await cloud.copy("~/box/o", "box/given", headers=given)
        assert (answer.status, answer.headers["x-copied-from-account"]) == (201, "AUTH_mine")

    run(tmp_path, check)


def test_who_is_refused_may_come_back_with_a_token(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        answer = await cloud.get("~/box", by=None)
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == ('Swift realm="AUTH_mine", Keystone uri="http://cloud/identity"')
        assert answer.headers["content-type"] == "text/html; charset=UTF-8"
        assert (await cloud.get("~/box", by="nonsense")).status == 401

    run(tmp_path, check)
