"""Volumes of servers by other people's programs: `openstack server …` and openstacksdk's cloud layer."""

import sys
from pathlib import Path

import pytest

from tests.clients.person import Person
from tests.clients.test_openstack import said

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
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


CLOUD_LAYER = """
import openstack

cloud = openstack.connect()
image = cloud.create_image("img", filename="img.raw", disk_format="raw", wait=True)
net = cloud.create_network("net")
cloud.create_subnet(net.id, cidr="10.9.8.0/24")
common = {"image": image, "flavor": "m1.nano", "network": net, "auto_ip": False, "wait": True}
volume = cloud.create_volume(1, name="data", wait=True)
plain = cloud.create_server("plain", **common)
print(cloud.attach_volume(plain, volume, wait=True)["device"])
cloud.detach_volume(plain, cloud.get_volume(volume.id), wait=True)
print(cloud.get_volume(volume.id).status)
booted = cloud.create_server("booted", boot_from_volume=True, volume_size=1, terminate_volume=True,
                             volumes=[volume.id], **common)
print(len(booted.attached_volumes))
print(cloud.delete_server(booted.id, wait=True))
print([left.id == volume.id for left in cloud.list_volumes()])
"""


def test_the_cloud_layer_of_openstacksdk(person: Person) -> None:
    person.write("img.raw", bytes(1 << 20))
    found = person.run(Path(sys.executable), "-c", CLOUD_LAYER, **person.openstack_variables)
    assert found.splitlines() == ["/dev/vdb", "available", "2", "True", "[True]"]
