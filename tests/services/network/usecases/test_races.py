"""Things that happen at once: the last address, the default group, one name for two."""

import asyncio
import random
from pathlib import Path

from altostratus.kernel.tx import Tx
from altostratus.services.network.store import tables
from altostratus.services.network.usecases.new_port import insert_port
from tests.services.network.cloud import NetworkCloud, listed, make_external, make_segment, run

BASE = "/network/v2.0"


def test_the_last_address_is_given_once(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        pools = [{"start": "10.0.0.10", "end": "10.0.0.15"}]
        network_id, _ = await make_segment(client, allocation_pools=pools, enable_dhcp=False)
        tries = [client.post(f"{BASE}/ports", {"port": {"network_id": network_id}}) for _ in range(10)]
        answers = await asyncio.gather(*tries)
        made = [answer.json()["port"] for answer in answers if answer.status_code == 201]
        refused = [answer.json()["NeutronError"]["type"] for answer in answers if answer.status_code != 201]
        ips = [port["fixed_ips"][0]["ip_address"] for port in made]
        assert sorted(ips) == [f"10.0.0.{number}" for number in range(10, 16)]
        assert refused == ["IpAddressGenerationFailure"] * 4
        assert len({port["mac_address"] for port in made}) == 6
        assert len(await listed(client, "ports")) == 6

    run(tmp_path, test)


def test_one_address_asked_for_by_many(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        network_id, _ = await make_segment(client)
        body = {"port": {"network_id": network_id, "fixed_ips": [{"ip_address": "10.0.0.50"}]}}
        answers = await asyncio.gather(*(client.post(f"{BASE}/ports", body) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7

    run(tmp_path, test)


def test_a_project_gets_one_default_group(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        await asyncio.gather(*(client.get(f"{BASE}/security-groups") for _ in range(8)))
        assert [group["name"] for group in await listed(client, "security-groups")] == ["default"]

    run(tmp_path, test)


def test_quota_holds_when_asked_at_once(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        answers = await asyncio.gather(*(client.post(f"{BASE}/networks", {"network": {}}) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5

    run(tmp_path, test, quota_network=3)


def test_floating_addresses_run_out(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        external = await make_external(cloud, "198.51.100.0/29")
        body = {"floatingip": {"floating_network_id": external}}
        answers = await asyncio.gather(*(cloud.client().post(f"{BASE}/floatingips", body) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 3
        assert len(await cloud.read(lambda tx: tx.sql.execute(tables.floating_ip.select()).all())) == 5

    run(tmp_path, test)


def test_mac_addresses_that_collide_are_drawn_again(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        network_id, _ = await make_segment(cloud.client(), enable_dhcp=False)
        net, drawn = cloud.service.state, []

        def two(tx: Tx) -> None:
            for _ in range(2):
                tx.entropy = random.Random(7)  # draws the same again; the second time that is taken
                drawn.append(insert_port(tx, net, "mine", network_id, id=f"port-{len(drawn)}")[1])

        await cloud.write(two)
        assert len(set(drawn)) == 2

    run(tmp_path, test)
