"""What is written into a container that encrypts is in the clear nowhere; whoever may read it sees nothing of that."""

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from altostratus.contracts.objectstore import ENCRYPTED, NewObject
from altostratus.kernel.disk import Disk
from altostratus.services.objectstore.driver import BLOCK
from altostratus.services.objectstore.drivers.sums import sums_of
from altostratus.services.objectstore.store.containers import change_container
from altostratus.services.objectstore.store.tables import blob, object_
from altostratus.services.objectstore.usecases.compact_packs import compact_pack
from altostratus.services.objectstore.usecases.put_object import get_container
from altostratus.services.objectstore.usecases.scrub import Scrub
from tests.services.objectstore.cloud import ObjectCloud, run
from tests.services.objectstore.on_disk import blobs_of, flip, folder, look, packs, place, settled, store_of

WORD = b"nobody may find these words on a disk. "
BODIES = {"empty": b"", "small": WORD, "one": WORD * 20_000, "many": WORD * 60_000}


async def encrypting(cloud: ObjectCloud, name: str = "c") -> None:
    """A container, which encrypts from now on."""
    await cloud.put(f"~/{name}")
    settings = {ENCRYPTED: {"algorithm": "AES256"}}
    await cloud.cloud.objects.write(
        lambda tx: change_container(tx, get_container(tx, "AUTH_mine", name).id, settings=settings)
    )


def in_the_clear(cloud: ObjectCloud) -> bool:
    """Whether the words are in a file of the cloud's."""
    paths = [*folder(cloud).rglob("*"), *cloud.cloud.data_dir.glob("objects.db*")]
    return any(WORD in path.read_bytes() for path in paths if path.is_file())


async def labels(cloud: ObjectCloud) -> dict[str, bool]:
    """Which objects say that they are encrypted."""
    query = select(object_.c.name, object_.c.system)
    rows = await look(cloud, lambda tx: tx.sql.execute(query).all())
    return {name: ENCRYPTED in system for name, system in rows}


