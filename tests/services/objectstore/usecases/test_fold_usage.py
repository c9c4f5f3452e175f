"""Totals are the same whether their deltas have been added up or not, whoever adds them up, and however often."""

import asyncio
from pathlib import Path

import pytest

from altostratus.services.objectstore.store.tables import usage_delta
from altostratus.services.objectstore.usecases import fold_usage
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import fill, look, store_of


async def totals(cloud: ObjectCloud) -> list[str]:
    account, container = (await cloud.head("~")).headers, (await cloud.head("~/c")).headers
    of_account = [account[f"x-account-{name}"] for name in ("container-count", "object-count", "bytes-used")]
    return of_account + [container[f"x-container-{name}"] for name in ("object-count", "bytes-used")]


async def deltas(cloud: ObjectCloud) -> int:
    return await look(cloud, lambda tx: len(tx.sql.execute(usage_delta.select()).all()))


def test_totals_stay_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold_usage, "MOST", 3)

    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=b"1", b=b"22", d=b"333")
        await cloud.delete("~/c/b")
        assert await deltas(cloud) == 5
        assert await totals(cloud) == ["1", "2", "4", "2", "4"]
        assert await fold_usage.fold_usage(store_of(cloud))
        assert await deltas(cloud) == 2
        assert await totals(cloud) == ["1", "2", "4", "2", "4"]
        assert not await fold_usage.fold_usage(store_of(cloud))
        assert await deltas(cloud) == 0
        assert await totals(cloud) == ["1", "2", "4", "2", "4"]

    run(tmp_path, test)


def test_no_delta_counts_twice_while_many_fold_and_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold_usage, "MOST", 2)

    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud)

        async def write(name: str) -> None:
            for number in range(8):
                await cloud.put(f"~/c/{name}{number}", b"123")

        async def fold() -> None:
            for _ in range(12):
                await fold_usage.fold_usage(store_of(cloud))

        await asyncio.gather(write("a"), fold(), write("b"), fold(), fold())
        assert await totals(cloud) == ["1", "16", "48", "16", "48"]
        while await fold_usage.fold_usage(store_of(cloud)):
            pass
        assert await deltas(cloud) == 0
        assert await totals(cloud) == ["1", "16", "48", "16", "48"]

    run(tmp_path, test)


def test_what_a_container_that_is_gone_had_stays_the_accounts(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, a=b"1")
        await cloud.delete("~/c/a")
        await cloud.delete("~/c")
        await fold_usage.fold_usage(store_of(cloud))
        headers = (await cloud.head("~")).headers
        assert [headers["x-account-object-count"], headers["x-account-container-count"]] == ["0", "0"]

    run(tmp_path, test)
