"""Floating IPs: attach, detach, refuse."""

from pathlib import Path
from typing import Any

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

URL = "/network/v2.0/floatingips"


async def routed_server(cloud: NetworkCloud, server: str = "s1") -> tuple[str, str, Any]:
    """(external network, router, the port of a server behind it)."""
    client = cloud.client()
    external = await make_external(cloud)
    _, subnet_id = await make_segment(client)
    router = await make(client, "router", external_gateway_info={"network_id": external})
    await client.put(f"/network/v2.0/routers/{router['id']}/add_router_interface", {"subnet_id": subnet_id})
    [port] = await make_server(cloud, server)
    return external, router["id"], port


def test_attach_and_detach_reach_the_router(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        external, router_id, port = await routed_server(cloud)
        made = await make(client, "floatingip", floating_network_id=external)
        assert (made["status"], made["port_id"], made["port_details"]) == ("DOWN", None, None)
        attached = await change(client, "floatingip", made["id"], port_id=port.id)
        assert (attached["router_id"], attached["fixed_ip_address"]) == (router_id, port.addresses[0].ip)
        assert attached["port_details"]["device_id"] == "s1"
        cloud.woken.clear()
        await cloud.settle()
        assert (await show(client, "floatingip", made["id"]))["status"] == "ACTIVE"
        [translation] = cloud.world.routers[router_id].floating
        assert (str(translation.floating), str(translation.fixed)) == (
            made["floating_ip_address"],
            port.addresses[0].ip,
        )
        assert ("compute.server", "s1") in cloud.woken
        ports = await cloud.read(lambda tx: cloud.service.facade.ports_of(tx, ["compute.server/s1"]))
        assert ports["compute.server/s1"][0].addresses[0].floating == (made["floating_ip_address"],)
        detached = await change(client, "floatingip", made["id"], port_id=None)
        assert (detached["status"], detached["router_id"], detached["fixed_ip_address"]) == ("DOWN", None, None)
        await cloud.settle()
        assert cloud.world.routers[router_id].floating == ()

    run(tmp_path, test)


def test_what_needs_a_floating_ip_stays(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        external, router_id, port = await routed_server(cloud)
        made = await make(client, "floatingip", floating_network_id=external, port_id=port.id)
        subnet_id = port.addresses[0].subnet_id
        part = client.put(f"/network/v2.0/routers/{router_id}/remove_router_interface", {"subnet_id": subnet_id})
        assert await fault(part) == (409, "RouterInterfaceInUseByFloatingIP")
        clear = client.put(f"/network/v2.0/routers/{router_id}", {"router": {"external_gateway_info": None}})
        assert await fault(clear) == (409, "RouterExternalGatewayInUseByFloatingIp")
        await cloud.write(lambda tx: cloud.service.facade.release_ports(tx, "compute.server/s1"))
        assert (await show(client, "floatingip", made["id"]))["port_id"] is None
        assert (await client.delete(f"{URL}/{made['id']}")).status_code == 204
        assert await listed(cloud.client("admin"), "ports", device_owner="network:floatingip") == []

    run(tmp_path, test)


def test_what_is_refused(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        external, _, port = await routed_server(cloud)
        inner, _ = await make_segment(client, "10.7.0.0/24")
        lonely = await make(client, "port", network_id=inner)
        await make(client, "floatingip", floating_network_id=external, port_id=port.id)

        async def refused(**wish: Any) -> tuple[int, str]:
            return await fault(client.post(URL, {"floatingip": {"floating_network_id": external, **wish}}))

        assert await refused(floating_network_id=inner) == (400, "BadRequest")
        assert await refused(port_id=port.id) == (409, "FloatingIPPortAlreadyAssociated")
        assert await refused(port_id=lonely["id"]) == (404, "ExternalGatewayForFloatingIPNotFound")
        assert await refused(port_id=port.id, fixed_ip_address="10.0.0.99") == (400, "BadRequest")
        assert await refused(fixed_ip_address="10.0.0.99") == (400, "BadRequest")
        assert await refused(floating_ip_address="198.51.100.9") == (403, "PolicyNotAuthorized")
        assert await refused(port_id="00000000-0000-0000-0000-000000000000") == (404, "PortNotFound")
        assert len(await listed(client, "floatingips")) == 1
        assert len(await listed(cloud.client("admin"), "ports", device_owner="network:floatingip")) == 1

    run(tmp_path, test)


def test_an_administrator_picks_the_address(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        external = await make_external(cloud)
        wish = {"floating_network_id": external, "floating_ip_address": "198.51.100.9"}
        made = await make(cloud.client("admin"), "floatingip", **wish)
        assert made["floating_ip_address"] == "198.51.100.9"
        assert await fault(cloud.client("admin").post(URL, {"floatingip": wish})) == (409, "IpAddressAlreadyAllocated")

    run(tmp_path, test)
