"""Many removals at once, as a real Swift (2.38) answers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.objectstore.cloud import Answer, ObjectCloud, run

TEXT = {"content-type": "text/plain"}


async def delete(cloud: ObjectCloud, names: bytes, path: str = "~", **options: object) -> Answer:
    headers = {**TEXT, **options.pop("headers", {})}  # type: ignore[dict-item]
    return await cloud.ask("POST", f"{path}?bulk-delete", names, headers=headers, **options)  # type: ignore[arg-type]


def report(deleted: int, missing: int, status: str = "200 OK", body: str = "", errors: str = "") -> str:
    return (
        f"Number Deleted: {deleted}\nNumber Not Found: {missing}\nResponse Body: {body}\n"
        f"Response Status: {status}\nErrors:\n{errors}"
    )


async def make(cloud: ObjectCloud) -> None:
    for name in ("c", "e"):
        await cloud.put(f"~/{name}")
    for name in ("a", "b", "%C3%A9", "x%20y"):
        await cloud.put(f"~/c/{name}", b"x")


def test_objects_then_containers(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        gone = await delete(cloud, b"c/a\n/c/b\nc/none\nc/%C3%A9\n")
        assert (gone.status, gone.headers["content-type"], gone.text) == (200, "text/plain", report(3, 1))
        refused = await delete(cloud, b"c\ne\n", headers={"accept": "application/json"})
        assert refused.json() == {
            "Number Deleted": 1,
            "Number Not Found": 0,
            "Response Status": "400 Bad Request",
            "Response Body": "",
            "Errors": [["c", "409 Conflict"]],
        }
        last = await cloud.ask("DELETE", "~?bulk-delete", b"c\nc/x%20y\n", headers={**TEXT, "accept": "text/xml"})
        assert last.text == (
            "<delete>\n<number_deleted>2</number_deleted>\n<number_not_found>0</number_not_found>\n"
            "<response_body></response_body>\n<response_status>200 OK</response_status>\n"
            "<errors>\n</errors>\n</delete>\n"
        )
        assert (await cloud.get("~")).status == 204

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("names", "headers", "said"),
    [
        (b"", {}, report(0, 0, "400 Bad Request", "Invalid bulk delete.")),
        (b"c/a", {"content-type": "application/json"}, report(0, 0, "406 Not Acceptable")),
        (b"c/a", {"accept": "image/png"}, report(0, 0, "406 Not Acceptable")),
        (
            b"c/%ff\nc/%00\n",
            {},
            report(0, 0, "400 Bad Request", "", "c/%FF, 412 Precondition Failed\nc/%00, 412 Precondition Failed\n"),
        ),
        (b"/\n", {}, report(0, 0, "400 Bad Request", "", "/, 405 Method Not Allowed\n")),
        (b"c/" + b"x" * 5000, {}, report(0, 0, "400 Bad Request", "Invalid File Name")),
        (b"c/" + b"x" * 2000, {}, report(0, 1)),
        (
            b"c/none\n" * 1001,
            {},
            report(0, 0, "413 Request Entity Too Large", "Maximum Bulk Deletes: 1000 per request"),
        ),
        (b"c/none\n" * 1000, {}, report(0, 1000)),
    ],
)
def test_what_is_not_removed(tmp_path: Path, names: bytes, headers: dict[str, str], said: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        answer = await delete(cloud, names, headers=headers)
        assert (answer.status, answer.text) == (200, said)
        assert len(await cloud.names("~/c")) == 4

    run(tmp_path, test)


def test_a_body_is_bounded(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        async def endless() -> AsyncIterator[bytes]:
            for _ in range(1000):
                yield b"\n" * 65536

        answer = await cloud.ask("POST", "~?bulk-delete", endless(), headers=TEXT)
        assert (answer.status, answer.text.splitlines()[3]) == (200, "Response Status: 413 Request Entity Too Large")

    run(tmp_path, test)


def test_each_name_needs_its_right(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.post("~/c", headers={"x-container-write": "theirs:*"})
        answer = await delete(cloud, b"c/a\ne/x\nc\n", by="other")
        errors = "e/x, 403 Forbidden\nc, 403 Forbidden\n"
        assert answer.text == report(1, 0, "400 Bad Request", "", errors)
        assert (await delete(cloud, b"c/b", by=None)).text == report(
            0, 0, "400 Bad Request", "", "c/b, 401 Unauthorized\n"
        )

    run(tmp_path, test)
