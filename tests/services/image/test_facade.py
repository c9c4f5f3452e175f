"""What other services see of images."""

from pathlib import Path

from altostratus.contracts.image import Image, Images
from tests.services.image.cloud import ACTORS, ImageCloud, make, qcow2, run, upload


def test_an_image_with_data_has_a_path(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        facade: Images = cloud.service.facade
        made = await make(cloud.client(), name="n", disk_format="qcow2", min_disk=3, os_distro="debian")
        await upload(cloud.client(), made, qcow2(1 << 30))
        found = await cloud.cloud.db.read(lambda tx: facade.find(tx, ACTORS["member"], made["id"]))
        assert isinstance(found, Image)
        assert found.path is not None
        assert found.path.read_bytes() == qcow2(1 << 30)
        assert (found.name, found.status, found.virtual_size, found.min_disk) == ("n", "active", 1 << 30, 3)
        assert found.properties == {"os_distro": "debian"}

    run(tmp_path, test)


def test_who_may_find_it(tmp_path: Path) -> None:
    async def test(cloud: ImageCloud) -> None:
        facade: Images = cloud.service.facade
        made = await make(cloud.client())
        read = cloud.cloud.db.read
        assert await read(lambda tx: facade.find(tx, ACTORS["other"], made["id"])) is None
        assert await read(lambda tx: facade.find(tx, ACTORS["member"], "no such")) is None
        found = await read(lambda tx: facade.get(tx, made["id"]))
        assert found is not None
        assert found.path is None

    run(tmp_path, test)
