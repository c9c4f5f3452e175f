"""What compute asks for: ports of servers."""

from pathlib import Path

from altostratus.contracts.network import PortWish
from tests.services.network.cloud import ACTORS, NetworkCloud, listed, make, make_segment, make_server, run


def test_ports_become_ready_and_wake_their_owner(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        network_id, _ = await make_segment(cloud.client())
        await make_server(cloud, "s1", PortWish(network_id=network_id))
        owner = "compute.server/s1"
        before = await cloud.read(lambda tx: cloud.service.facade.ports_of(tx, [owner]))
        assert [port.ready for port in before[owner]] == [False]
        cloud.woken.clear()
        await cloud.settle()
        [port] = (await cloud.read(lambda tx: cloud.service.facade.ports_of(tx, [owner])))[owner]
        assert port.ready
        assert [address.ip for address in port.addresses] == ["10.0.0.3"]
        assert port.security_groups == ("default",)
        assert port.bridge == cloud.driver.bridge(network_id)
        assert ("compute.server", "s1") in cloud.woken
        assert cloud.world.ports[port.id].tap == port.tap
        assert [host.hostname for host in cloud.world.networks[network_id].subnets[0].hosts] == ["name-of-s1"]

    run(tmp_path, test)


def test_release_leaves_nothing_but_given_ports(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        network_id, _ = await make_segment(cloud.client())
        given = await make(cloud.client(), "port", network_id=network_id)
        await make_server(cloud, "s1", PortWish(network_id=network_id), PortWish(port_id=given["id"]))
        await cloud.settle()
        assert len(cloud.world.ports) == 2
        for _ in range(2):
            await cloud.write(lambda tx: cloud.service.facade.release_ports(tx, "compute.server/s1"))
        await cloud.settle()
        assert cloud.driver.leftovers() == []
        left = await listed(cloud.client(), "ports", device_owner="")
        assert [(port["id"], port["device_id"]) for port in left] == [(given["id"], "")]
        assert ACTORS["member"].project == left[0]["project_id"]

    run(tmp_path, test)
