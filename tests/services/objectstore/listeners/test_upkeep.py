"""The service does its chores by itself."""

from pathlib import Path

from altostratus.services.objectstore.store.tables import usage_delta
from tests.harness import eventually
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import files, fill, look


def test_the_service_does_its_chores(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await fill(cloud, big=bytes(100_000))
        (upkeep,) = cloud.service.listeners
        await upkeep.start()
        await eventually(lambda: look(cloud, lambda tx: tx.sql.execute(usage_delta.select()).first() is None))
        assert (await cloud.head("~/c")).headers["x-container-bytes-used"] == "100000"
        await cloud.delete("~/c/big")
        cloud.clock.advance(61)

        async def is_gone() -> bool:
            return not files(cloud)

        await eventually(is_gone)
        await upkeep.stop()
        assert (await cloud.head("~")).headers["x-account-bytes-used"] == "0"

    run(tmp_path, test, upkeep_seconds=0.01)
