"""The sweep: files that no row names go away, and uploads that died stop counting.

A file's name is in the database before the file is on disk, and is never used twice; so what was seen on disk and
then is in no row belongs to nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from altostratus.kernel.reconcile import Again, Done, Pass, Terminal
from altostratus.kernel.tx import Tx
from altostratus.services.image.domain.image import store_of
from altostratus.services.image.driver import ImageStore
from altostratus.services.image.store import uploads

KIND, KEY = "image.files", "all"
SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class ForgetDeadUploads:
    """Drop the rows of uploads that nobody renews."""


@dataclass(frozen=True, slots=True)
class RemoveFiles:
    """Remove these, unless a row has come to name them."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows say."""

    files: frozenset[str]
    dead_uploads: int


class FileSweep:
    """Reconciles what stores have of image data with the rows; see kernel.reconcile.Reconciler."""

    kind: ClassVar[str] = KIND
    steps: ClassVar[tuple[type, ...]] = (ForgetDeadUploads, RemoveFiles)

    def __init__(self, stores: Mapping[str, ImageStore]) -> None:
        self._stores = stores

    def due(self, tx: Tx) -> Iterable[str]:
        return [KEY]

    def load(self, tx: Tx, key: str) -> Known | None:
        return Known(frozenset(uploads.files(tx)), uploads.count_dead(tx))

    async def observe(self, wanted: Known, turn: Pass) -> frozenset[str]:
        names = [await turn.outside(store.names) for store in self._stores.values()]
        return frozenset[str]().union(*names)

    def plan(self, wanted: Known, seen: frozenset[str], now: datetime) -> Any | Done | Again | Terminal:
        if wanted.dead_uploads:
            return ForgetDeadUploads()
        if orphans := seen - wanted.files:
            return RemoveFiles(orphans)
        return Again(SECONDS, "the next sweep")

    def news(self, wanted: Known, seen: frozenset[str], verdict: Any) -> bool:
        return False

    def record(self, tx: Tx, wanted: Known, seen: frozenset[str], verdict: Any) -> None:
        """Nothing to write down: the rows and the directory say it all."""

    async def take(self, step: Any, wanted: Known, turn: Pass) -> None:
        if isinstance(step, ForgetDeadUploads):
            await turn.write(uploads.forget_dead)
        else:
            orphans = step.names - await turn.read(uploads.files)
            for name in sorted(orphans):
                await turn.outside(partial(self._stores[store_of(name)].remove, name))