def test_all_that_comes_is_encrypted_and_read_as_it_was(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await encrypting(cloud)
        for name, body in BODIES.items():
            etag = (await cloud.put(f"~/c/{name}", body)).headers["etag"]
            assert etag == hashlib.md5(body, usedforsecurity=False).hexdigest()
        assert not in_the_clear(cloud)
        await settled(cloud)
        assert not in_the_clear(cloud)
        for name, body in BODIES.items():
            assert (await cloud.get(f"~/c/{name}")).body == body
        for first, last in ((0, 0), (BLOCK - 3, BLOCK + 3), (2 * BLOCK - 1, 2 * BLOCK), (len(WORD), 99)):
            found = await cloud.get("~/c/many", headers={"Range": f"bytes={first}-{last}"})
            assert found.body == BODIES["many"][first : last + 1]
        assert all((await labels(cloud)).values())
        cloud.rebuild()  # which fills another pack
        await compact_pack(store_of(cloud), packs(cloud)[0].name)
        assert (await cloud.get("~/c/small")).body == WORD
        cloud.clock.advance(40 * 24 * 3600)
        await Scrub(store_of(cloud))()
        assert not any(each.damaged for each in await blobs_of(cloud))
        assert len({each.key for each in await blobs_of(cloud)}) == 3

    run(tmp_path, test)


def test_copies_are_encrypted_where_the_source_is_and_where_the_container_wants_it(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await encrypting(cloud)
        await cloud.put("~/plain")
        for name, body in BODIES.items():
            await cloud.put(f"~/c/{name}", body)
            assert (await cloud.copy(f"~/c/{name}", f"plain/{name}")).status == 201
            assert (await cloud.get(f"~/plain/{name}")).body == body
        assert (await cloud.copy("~/c/one", "plain/part", headers={"Range": "bytes=100-70099"})).status == 201
        assert (await cloud.get("~/plain/part")).body == BODIES["one"][100:70100]
        assert all((await labels(cloud)).values())
        assert not in_the_clear(cloud)
        for name in ("small", "one"):
            await cloud.put(f"~/plain/{name}", BODIES[name].upper())
            assert (await cloud.copy(f"~/plain/{name}", f"c/{name}")).status == 201
            assert (await cloud.get(f"~/c/{name}")).body == BODIES[name].upper()
        rows = select(object_.c.blob_id).order_by(object_.c.id.desc())
        newest = await look(cloud, lambda tx: tx.sql.execute(rows).scalars().first())
        assert next(each for each in await blobs_of(cloud) if each.id == newest).key

    run(tmp_path, test)


def test_what_is_put_together_of_encrypted_objects(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await encrypting(cloud)
        await cloud.put("~/plain")
        await cloud.put("~/c/s1", BODIES["one"])
        await cloud.put("~/plain/s2", b"and the rest")
        listed = [{"path": "c/s1"}, {"path": "plain/s2"}]
        await cloud.put("~/c/slo?multipart-manifest=put", json.dumps(listed).encode())
        await cloud.put("~/c/dlo", headers={"X-Object-Manifest": "c/s1"})
        whole = BODIES["one"] + b"and the rest"
        assert (await cloud.get("~/c/slo")).body == whole
        assert (await cloud.get("~/c/dlo")).body == BODIES["one"]
        assert (await cloud.copy("~/c/slo", "plain/copy")).status == 201
        assert (await cloud.get("~/plain/copy")).body == whole
        assert not in_the_clear(cloud)

    run(tmp_path, test)


@pytest.mark.parametrize("name", ["small", "many"])
def test_what_was_changed_on_disk_is_not_given_out_though_its_sum_was_changed_too(tmp_path: Path, name: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await encrypting(cloud)
        await cloud.put("~/c/o", BODIES[name])
        await settled(cloud)
        (kept,) = await blobs_of(cloud)
        flip(cloud, kept, 7)
        path, start = place(cloud, kept)
        sums = sums_of(path.read_bytes()[start : start + kept.size])
        await cloud.cloud.objects.write(lambda tx: tx.sql.execute(update(blob).values(sums=sums)))
        assert (await cloud.get("~/c/o")).status == 503

    run(tmp_path, test)


def test_without_its_master_key_an_object_is_refused(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await encrypting(cloud)
        await cloud.put("~/c/o", WORD)
        keys = cloud.cloud.data_dir / "keys"
        cloud.cloud.master_key.rotate()
        await cloud.put("~/c/later", WORD)
        kept = (keys / "1").read_bytes()
        (keys / "1").unlink()
        cloud.cloud.master_key._load()
        assert [(await cloud.get(f"~/c/{name}")).status for name in ("o", "later")] == [503, 200]
        Disk().write_file(keys / "1", kept)
        assert (await cloud.get("~/c/o")).body == WORD

    run(tmp_path, test)


def test_a_key_is_encrypted_with_the_master_key_of_the_moment_at_which_it_is_kept(tmp_path: Path) -> None:
    """Not of that at which the bytes began to come, or a rotation would miss it."""

    async def test(cloud: ObjectCloud) -> None:
        await encrypting(cloud)

        async def body() -> AsyncIterator[bytes]:
            yield BODIES["many"]
            cloud.cloud.master_key.rotate()
            yield WORD

        await cloud.put("~/c/o", body())
        assert [each.key[:2] for each in await blobs_of(cloud) if each.key] == ["2:"]
        assert (await cloud.get("~/c/o")).body == BODIES["many"] + WORD

    run(tmp_path, test)


def test_what_others_read_beside_the_store_stays_as_it_is(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await encrypting(cloud)
        facade = cloud.service.facade

        async def body() -> AsyncIterator[bytes]:
            yield WORD

        made = await facade.put_object("AUTH_mine", "c", "o", body(), lambda _: NewObject(), file="ab" * 16)
        assert (made.is_encrypted, facade.path("ab" * 16).read_bytes()) == (False, WORD)

    run(tmp_path, test)
