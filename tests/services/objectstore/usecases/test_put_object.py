"""What a write asks of the database."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from altostratus.services.objectstore.driver import SMALL
from tests.services.objectstore.cloud import ObjectCloud, run


@contextmanager
def statements(about: str) -> Iterator[list[str]]:
    """The queries of one table while this lasts."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if statement.startswith("SELECT") and f"FROM {about}" in statement:
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("who", ["member", "other"])
@pytest.mark.parametrize(("size", "times"), [(1, 1), (SMALL, 1), (SMALL + 1, 2)])
def test_a_container_is_read_before_many_bytes_come_and_when_they_are_there(
    tmp_path: Path, who: str, size: int, times: int
) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box", headers={"X-Container-Write": "theirs:*"})
        await cloud.put("~/box/o", b"x")
        with statements("objectstore_container") as reads:
            await cloud.put("~/box/o", bytes(size), by=who)
        assert len(reads) == times

    run(tmp_path, check)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("who", ["member", "other"])
def test_a_container_is_read_once_for_what_has_no_bytes(tmp_path: Path, method: str, who: str) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box", headers={"X-Container-Write": "theirs:*"})
        await cloud.put("~/box/o", b"x")
        with statements("objectstore_container") as reads:
            assert (await cloud.ask(method, "~/box/o", by=who)).status in (202, 204)
        assert len(reads) == 1

    run(tmp_path, check)


def test_who_may_not_write_sends_nothing(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        async def body() -> AsyncIterator[bytes]:
            raise AssertionError("nobody asked for this")
            yield b""

        await cloud.put("~/box")
        assert (await cloud.ask("PUT", "~/box/o", body(), by="other")).status == 403
        assert (await cloud.ask("PUT", "~/none/o", body())).status == 404

    run(tmp_path, check)
