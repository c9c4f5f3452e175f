"""Subnets: defaults, validation, overlap, subnet pools, DHCP."""

from pathlib import Path
from typing import Any

import pytest

from tests.services.network.cloud import NetworkCloud, change, fault, listed, make, make_segment, run, show

URL = "/network/v2.0/subnets"
V4: dict[str, Any] = {"ip_version": 4, "cidr": "10.0.0.0/24"}
V6: dict[str, Any] = {"ip_version": 6, "cidr": "2001:db8::/64"}


def test_a_new_subnet_has_neutrons_defaults(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        network = await make(cloud.client(), "network")
        made = await make(cloud.client(), "subnet", network_id=network["id"], **V4)
        expected = {
            "cidr": "10.0.0.0/24",
            "gateway_ip": "10.0.0.1",
            "allocation_pools": [{"start": "10.0.0.2", "end": "10.0.0.254"}],
            "enable_dhcp": True,
            "dns_nameservers": [],
            "host_routes": [],
            "ipv6_ra_mode": None,
            "subnetpool_id": None,
            "project_id": "mine",
        }
        assert {name: made[name] for name in expected} == expected
        assert (await show(cloud.client(), "network", network["id"]))["subnets"] == [made["id"]]

    run(tmp_path, test)


NO_SUBNETS: list[tuple[dict[str, Any], str]] = [
    ({"ip_version": 4}, "BadRequest"),
    ({"ip_version": 4, "cidr": "10.0.0.0/33"}, "InvalidInput"),
    ({"ip_version": 4, "cidr": "nonsense"}, "InvalidInput"),
    ({"ip_version": 4, "cidr": "2001:db8::/64"}, "InvalidInput"),
    ({"ip_version": 4, "cidr": "0.0.0.0/0"}, "InvalidInput"),
    ({"ip_version": 5, "cidr": "10.0.0.0/24"}, "HTTPBadRequest"),
    ({"cidr": "10.0.0.0/24"}, "BadRequest"),
    ({**V4, "gateway_ip": "10.0.1.1"}, "InvalidInput"),
    ({**V4, "gateway_ip": "10.0.0.255"}, "InvalidInput"),
    ({**V4, "allocation_pools": [{"start": "10.0.1.2", "end": "10.0.1.9"}]}, "OutOfBoundsAllocationPool"),
    ({**V4, "allocation_pools": [{"start": "10.0.0.9", "end": "10.0.0.2"}]}, "InvalidAllocationPool"),
    ({**V4, "dns_nameservers": ["8.8.8.8", "8.8.8.8"]}, "InvalidInput"),
    ({**V4, "dns_nameservers": [f"8.8.8.{n}" for n in range(6)]}, "DNSNameServersExhausted"),
    ({**V4, "host_routes": [{"destination": "10.9.0.0/16", "nexthop": "::1"}]}, "InvalidInput"),
    ({**V4, "ipv6_ra_mode": "slaac"}, "InvalidInput"),
    ({**V6, "ipv6_ra_mode": "slaac", "ipv6_address_mode": "dhcpv6-stateful"}, "InvalidInput"),
    ({**V6, "cidr": "2001:db8::/80", "ipv6_address_mode": "slaac"}, "InvalidInput"),
    ({**V6, "enable_dhcp": False, "ipv6_address_mode": "slaac"}, "InvalidInput"),
]


def test_what_is_no_subnet(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        network = await make(cloud.client(), "network")
        for wish, kind in NO_SUBNETS:
            body = {"subnet": {"network_id": network["id"], **wish}}
            assert (await fault(cloud.client().post(URL, body)), wish) == ((400, kind), wish)
        assert await listed(cloud.client(), "subnets") == []

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("pools", "kind"),
    [
        ([("10.0.0.1", "10.0.0.9")], "GatewayConflictWithAllocationPools"),
        ([("10.0.0.5", "10.0.0.20"), ("10.0.0.20", "10.0.0.30")], "OverlappingAllocationPools"),
    ],
)
def test_pools_that_conflict(tmp_path: Path, pools: list[tuple[str, str]], kind: str) -> None:
    async def test(cloud: NetworkCloud) -> None:
        network = await make(cloud.client(), "network")
        wish = {"network_id": network["id"], **V4}
        wish["allocation_pools"] = [{"start": start, "end": end} for start, end in pools]
        assert await fault(cloud.client().post(URL, {"subnet": wish})) == (409, kind)

    run(tmp_path, test)


def test_subnets_of_a_network_do_not_overlap(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        network_id, _ = await make_segment(cloud.client())
        for cidr in ("10.0.0.0/24", "10.0.0.128/25", "10.0.0.0/8"):
            body = {"subnet": {"network_id": network_id, "ip_version": 4, "cidr": cidr}}
            assert await fault(cloud.client().post(URL, body)) == (400, "InvalidInput")
        await make(cloud.client(), "subnet", network_id=network_id, ip_version=4, cidr="10.0.1.0/24")
        await make_segment(cloud.client())  # another network may have the same prefix

    run(tmp_path, test)


def test_no_gateway_and_own_pools(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        network = await make(cloud.client(), "network")
        made = await make(cloud.client(), "subnet", network_id=network["id"], gateway_ip=None, **V4)
        assert made["gateway_ip"] is None
        assert made["allocation_pools"] == [{"start": "10.0.0.1", "end": "10.0.0.254"}]
        changed = await change(cloud.client(), "subnet", made["id"], gateway_ip="10.0.0.9",
                               allocation_pools=[{"start": "10.0.0.20", "end": "10.0.0.30"}])  # fmt: skip
        assert (changed["gateway_ip"], changed["allocation_pools"][0]["start"]) == ("10.0.0.9", "10.0.0.20")
        port = await make(cloud.client(), "port", network_id=network["id"])
        assert port["fixed_ips"][0]["ip_address"] == "10.0.0.21"  # the DHCP server has the first

    run(tmp_path, test)


def test_a_subnet_in_use_stays(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        network_id, subnet_id = await make_segment(client)
        port = await make(client, "port", network_id=network_id)
        assert await fault(client.delete(f"{URL}/{subnet_id}")) == (409, "SubnetInUse")
        await client.delete(f"/network/v2.0/ports/{port['id']}")
        assert (await client.delete(f"{URL}/{subnet_id}")).status_code == 204
        assert await listed(client, "ports") == []

    run(tmp_path, test)


def test_dhcp_can_be_switched(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        network_id, subnet_id = await make_segment(client)
        await make(client, "port", network_id=network_id)
        assert len(await listed(client, "ports", device_owner="network:dhcp")) == 1
        await change(client, "subnet", subnet_id, enable_dhcp=False)
        assert await listed(client, "ports", device_owner="network:dhcp") == []
        await change(client, "subnet", subnet_id, enable_dhcp=True)
        [dhcp] = await listed(client, "ports", device_owner="network:dhcp")
        assert dhcp["fixed_ips"] == [{"subnet_id": subnet_id, "ip_address": "10.0.0.2"}]

    run(tmp_path, test)


def test_slaac_makes_addresses_from_macs(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        network = await make(client, "network")
        early = await make(client, "port", network_id=network["id"])
        slaac = await make(client, "subnet", network_id=network["id"], ipv6_address_mode="slaac",
                           ipv6_ra_mode="slaac", **V6)  # fmt: skip
        late = await make(client, "port", network_id=network["id"], mac_address="fa:16:3e:00:00:01")
        assert late["fixed_ips"] == [{"subnet_id": slaac["id"], "ip_address": "2001:db8::f816:3eff:fe00:1"}]
        assert len((await show(client, "port", early["id"]))["fixed_ips"]) == 1
        wish = {"network_id": network["id"], "fixed_ips": [{"subnet_id": slaac["id"], "ip_address": "2001:db8::9"}]}
        assert await fault(client.post("/network/v2.0/ports", {"port": wish})) == (400, "AllocationOnAutoAddressSubnet")
        assert (await client.delete(f"{URL}/{slaac['id']}")).status_code == 204

    run(tmp_path, test)


def test_subnets_are_cut_from_pools(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        client = cloud.client()
        pool = await make(client, "subnetpool", name="p", prefixes=["10.1.0.0/24", "10.1.1.0/24"], default_prefixlen=25,
                          min_prefixlen=24, default_quota=384)  # fmt: skip
        assert (pool["prefixes"], pool["ip_version"]) == (["10.1.0.0/23"], 4)
        network = await make(client, "network")
        wish = {"network_id": network["id"], "subnetpool_id": pool["id"]}
        cidrs = [(await make(client, "subnet", **wish))["cidr"] for _ in range(2)]
        assert cidrs == ["10.1.0.0/25", "10.1.0.128/25"]
        assert await fault(client.post(URL, {"subnet": {**wish, "prefixlen": 23}})) == (
            400,
            "MinPrefixSubnetAllocationError",
        )
        assert await fault(client.post(URL, {"subnet": {**wish, "prefixlen": 24}})) == (409, "OverQuota")
        assert await fault(client.post(URL, {"subnet": {**wish, "cidr": "10.1.0.0/25"}})) == (
            409,
            "SubnetAllocationError",
        )
        assert await fault(client.delete(f"/network/v2.0/subnetpools/{pool['id']}")) == (409, "SubnetPoolInUse")
        larger = await change(client, "subnetpool", pool["id"], prefixes=["10.1.0.0/22"])
        assert larger["prefixes"] == ["10.1.0.0/22"]
        smaller = {"subnetpool": {"prefixes": ["10.1.0.0/24"]}}
        assert await fault(client.put(f"/network/v2.0/subnetpools/{pool['id']}", smaller)) == (
            400,
            "IllegalSubnetPoolPrefixUpdate",
        )

    run(tmp_path, test)
