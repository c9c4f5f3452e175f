"""PostgreSQL: pooled threads, serializable transactions, and another run of the function when they collide."""

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import DBAPIError

from altostratus.kernel.db.database import Closed, Run

T = TypeVar("T")
POOL = 8
RETRIES = 20
# serialization_failure, deadlock_detected; foreign_key_violation: what was there when we looked is being deleted
_COLLISIONS = {"40001", "40P01", "23503"}


class Postgres:
    """A PostgreSQL database, shared by any number of processes."""

    dialect = "postgresql"

    def __init__(self, url: URL, pool: int = POOL) -> None:
        self._engine = create_engine(
            url,
            isolation_level="SERIALIZABLE",
            json_deserializer=msgspec.json.decode,
            hide_parameters=True,  # errors are logged, and there are secrets among them
            pool_size=pool,
            max_overflow=0,
            pool_pre_ping=True,
        )
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._threads = ThreadPoolExecutor(pool, thread_name_prefix="db")

    async def write(self, run: Run[T]) -> T:
        return await self._submit(self.write_now, run)

    async def read(self, run: Run[T]) -> T:
        return await self._submit(self._read, run)

    def write_now(self, run: Run[T]) -> T:
        for attempt in range(RETRIES):
            try:
                with self._engine.begin() as connection:
                    return run(connection)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _COLLISIONS or attempt == RETRIES - 1:
                    raise
            time.sleep(random.uniform(0, 0.005 * 2 ** min(attempt, 6)))  # noqa: S311 - only spreads retries
        raise AssertionError("unreachable")

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        self._engine.dispose()

    def _submit(self, work: Callable[[Run[T]], T], run: Run[T]) -> asyncio.Future[T]:
        try:
            return asyncio.get_running_loop().run_in_executor(self._threads, work, run)
        except RuntimeError as error:  # the pool of threads is shut down
            raise Closed() from error

    def _read(self, run: Run[T]) -> T:
        with self._reader.connect() as connection, connection.begin():
            return run(connection)
