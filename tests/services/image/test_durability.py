"""An acknowledged upload survives: the order of fsync, rename, fsync of the directory, commit, answer, as traced."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.services.image.api.test_data import DATA, put_scope
from tests.services.image.cloud import ImageCloud, make, run
from tests.traced_disk import TracedDisk


class Trace:
    """What happened, each with the status that another connection to the database read at that moment."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self.steps: list[tuple[str, str]] = []

    def add(self, what: str) -> None:
        connection = sqlite3.connect(self._database)
        (status,) = connection.execute("SELECT status FROM image").fetchone()
        connection.close()
        self.steps.append((what, status))


@pytest.mark.sqlite
def test_nothing_is_answered_before_it_is_durable(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        made = await make(cloud.client())
        trace = Trace(tmp_path / "altostratus.db")
        cloud.rebuild(TracedDisk(trace.add))
        messages = iter([{"type": "http.request", "body": DATA, "more_body": False}])

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                trace.add(f"answer {message['status']}")

        def commit(connection: Any) -> None:
            trace.add("commit")

        event.listen(Engine, "commit", commit)
        await cloud.asgi(put_scope(made), receive, send)
        event.remove(Engine, "commit", commit)
        assert trace.steps == [
            ("commit", "queued"),  # of the right to upload
            ("write", "queued"),
            ("fsync file", "queued"),
            ("rename", "queued"),
            ("fsync directory", "queued"),
            ("commit", "queued"),  # it begins
            ("answer 204", "active"),
        ]

    run(tmp_path, test)
