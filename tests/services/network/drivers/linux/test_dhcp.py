"""The files and the command line of dnsmasq."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from altostratus.services.network.driver import DhcpHost, NetworkSpec, SubnetSpec
from altostratus.services.network.drivers.linux import dhcp
from altostratus.services.network.drivers.linux.names import short

SUBNET = SubnetSpec(
    id="s1",
    cidr=IPv4Network("10.7.0.0/24"),
    gateway=IPv4Address("10.7.0.1"),
    dhcp=IPv4Address("10.7.0.2"),
    routes=((IPv4Network("10.9.0.0/16"), IPv4Address("10.7.0.9")),),
    hosts=(DhcpHost("02:00:00:00:00:0A", IPv4Address("10.7.0.5"), "vm"),),
)
NETWORK = NetworkSpec("n1", 1450, (SUBNET, replace(SUBNET, id="s0", dhcp=None)))
TAG = f"s{short('s1')}"


def test_hosts_and_names() -> None:
    assert dhcp.render_hosts(NETWORK) == "02:00:00:00:00:0a,10.7.0.5,vm\n"
    assert dhcp.render_names(NETWORK, "cloud") == "10.7.0.5 vm.cloud vm\n"


def test_the_default_route_is_in_both_options_and_metadata_goes_by_the_server() -> None:
    routes = "169.254.169.254/32,10.7.0.2,10.9.0.0/16,10.7.0.9,0.0.0.0/0,10.7.0.1"
    assert dhcp.render_options(NETWORK).splitlines() == [
        f"tag:{TAG},option:router,10.7.0.1",
        f"tag:{TAG},option:dns-server,10.7.0.2",
        f"tag:{TAG},option:classless-static-route,{routes}",
        f"tag:{TAG},249,{routes}",
    ]


def test_without_a_gateway_the_server_must_not_name_itself_as_router() -> None:
    lines = dhcp.render_options(replace(NETWORK, subnets=(replace(SUBNET, gateway=None),))).splitlines()
    assert lines[0] == f"tag:{TAG},option:router"
    assert "0.0.0.0/0" not in lines[2]


def test_own_name_servers_are_told() -> None:
    servers = IPv4Address("9.9.9.9"), IPv4Address("1.1.1.1")
    lines = dhcp.render_options(replace(NETWORK, subnets=(replace(SUBNET, dns=servers),)))
    assert f"tag:{TAG},option:dns-server,9.9.9.9,1.1.1.1\n" in lines


def test_the_command_line_changes_only_with_what_needs_a_restart(tmp_path: Path) -> None:
    before = dhcp.render_arguments(NETWORK, tmp_path, "cloud", "nobody")
    assert f"--dhcp-range=set:{TAG},10.7.0.0,static,255.255.255.0,86400s" in before
    assert sum(argument.startswith("--dhcp-range") for argument in before) == 1
    more = replace(NETWORK, subnets=(replace(SUBNET, hosts=(), gateway=None, routes=()),))
    assert dhcp.render_arguments(more, tmp_path, "cloud", "nobody") == before
    assert dhcp.render_arguments(replace(NETWORK, mtu=1400), tmp_path, "cloud", "nobody") != before


def test_nobody_serves_only_what_nobody_may_read(tmp_path: Path) -> None:
    modes = {tmp_path: 0o755}
    assert dhcp._user(tmp_path, lambda path: modes.get(path, 0o755)) == "nobody"
    modes[tmp_path.parent] = 0o700
    assert dhcp._user(tmp_path, lambda path: modes.get(path, 0o755)) == "root"


def test_name_servers_of_the_host_are_those_that_others_can_reach(tmp_path: Path) -> None:
    stub, real = tmp_path / "stub", tmp_path / "real"
    stub.write_text("nameserver 127.0.0.53\noptions edns0\n")
    real.write_text("# by hand\nnameserver 10.1.1.1\nnameserver fe80::1\nnameserver\nnameserver 10.1.1.2\n")
    servers = dhcp.host_resolvers((tmp_path / "absent", stub, real))
    assert servers == (IPv4Address("10.1.1.1"), IPv4Address("10.1.1.2"))
    assert dhcp.render_resolvers(servers) == "nameserver 10.1.1.1\nnameserver 10.1.1.2\n"
    assert dhcp.host_resolvers((stub,)) == ()


def test_the_server_asks_by_the_first_gateway_on_its_subnet() -> None:
    (route,) = dhcp.default_route(NETWORK)
    assert (str(route.target), str(route.gateway)) == ("0.0.0.0/0", "10.7.0.1")
    elsewhere = replace(SUBNET, gateway=IPv4Address("10.8.0.1"))
    assert dhcp.default_route(replace(NETWORK, subnets=(elsewhere,))) == []
