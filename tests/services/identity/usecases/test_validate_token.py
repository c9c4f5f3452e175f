"""Actors come from memory, are never stale, and memory is bounded."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.usecases import Kept
from tests.services.identity.cloud import ADMIN_PASSWORD, V3, People, run


class CountedReads:
    """Counts the transactions of a database."""

    def __init__(self, db: Any) -> None:
        self.count = 0
        self._read = db.read
        db.read = self.read

    async def read(self, fn: Callable[[Tx], Any]) -> Any:
        self.count += 1
        return await self._read(fn)


def forget(people: People) -> None:
    """As in a process that has not seen any token yet."""
    memory = people.service.state.memory
    memory.tokens._kept.clear()
    memory.sessions._kept.clear()


def test_a_token_is_known_to_whoever_issued_it(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        token = await people.token(user)
        reads = CountedReads(people.cloud.db)
        actor = await people.service.facade.authenticate(token)
        assert actor is not None
        assert reads.count == (0 if people.cloud.db.dialect == "sqlite" else 1)
        forget(people)
        assert await people.service.facade.authenticate(token) == actor
        token = await people.token(user)
        await people.admin.patch(f"{V3}/users/{user}", {"user": {"enabled": False}})
        assert await people.service.facade.authenticate(token) is None

    run(tmp_path, story)


def test_a_known_token_is_not_looked_up_again(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        token = await people.token(await people.user("ann"))
        forget(people)
        authenticate = people.service.facade.authenticate
        reads = CountedReads(people.cloud.db)
        first = await authenticate(token)
        assert [await authenticate(token) for _ in range(10)] == [first] * 10
        assert await authenticate("junk") is None
        # elsewhere somebody may have changed identity, each time, or the keys, for the one that these do not open
        more = 0 if people.cloud.db.dialect == "sqlite" else 10 + 1
        assert reads.count == 1 + more

    run(tmp_path, story)


def test_a_new_token_takes_three_queries_and_the_next_of_its_user_one(tmp_path: Path) -> None:
    """On PostgreSQL another asks, in the same transaction, for the generation of what they find."""

    async def story(people: People) -> None:
        statements: list[str] = []

        def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            statements.append(statement)

        token, scope = people.admin.token or "", {"project": {"id": people.admin.project_id}}
        another = await people.token(people.admin.user_id, scope, ADMIN_PASSWORD)
        await people.service.state.journal.stop()
        forget(people)
        reads = CountedReads(people.cloud.db)
        event.listen(Engine, "before_cursor_execute", count)
        for number, (one, expected) in enumerate(((token, 3), (another, 1)), 1):
            statements.clear()
            actor = await people.service.facade.authenticate(one)
            assert actor is not None
            assert actor.roles == {"admin", "manager", "member", "reader"}
            queries = [s for s in statements if s.startswith(("SELECT", "WITH"))]
            assert len(queries) == expected + (people.cloud.db.dialect != "sqlite")
            assert reads.count == number
        event.remove(Engine, "before_cursor_execute", count)

    run(tmp_path, story)


def test_a_validation_that_began_before_a_change_is_not_kept(tmp_path: Path) -> None:
    """The read sees the user as it was; the change commits before the result is kept."""

    async def story(people: People) -> None:
        user = await people.user("ann")
        token = await people.token(user)
        forget(people)
        authenticate = people.service.facade.authenticate
        disabled = {"user": {"enabled": False}}
        await people.amid(authenticate(token), lambda: people.admin.patch(f"{V3}/users/{user}", disabled))
        assert await authenticate(token) is None

    run(tmp_path, story)


def test_a_change_whose_caller_went_away_still_ends_tokens(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        state = people.service.state
        before = state.memory.generation
        loop, writing = asyncio.get_running_loop(), asyncio.Event()
        task = asyncio.create_task(state.change(lambda tx: loop.call_soon_threadsafe(writing.set)))
        await writing.wait()
        task.cancel()
        await state.change(lambda tx: None)  # changes happen one after another: the first has committed
        assert state.memory.generation == before + 2
        assert task.cancelled()

    run(tmp_path, story)


def test_memory_is_bounded_and_forgets_the_least_used() -> None:
    actors = Kept[bytes, Actor](limit=2)
    ann, bob, cat = Actor("ann"), Actor("bob"), Actor("cat")
    actors.keep(b"a", 1, ann)
    actors.keep(b"b", 1, bob)
    assert actors.get(b"a", 1) is ann
    actors.keep(b"c", 1, cat)
    assert (actors.get(b"a", 1), actors.get(b"b", 1), actors.get(b"c", 1)) == (ann, None, cat)
    assert actors.get(b"a", 2) is None
    assert len(actors) == 2


def test_the_facade_knows_projects(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        exists = people.service.facade.project_exists
        assert await people.cloud.db.read(lambda tx: exists(tx, people.admin.project_id))
        assert not await people.cloud.db.read(lambda tx: exists(tx, "no-such"))

    run(tmp_path, story)
