"""Networks: attributes, who sees them, what is refused."""

from pathlib import Path

from tests.services.network.cloud import (
    NetworkCloud,
    change,
    fault,
    listed,
    make,
    make_external,
    make_segment,
    make_server,
    run,
    show,
)

URL = "/network/v2.0/networks"


def test_a_new_network_has_neutrons_defaults(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        made = await make(cloud.client(), "network", name="n")
        assert made == await show(cloud.client(), "network", made["id"])
        expected = {
            "name": "n",
            "status": "ACTIVE",
            "admin_state_up": True,
            "shared": False,
            "router:external": False,
            "mtu": 1500,
            "port_security_enabled": True,
            "subnets": [],
            "project_id": "mine",
            "tenant_id": "mine",
            "revision_number": 0,
            "tags": [],
        }
        assert {name: made[name] for name in expected} == expected
        assert "provider:network_type" not in made
        assert (await show(cloud.client("admin"), "network", made["id"]))["provider:network_type"] == "local"

    run(tmp_path, test)


REFUSED: list[tuple[object, tuple[int, str]]] = [
    ({"network": {"name": "x" * 256}}, (400, "HTTPBadRequest")),
    ({"network": {"colour": "red"}}, (400, "HTTPBadRequest")),
    ({"network": {"admin_state_up": "perhaps"}}, (400, "HTTPBadRequest")),
    ({"network": {"mtu": 10}}, (400, "InvalidInput")),
    ({"network": {"shared": True}}, (403, "PolicyNotAuthorized")),
    ({"network": {"router:external": True}}, (403, "PolicyNotAuthorized")),
    ({"network": {"provider:network_type": "vlan"}}, (403, "PolicyNotAuthorized")),
    ({"network": {"project_id": "theirs"}}, (400, "HTTPBadRequest")),
    ({}, (400, "HTTPBadRequest")),
    ([], (400, "HTTPBadRequest")),
]


def test_what_a_member_may_not_ask_for(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        for body, expected in REFUSED:
            assert (await fault(cloud.client().post(URL, body)), body) == (expected, body)
        assert await listed(cloud.client(), "networks") == []

    run(tmp_path, test)


def test_unknown_attributes_are_named(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        answer = await cloud.client().post(URL, {"network": {"colour": "red"}})
        assert answer.json()["NeutronError"]["message"] == "Unrecognized attribute(s) 'colour'"

    run(tmp_path, test)


def test_foreign_networks_are_seen_when_shared_or_external(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        admin, other = cloud.client("admin"), cloud.client("other")
        mine = await make(cloud.client(), "network")
        assert (await other.get(f"{URL}/{mine['id']}")).status_code == 404
        external = await make_external(cloud)
        await change(admin, "network", mine["id"], shared=True)
        assert {each["id"] for each in await listed(other, "networks")} == {mine["id"], external}
        assert (await other.delete(f"{URL}/{mine['id']}")).status_code == 403
        assert [each["id"] for each in await listed(other, "subnets")] == (await show(other, "network", external))[
            "subnets"
        ]

    run(tmp_path, test)


def test_bulk_create_is_all_or_nothing(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        good = await client.post(URL, {"networks": [{"name": "a"}, {"name": "b"}]})
        assert good.status_code == 201
        assert [each["name"] for each in good.json()["networks"]] == ["a", "b"]
        bad = await client.post(URL, {"networks": [{"name": "c"}, {"mtu": 1}]})
        assert bad.status_code == 400
        assert {each["name"] for each in await listed(client, "networks")} == {"a", "b"}

    run(tmp_path, test)


def test_revisions_guard_changes(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        made = await make(client, "network", name="n")
        changed = await change(client, "network", made["id"], name="m")
        assert (changed["name"], changed["revision_number"]) == ("m", 1)
        stale = {"If-Match": "revision_number=0"}
        assert await fault(client.put(f"{URL}/{made['id']}", {"network": {}}, headers=stale)) == (
            412,
            "RevisionNumberConstraintFailed",
        )
        assert (
            await client.delete(f"{URL}/{made['id']}", headers={"If-Match": "revision_number=1"})
        ).status_code == 204

    run(tmp_path, test)


def test_a_network_in_use_stays(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        network_id, subnet_id = await make_segment(client)
        port = await make(client, "port", network_id=network_id)
        assert await fault(client.delete(f"{URL}/{network_id}")) == (409, "NetworkInUse")
        assert (await client.delete(f"/network/v2.0/ports/{port['id']}")).status_code == 204
        assert [each["device_owner"] for each in await listed(client, "ports")] == ["network:dhcp"]
        assert (await client.delete(f"{URL}/{network_id}")).status_code == 204
        assert await listed(client, "ports") == []
        assert (await client.get(f"/network/v2.0/subnets/{subnet_id}")).status_code == 404

    run(tmp_path, test)


def test_shared_and_external_networks_in_use_stay_so(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        admin = cloud.client("admin")
        network_id, _ = await make_segment(cloud.client())
        await change(admin, "network", network_id, shared=True)
        await make(cloud.client("other"), "port", network_id=network_id)
        url = f"{URL}/{network_id}"
        assert await fault(admin.put(url, {"network": {"shared": False}})) == (409, "InvalidSharedSetting")
        external = await make_external(cloud)
        await make(cloud.client(), "router", external_gateway_info={"network_id": external})
        assert await fault(admin.put(f"{URL}/{external}", {"network": {"router:external": False}})) == (
            409,
            "ExternalNetworkInUse",
        )

    run(tmp_path, test)


def test_mtu_and_state_reach_the_host(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        network_id, _ = await make_segment(client)
        [port] = await make_server(cloud, "s1")
        await cloud.settle()
        assert cloud.world.ports[port.id].up
        await change(client, "network", network_id, mtu=1400, admin_state_up=False)
        await cloud.settle()
        assert cloud.world.networks[network_id].mtu == 1400
        assert cloud.world.networks[network_id].subnets[0].dhcp is None
        assert not cloud.world.ports[port.id].up

    run(tmp_path, test)
