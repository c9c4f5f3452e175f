"""Rounds of what is on disk: a piece at a time, and then a rest."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from altostratus.services.objectstore.driver import Stored
from altostratus.services.objectstore.usecases import ObjectStore


class Round:
    """Goes through what `listed` says, which runs in the lane, and begins again after `rest` seconds."""

    def __init__(self, store: ObjectStore, listed: Callable[[], Iterator[Stored]], rest: float) -> None:
        self._store = store
        self._listed = listed
        self._rest = timedelta(seconds=rest)
        self._left: Iterator[Stored] | None = None
        self._ended: datetime | None = None

    async def take(self, most: int, age: float) -> list[Stored] | None:
        """What is next and older than that many seconds, perhaps nothing; None at the end of the round and at rest."""
        now = self._store.clock.now()
        if self._left is None:
            if self._ended is not None and timedelta(0) <= now - self._ended < self._rest:
                return None
            self._left = await self._store.lane.run(self._listed)
        found: list[Stored] = await self._store.lane.run(list, islice(self._left, most))
        if not found:
            self._left, self._ended = None, now
            return None
        return [each for each in found if each.written <= now.timestamp() - age]
