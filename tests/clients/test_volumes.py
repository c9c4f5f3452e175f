"""Volumes of servers by other people's programs: `openstack server …` and openstacksdk's cloud layer."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openstack
import pytest

from tests.clients.person import REGION, Person
from tests.clients.test_openstack import said

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
PROGRAM = Path(sys.executable).with_name("openstack")
SERVER = "--flavor m1.nano --nic none --wait -f json"
PREPARE = """
image create img --disk-format raw --container-format bare --file img.raw -f json
volume create data --size 1 -f json
volume create root --size 1 --image img -f json
volume create source --size 1 --image img -f json
"""
ATTACH = f"""
server create plain --image img {SERVER}
server add volume plain data --device /dev/vdc --tag logs --enable-delete-on-termination -f json
server volume update plain data --preserve-on-termination
server volume list plain -f json
server remove volume plain data
volume snapshot create snap --volume source -f json
"""
BOOT = f"""
server create one --volume root {SERVER}
server create two --image img --boot-from-volume 1 {SERVER}
server create three --snapshot snap {SERVER}
server create four --image img --block-device uuid=$data,source_type=volume,tag=x {SERVER}
server volume list four -f json
server delete one two three four plain --wait
volume list -f json
"""


def test_the_openstack_command(person: Person) -> None:
    person.write("img.raw", bytes(1 << 20))
    _, data, root, _ = said(person, PREPARE)
    plain, added, listed, _ = said(person, ATTACH)
    assert (plain["status"], added["Device"], added["Tag"]) == ("ACTIVE", "/dev/vdc", "logs")
    assert [(row["Volume ID"], row["Delete On Termination?"]) for row in listed] == [(data["id"], False)]
    one, two, three, four, of_four, left = said(person, BOOT.replace("$data", data["id"]))
    assert [server["image"] for server in (one, two, three)] == ["N/A (booted from volume)"] * 3
    assert one["volumes_attached"] == [{"id": root["id"], "delete_on_termination": False}]
    assert (four["status"], [row["Volume ID"] for row in of_four]) == ("ACTIVE", [data["id"]])
    assert {volume["Status"] for volume in left} == {"available"}
    assert len(left) == 5


@pytest.fixture
def connection(person: Person) -> Iterator[Any]:
    with openstack.connect(
        auth_url=person.cloud.identity_url, username=person.name, password=person.password,
        project_name=person.name, user_domain_id="default", project_domain_id="default", region_name=REGION,
    ) as connected:  # fmt: skip
        yield connected


def test_the_cloud_layer_of_openstacksdk(person: Person, connection: Any) -> None:
    path = person.write("img.raw", bytes(1 << 20))
    image = connection.create_image("img", filename=str(path), disk_format="raw", wait=True)
    volume = connection.create_volume(1, name="data", wait=True)
    server = connection.create_server("plain", image=image, flavor="m1.nano", network=[], nics="none", wait=True)
    attached = connection.attach_volume(server, volume, wait=True)
    assert attached["device"] == "/dev/vdb"
    connection.detach_volume(server, connection.get_volume(volume.id), wait=True)
    assert connection.get_volume(volume.id).status == "available"
    booted = connection.create_server(
        "booted", image=image, flavor="m1.nano", nics="none", boot_from_volume=True, volume_size=1,
        terminate_volume=True, volumes=[volume.id], wait=True,
    )  # fmt: skip
    assert len(booted.attached_volumes) == 2
    assert connection.delete_server(booted.id, wait=True)
    assert [left.id for left in connection.list_volumes()] == [volume.id]
