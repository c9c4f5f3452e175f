"""Routers: interfaces, gateways, extra routes."""

from pathlib import Path

from tests.services.network.cloud import (
    NetworkCloud,
    change,
    fault,
    listed,
    make,
    make_external,
    make_segment,
    run,
    show,
)

URL = "/network/v2.0/routers"


def test_a_router_joins_networks_on_the_host(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        external = await make_external(cloud)
        network_id, subnet_id = await make_segment(client)
        router = await make(client, "router", name="r", external_gateway_info={"network_id": external})
        assert router["external_gateway_info"]["enable_snat"] is True
        assert [ip["ip_address"] for ip in router["external_gateway_info"]["external_fixed_ips"]] == ["198.51.100.2"]
        joined = await client.put(f"{URL}/{router['id']}/add_router_interface", {"subnet_id": subnet_id})
        assert joined.status_code == 200
        assert joined.json()["subnet_ids"] == [subnet_id]
        await cloud.settle()
        spec = cloud.world.routers[router["id"]]
        assert [str(address) for leg in spec.interfaces for address in leg.addresses] == ["10.0.0.1/24"]
        assert spec.gateway is not None
        assert (str(spec.gateway.nexthop), spec.gateway.snat) == ("198.51.100.1", True)
        [leg] = await listed(client, "ports", device_owner="network:router_interface")
        assert (leg["status"], leg["network_id"]) == ("ACTIVE", network_id)

    run(tmp_path, test)


def test_parting_and_deleting_leave_nothing(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        _, subnet_id = await make_segment(client)
        router = await make(client, "router")
        url = f"{URL}/{router['id']}"
        await client.put(f"{url}/add_router_interface", {"subnet_id": subnet_id})
        await cloud.settle()
        assert await fault(client.delete(url)) == (409, "RouterInUse")
        assert (await client.put(f"{url}/remove_router_interface", {"subnet_id": subnet_id})).status_code == 200
        assert await fault(client.put(f"{url}/remove_router_interface", {"subnet_id": subnet_id})) == (
            404,
            "RouterInterfaceNotFoundForSubnet",
        )
        await cloud.settle()
        assert cloud.world.routers == {}
        assert (await client.delete(url)).status_code == 204
        await cloud.settle()
        assert cloud.driver.leftovers() == []
        assert await listed(client, "ports") == []

    run(tmp_path, test)


def test_interfaces_by_port(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        network_id, subnet_id = await make_segment(client)
        port = await make(client, "port", network_id=network_id)
        router = await make(client, "router")
        url = f"{URL}/{router['id']}"
        joined = await client.put(f"{url}/add_router_interface", {"port_id": port["id"]})
        assert (joined.json()["port_id"], joined.json()["subnet_id"]) == (port["id"], subnet_id)
        shown = await show(client, "port", port["id"])
        assert (shown["device_id"], shown["device_owner"], shown["security_groups"]) == (
            router["id"],
            "network:router_interface",
            [],
        )
        assert await fault(client.put(f"{url}/add_router_interface", {"port_id": port["id"]})) == (409, "PortInUse")
        both = {"port_id": port["id"], "subnet_id": subnet_id}
        assert await fault(client.put(f"{url}/add_router_interface", both)) == (400, "BadRequest")
        assert await fault(client.put(f"{url}/add_router_interface", {})) == (400, "BadRequest")
        assert (await client.put(f"{url}/remove_router_interface", {"port_id": port["id"]})).status_code == 200
        assert (await client.get(f"/network/v2.0/ports/{port['id']}")).status_code == 404

    run(tmp_path, test)


def test_a_router_refuses_subnets_that_overlap(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        _, first = await make_segment(client)
        _, same = await make_segment(client, "10.0.0.0/16")
        router = await make(client, "router")
        url = f"{URL}/{router['id']}/add_router_interface"
        assert (await client.put(url, {"subnet_id": first})).status_code == 200
        for subnet_id in (first, same):
            assert await fault(client.put(url, {"subnet_id": subnet_id})) == (400, "BadRequest")
        _, blind = await make_segment(client, "10.1.0.0/24", gateway_ip=None)
        assert await fault(client.put(url, {"subnet_id": blind})) == (400, "BadRequest")
        network_id, taken = await make_segment(client, "10.2.0.0/24")
        await make(client, "port", network_id=network_id, fixed_ips=[{"ip_address": "10.2.0.1"}])
        assert await fault(client.put(url, {"subnet_id": taken})) == (409, "IpAddressInUse")

    run(tmp_path, test)


def test_gateways_come_and_go(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client, admin = cloud.client(), cloud.client("admin")
        external = await make_external(cloud)
        network_id, _ = await make_segment(client)
        router = await make(client, "router")
        url = f"{URL}/{router['id']}"
        not_external = {"router": {"external_gateway_info": {"network_id": network_id}}}
        assert await fault(client.put(url, not_external)) == (400, "BadRequest")
        info = {"network_id": external, "enable_snat": False, "external_fixed_ips": [{"ip_address": "198.51.100.77"}]}
        asked = {"router": {"external_gateway_info": info}}
        assert await fault(client.put(url, asked)) == (403, "PolicyNotAuthorized")
        changed = await change(admin, "router", router["id"], external_gateway_info=info)
        gateway = changed["external_gateway_info"]
        assert gateway["enable_snat"] is False
        assert [ip["ip_address"] for ip in gateway["external_fixed_ips"]] == ["198.51.100.77"]
        await cloud.settle()
        cleared = await change(client, "router", router["id"], external_gateway_info={})
        assert cleared["external_gateway_info"] is None
        await cloud.settle()
        assert cloud.world.routers == {}

    run(tmp_path, test)


def test_extra_routes_lead_to_neighbours(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        _, subnet_id = await make_segment(client)
        router = await make(client, "router")
        url = f"{URL}/{router['id']}"
        await client.put(f"{url}/add_router_interface", {"subnet_id": subnet_id})
        route = {"destination": "10.9.0.0/16", "nexthop": "10.0.0.9"}
        assert (await change(client, "router", router["id"], routes=[route]))["routes"] == [route]
        for hop in ("10.8.0.1", "10.0.0.1"):
            body = {"router": {"routes": [{"destination": "10.9.0.0/16", "nexthop": hop}]}}
            assert await fault(client.put(url, body)) == (400, "InvalidRoutes")
        more = {"destination": "10.10.0.0/16", "nexthop": "10.0.0.9"}
        added = await client.put(f"{url}/add_extraroutes", {"router": {"routes": [route, more]}})
        assert added.json()["router"]["routes"] == [route, more]
        assert await fault(client.put(f"{url}/remove_router_interface", {"subnet_id": subnet_id})) == (
            409,
            "RouterInterfaceInUseByRoute",
        )
        left = await client.put(f"{url}/remove_extraroutes", {"router": {"routes": [route]}})
        assert left.json()["router"]["routes"] == [more]
        await cloud.settle()
        assert [str(target) for target, _ in cloud.world.routers[router["id"]].routes] == ["10.10.0.0/16"]

    run(tmp_path, test)
