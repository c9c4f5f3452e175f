"""Counters of the whole cloud give every asker a number of its own."""

import asyncio

from altostratus.kernel.db import Database, state


def test_a_counter_begins_at_nothing(database: Database) -> None:
    assert database.write_now(lambda tx: state.current(tx, "epoch")) == 0


def test_every_bump_is_a_number_of_its_own(database: Database) -> None:
    async def main() -> list[int]:
        return await asyncio.gather(*(database.write(lambda tx: state.bump(tx, "epoch")) for _ in range(8)))

    assert sorted(asyncio.run(main())) == list(range(1, 9))
    assert database.write_now(lambda tx: (state.current(tx, "epoch"), state.current(tx, "other"))) == (8, 0)
