"""The data plane of the Linux driver, proved with namespaces for machines. Changes this host and restores it."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from uuid import uuid4

import pytest

from altostratus.services.network.driver import (
    DhcpHost,
    DriverError,
    FloatingIP,
    NetworkSpec,
    PortSpec,
    RouterGateway,
    RouterInterface,
    RouterSpec,
    Rule,
    SubnetSpec,
    digest,
)
from altostratus.services.network.drivers.linux.journal import Journal
from altostratus.services.network.drivers.linux.netfilter import Connection
from altostratus.services.network.drivers.linux.network import LinuxNetwork
from altostratus.services.network.drivers.linux.root import Root
from tests.instance_tag import instance_tag
from tests.services.network.drivers.linux.machine import (
    Machine,
    arp_request,
    echo,
    has_whole_checksum,
    listen,
    serving,
    udp,
)

pytestmark = pytest.mark.live

ANY_OUT = Rule(ingress=False)
ANY_IN = Rule(ingress=True)
SSH_IN = Rule(ingress=True, protocol=6, port_min=22, port_max=22)
PING_IN = Rule(ingress=True, protocol=1, port_min=8, port_max=0)
FLOATING = "198.18.7.50"


def sh(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def other_clouds(instance: str) -> list[str]:
    return [line for line in sh("nft", "list", "tables").splitlines() if "alto_" in line and instance not in line]


def host_settings(instance: str) -> list[str]:
    """What belongs to the host and purge must restore, but for what other clouds on it do meanwhile."""
    routes = [line for line in sh("ip", "route").splitlines() if " dev ai" not in line or instance in line]
    forwarding = [] if other_clouds(instance) else [sh("sysctl", "net.ipv4.ip_forward")]
    return [sh("sysctl", "net.bridge"), sh("ip", "rule"), *forwarding, *routes]


def traces(*ours: str) -> list[str]:
    """Lines in which we still show; other tests may change the host meanwhile."""
    listed = sh("ip", "link") + sh("ip", "netns") + sh("nft", "list", "ruleset") + sh("ps", "-eo", "args")
    return [line for line in listed.splitlines() if any(name in line for name in ours)]


class Cloud:
    """Two machines on a tenant network behind a router, whose gateway is on an external network."""

    def __init__(self, run: Path) -> None:
        self.run, self.instance = run / "run", instance_tag()
        self.root = Root(Journal(run / "test-journal"))
        self.driver = LinuxNetwork(self.run, self.instance)
        self.made: list[Machine] = []
        self.network = self.tenant(uuid4())
        self.external = NetworkSpec(
            id=str(uuid4()),
            mtu=1500,
            subnets=(SubnetSpec("ext", IPv4Network("198.18.7.0/24"), IPv4Address("198.18.7.1"), None),),
            host_address=(IPv4Interface("198.18.7.1/24"),),
            uplink=True,
        )
        self.router = RouterSpec(
            id=str(uuid4()),
            interfaces=(self.leg(self.network.id),),
            gateway=RouterGateway(
                port_id=str(uuid4()),
                network_id=self.external.id,
                mac="02:00:00:00:07:aa",
                addresses=(IPv4Interface("198.18.7.10/24"),),
                nexthop=IPv4Address("198.18.7.1"),
                snat=True,
                mtu=1500,
            ),
            floating=(FloatingIP("fip", IPv4Address(FLOATING), IPv4Address("10.7.0.11")),),
        )

    @staticmethod
    def tenant(network_id: object) -> NetworkSpec:
        hosts = tuple(DhcpHost(mac(n), IPv4Address(f"10.7.0.{n}"), f"vm{n}") for n in (11, 12))
        subnet = SubnetSpec(
            id=str(uuid4()),
            cidr=IPv4Network("10.7.0.0/24"),
            gateway=IPv4Address("10.7.0.1"),
            dhcp=IPv4Address("10.7.0.2"),
            routes=((IPv4Network("10.9.0.0/16"), IPv4Address("10.7.0.9")),),
            hosts=hosts,
        )
        return NetworkSpec(id=str(network_id), mtu=1450, subnets=(subnet,), dhcp_mac="02:00:00:00:07:02")

    @staticmethod
    def leg(network_id: str) -> RouterInterface:
        address = IPv4Interface("10.7.0.1/24")
        return RouterInterface(str(uuid4()), network_id, "02:00:00:00:07:01", (address,), 1450)

    def port(self, number: int, *rules: Rule, network: NetworkSpec | None = None) -> PortSpec:
        where = network or self.network
        tap = f"t{self.instance}{where.id[:4]}-{number}"
        address = IPv4Address(f"10.7.0.{number}")
        return PortSpec(f"{where.id[:8]}-{number}", where.id, tap, mac(number), (address,), rules=rules)

    def machine(self, port: PortSpec) -> Machine:
        """Plugged in and configured, without a call of the driver."""
        made = Machine(self.root, f"altotest-{port.tap}", port.tap, port.mac)
        made.plug(self.driver.bridge(port.network_id))
        made.configure(f"{port.addresses[0]}/24", gateway="10.7.0.1", metadata="10.7.0.2")
        self.made.append(made)
        return made

    def close(self) -> None:
        for machine in self.made:
            machine.unplug()
        self.driver.purge()
        self.root.undo_all()


def mac(number: int) -> str:
    return f"02:00:00:00:07:{number:02x}"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path)
    before = host_settings(cloud.instance)
    try:
        cloud.driver.ensure_network(cloud.network)
        cloud.driver.ensure_network(cloud.external)
        cloud.driver.ensure_router(cloud.router)
        yield cloud
    finally:
        cloud.close()
    assert traces(cloud.instance, str(cloud.run)) == []
    assert host_settings(cloud.instance) == before


def test_a_machine_gets_its_lease_with_router_mtu_and_routes(cloud: Cloud) -> None:
    port = cloud.port(11, ANY_OUT)
    cloud.driver.ensure_port(port)
    machine = cloud.machine(port)
    machine.configure()

    with machine.sniff() as seen:
        offer = machine.ask_dhcp()
        assert has_whole_checksum(seen.udp_from(67)), "clients that read raw frames would drop it"

    assert offer is not None
    assert offer.address == "10.7.0.11"
    assert offer.options[26] == (1450).to_bytes(2, "big")
    assert offer.options[6] == IPv4Address("10.7.0.2").packed
    routes = offer.options[121]
    assert bytes([32, 169, 254, 169, 254, 10, 7, 0, 2]) in routes
    assert bytes([16, 10, 9, 10, 7, 0, 9]) in routes
    assert routes.endswith(bytes([0, 10, 7, 0, 1]))


def test_an_address_can_be_leased_to_another_machine_at_once(cloud: Cloud) -> None:
    first, second = cloud.port(11), replace(cloud.port(12), addresses=(IPv4Address("10.7.0.11"),))
    for port in (first, second):
        cloud.driver.ensure_port(port)
    one, two = cloud.machine(first), cloud.machine(second)
    for machine in (one, two):
        machine.configure()
    assert one.ask_dhcp() is not None

    (subnet,) = cloud.network.subnets
    moved = replace(subnet, hosts=(DhcpHost(mac(12), IPv4Address("10.7.0.11"), "vm"),))
    cloud.driver.ensure_network(replace(cloud.network, subnets=(moved,)))

    offer = two.ask_dhcp()
    assert offer is not None
    assert offer.address == "10.7.0.11"
    assert one.ask_dhcp() is None


def test_only_what_rules_accept_passes(cloud: Cloud) -> None:
    client, server = cloud.port(11, ANY_OUT), cloud.port(12, PING_IN, SSH_IN)
    cloud.driver.ensure_port(client)
    cloud.driver.ensure_port(server)  # before there is a tap
    one, two = cloud.machine(client), cloud.machine(server)

    with serving(listen(two, 22), listen(two, 23), listen(one, 22)):
        assert one.pings("10.7.0.12")
        assert one.reaches("10.7.0.12", 22)
        assert not one.reaches("10.7.0.12", 23)
        assert not two.reaches("10.7.0.11", 22), "the server has no egress rule"

        telnet = Rule(ingress=True, protocol=6, port_min=23, remote=(IPv4Network("10.7.0.11/32"),))
        cloud.driver.ensure_port(replace(server, rules=(telnet,)))
        assert one.reaches("10.7.0.12", 23)
        assert not one.reaches("10.7.0.12", 22)
        assert not one.pings("10.7.0.12")


def test_a_port_sends_only_as_itself(cloud: Cloud) -> None:
    liar, victim = cloud.port(11, ANY_OUT), cloud.port(12, ANY_IN, ANY_OUT)
    cloud.driver.ensure_port(liar)
    cloud.driver.ensure_port(victim)
    one, two = cloud.machine(liar), cloud.machine(victim)
    assert one.pings("10.7.0.12")

    one.configure("10.7.0.11/24", "10.7.0.99/24")
    assert not one.pings("10.7.0.12", source="10.7.0.99")
    with two.sniff() as seen:
        one.send_frame(udp("02:00:00:00:07:99", "10.7.0.11", "10.7.0.12", 9, 9, b"wrong MAC"))
        one.send_frame(udp(liar.mac, "10.7.0.1", "10.7.0.12", 9, 9, b"wrong address"))
        one.send_frame(udp(liar.mac, "10.7.0.11", "10.7.0.12", 67, 68, b"rogue DHCP"))
        one.send_frame(arp_request(liar.mac, "10.7.0.1", "10.7.0.200"))
        one.send_frame(arp_request("02:00:00:00:07:99", "10.7.0.11", "10.7.0.201", source=liar.mac))
        one.send_frame(udp(liar.mac, "10.7.0.11", "10.7.0.12", 9, 9, b"honest")[:12] + b"\x86\xdd" + b"six")
        one.send_frame(arp_request(liar.mac, "10.7.0.11", "10.7.0.202"))
        frames = [b"wrong MAC", b"wrong address", b"rogue DHCP", b"\x0a\x07\x00\xc8", b"\x0a\x07\x00\xc9", b"six"]
        assert seen.saw(b"\x0a\x07\x00\xca"), "an honest ARP request must arrive"
    with two.sniff() as seen:
        one.send_frame(udp(liar.mac, "10.7.0.11", "10.7.0.12", 9, 9, b"honest"))
        assert seen.saw(b"honest")
        for content in frames:
            one.send_frame(udp("02:00:00:00:07:99", "10.7.0.11", "10.7.0.12", 9, 9, content))
        assert not any(seen.saw(content, 0.1) for content in frames)

    cloud.driver.ensure_port(replace(liar, allowed=((None, IPv4Network("10.7.0.96/29")),)))
    assert one.pings("10.7.0.12", source="10.7.0.99")


def test_an_unknown_tap_passes_nothing(cloud: Cloud) -> None:
    known = replace(cloud.port(12), secure=False)
    cloud.driver.ensure_port(known)
    stranger, two = cloud.machine(cloud.port(11)), cloud.machine(known)

    assert not stranger.pings("10.7.0.12")
    assert not stranger.pings("10.7.0.1")
    assert stranger.ask_dhcp() is None
    with stranger.sniff() as seen:
        two.send_frame(arp_request(known.mac, "10.7.0.12", "10.7.0.77"))
        assert not seen.saw(b"\x0a\x07\x00\x4d")


def test_insecure_passes_everything_and_down_nothing(cloud: Cloud) -> None:
    free, other = replace(cloud.port(11), secure=False), replace(cloud.port(12), secure=False)
    cloud.driver.ensure_port(free)
    cloud.driver.ensure_port(other)
    one, two = cloud.machine(free), cloud.machine(other)
    one.configure("10.7.0.11/24", "10.7.0.99/24")
    assert one.pings("10.7.0.12", source="10.7.0.99")
    with two.sniff() as seen:
        one.send_frame(b"\xff" * 6 + b"\x02\0\0\0\0\x63" + b"\x88\xb5experiment")
        assert seen.saw(b"experiment")

    cloud.driver.ensure_port(replace(free, up=False))
    assert not one.pings("10.7.0.12")
    assert not two.pings("10.7.0.11")
    cloud.driver.ensure_port(free)
    assert one.pings("10.7.0.12")


def test_equal_addresses_on_two_networks_do_not_meet(cloud: Cloud) -> None:
    other = cloud.tenant(uuid4())
    cloud.driver.ensure_network(other)
    ports = [cloud.port(11, ANY_OUT), cloud.port(12, ANY_IN)]
    ports += [cloud.port(11, ANY_OUT, network=other), cloud.port(12, network=other)]
    for port in ports:
        cloud.driver.ensure_port(port)
    here, _, there, _ = (cloud.machine(port) for port in ports)

    assert here.pings("10.7.0.12")
    assert not there.pings("10.7.0.12"), "an answer was accepted for a connection of another network"


def test_floating_address_translates_both_ways_and_hairpins(cloud: Cloud) -> None:
    ports = cloud.port(11, ANY_OUT, ANY_IN), cloud.port(12, ANY_OUT)
    for port in ports:
        cloud.driver.ensure_port(port)
    one, two = (cloud.machine(port) for port in ports)
    host = socket.create_server(("198.18.7.1", 8080))
    with serving(listen(one, 22), host):
        with socket.create_connection((FLOATING, 22), timeout=2) as from_host:
            assert echo(from_host) == "198.18.7.1"
        with one.connect("198.18.7.1", 8080) as out:
            assert echo(out) == FLOATING
        with two.connect("198.18.7.1", 8080) as out:
            assert echo(out) == "198.18.7.10"
        with two.connect(FLOATING, 22) as hairpin:
            assert echo(hairpin) == "10.7.0.1"


def test_the_world_beyond_the_host_sees_the_hosts_address(cloud: Cloud) -> None:
    ports = cloud.port(11, ANY_OUT), cloud.port(12, ANY_OUT)
    for port in ports:
        cloud.driver.ensure_port(port)
    machines = [cloud.machine(port) for port in ports]
    world = Machine(cloud.root, f"altotest-{cloud.instance}-world", f"tw{cloud.instance}", "02:00:00:00:09:01")
    cloud.made.append(world)
    world.plug(None)
    world.configure("198.19.9.2/24")  # no route back to us: it can only answer the host
    cloud.root.ensure_addresses(world.tap, [IPv4Interface("198.19.9.1/24")])
    with serving(listen(world, 8080)):
        for machine in machines:
            with machine.connect("198.19.9.2", 8080) as out:
                assert echo(out) == "198.19.9.1"


def test_names_are_answered_and_the_world_is_asked_by_the_router(cloud: Cloud) -> None:
    port = cloud.port(11, ANY_OUT)
    cloud.driver.ensure_port(port)
    one = cloud.machine(port)
    cloud.driver = LinuxNetwork(cloud.run, cloud.instance, resolvers=(IPv4Address("198.18.7.1"),))
    cloud.driver.ensure_network(cloud.network)
    assert IPv4Address("10.7.0.12").packed in one.asks_name("10.7.0.2", "vm12.openstacklocal")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
        resolver.bind(("198.18.7.1", 53))
        resolver.settimeout(2)
        one.asks_name("10.7.0.2", "example.org", seconds=0.1)
        question, asker = resolver.recvfrom(500)
    assert b"\x07example\x03org" in question
    assert asker[0] == "198.18.7.10"


def test_a_floating_address_that_is_gone_ends_its_connections(cloud: Cloud) -> None:
    port = cloud.port(11, ANY_OUT, ANY_IN)
    cloud.driver.ensure_port(port)
    one = cloud.machine(port)
    with (
        serving(listen(one, 22), socket.create_server(("198.18.7.1", 8080))),
        socket.create_connection((FLOATING, 22), timeout=2) as inward,
        one.connect("198.18.7.1", 8080) as outward,
    ):
        cloud.driver.ensure_router(replace(cloud.router, routes=((IPv4Network("10.8.0.0/16"), ROUTED),)))
        assert echo(inward) is not None, "an unrelated change must not cut it"
        assert echo(outward) is not None

        cloud.driver.ensure_router(replace(cloud.router, floating=()))
        assert echo(inward) is None
        assert echo(outward) is None


ROUTED = IPv4Address("10.7.0.9")


def test_a_router_that_is_down_forwards_nothing(cloud: Cloud) -> None:
    port = cloud.port(11, ANY_OUT)
    cloud.driver.ensure_port(port)
    one = cloud.machine(port)
    assert one.pings("198.18.7.1")
    cloud.driver.ensure_router(replace(cloud.router, up=False))
    assert not one.pings("198.18.7.1")


def test_metadata_arrives_from_both_sides_under_the_fixed_address(cloud: Cloud) -> None:
    port = cloud.port(11, ANY_OUT)
    cloud.driver.ensure_port(port)
    one = cloud.machine(port)
    listeners = (
        cloud.driver.listen_metadata(network_id=cloud.network.id),
        cloud.driver.listen_metadata(router_id=cloud.router.id),
    )
    with serving(listeners[0]), one.connect("169.254.169.254", 80) as by_dhcp:
        assert echo(by_dhcp) == "10.7.0.11"
    with serving(listeners[1]):
        one.configure("10.7.0.11/24", gateway="10.7.0.1")
        with one.connect("169.254.169.254", 80) as by_router:
            assert echo(by_router) == "10.7.0.11"
        assert not one.reaches("10.7.0.1", 9697), "only what was sent to 169.254.169.254"
        with pytest.raises(OSError):
            socket.create_connection(("198.18.7.10", 9697), timeout=0.5)


def test_established_connections_survive_a_change_unless_it_refuses_them(cloud: Cloud) -> None:
    client, server = cloud.port(11, ANY_OUT), cloud.port(12, SSH_IN, PING_IN)
    cloud.driver.ensure_port(client)
    cloud.driver.ensure_port(server)
    one, two = cloud.machine(client), cloud.machine(server)
    with serving(listen(two, 22)), one.connect("10.7.0.12", 22) as connection:
        assert echo(connection) == "10.7.0.11"
        cloud.driver.ensure_port(replace(server, rules=(SSH_IN,)))
        assert echo(connection) == "10.7.0.11"
        cloud.driver.ensure_port(replace(server, rules=(PING_IN,)))
        assert echo(connection) is None


class DyingRoot(Root):
    """Dies when connections are to be cut."""

    def connections(self, zone: int | None = None, namespace: str | None = None) -> list[Connection]:
        raise DriverError("killed")


def test_dying_between_narrowing_and_cutting_is_seen_and_mended(cloud: Cloud) -> None:
    client, server = cloud.port(11, ANY_OUT), cloud.port(12, SSH_IN)
    narrowed = replace(server, rules=(PING_IN,))
    cloud.driver.ensure_port(client)
    cloud.driver.ensure_port(server)
    one, two = cloud.machine(client), cloud.machine(server)
    with serving(listen(two, 22)), one.connect("10.7.0.12", 22) as connection:
        assert echo(connection) is not None
        dying = LinuxNetwork(cloud.run, cloud.instance, DyingRoot(Journal(cloud.run / "journal")))
        with pytest.raises(DriverError):
            dying.ensure_port(narrowed)
        cloud.driver = LinuxNetwork(cloud.run, cloud.instance)
        assert cloud.driver.observe().ports[server.id] == ""
        cloud.driver.ensure_port(narrowed)
        assert cloud.driver.observe().ports[server.id] == digest(narrowed)
        assert echo(connection) is None


def test_a_leg_can_move_to_another_network(cloud: Cloud) -> None:
    other = cloud.tenant(uuid4())
    moved = replace(cloud.router, interfaces=(replace(cloud.router.interfaces[0], network_id=other.id),))
    port = cloud.port(11, ANY_OUT, network=other)
    cloud.driver.ensure_router(moved)
    cloud.driver.ensure_port(port)
    assert cloud.machine(port).pings("198.18.7.1")
    assert cloud.driver.observe().routers == {moved.id: digest(moved)}


def test_docker_like_forward_policy_does_not_stop_us(cloud: Cloud) -> None:
    ours = f'"ab{cloud.instance}-*"'
    table = f"table ip altotest_{cloud.instance}"
    # drops only frames of this test's bridges, as Docker's policy drops everybody's
    rules = f"chain FORWARD {{ type filter hook forward priority 0; policy drop; iifname != {ours} accept; }}"
    subprocess.run(["nft", "-f", "-"], input=f"{table} {{ {rules}; }}", text=True, check=True)
    try:
        ports = cloud.port(11, ANY_OUT), cloud.port(12, PING_IN)
        for port in ports:
            cloud.driver.ensure_port(port)
        one, _ = (cloud.machine(port) for port in ports)
        assert one.pings("10.7.0.12")
        cloud.driver.purge()
        assert "altostratus" not in sh("nft", "list", *table.split())
    finally:
        sh("nft", "delete", *table.split())


def test_what_was_damaged_is_seen_and_mended(cloud: Cloud) -> None:
    driver, port = cloud.driver, cloud.port(11, ANY_OUT)
    driver.ensure_port(port)
    machine = cloud.machine(port)
    network, router = cloud.network, cloud.router
    bridge, table = driver.bridge(network.id), f"alto_{cloud.instance}"

    def kill_dnsmasq() -> None:
        pid = int((cloud.run / "dhcp" / network.id / "pid").read_text())
        os.kill(pid, signal.SIGKILL)
        while "--leasefile-ro" in Path(f"/proc/{pid}/cmdline").read_text():
            os.sched_yield()

    damages: dict[str, Callable[[], object]] = {
        "dnsmasq": kill_dnsmasq,
        "DHCP namespace": lambda: sh("ip", "netns", "del", f"alto-{cloud.instance}-dhcp-{network.id}"),
        "pid file": lambda: (cloud.run / "dhcp" / network.id / "pid").unlink(),
        "router namespace": lambda: sh("ip", "netns", "del", f"alto-{cloud.instance}-rtr-{router.id}"),
        "router rules": lambda: sh(
            "ip", "netns", "exec", f"alto-{cloud.instance}-rtr-{router.id}", "nft", "flush", "ruleset"
        ),
        "port chain": lambda: sh("nft", "flush", "chain", "inet", table, f"in-{port.id}"),
        "base chain": lambda: sh("nft", "flush", "chain", "bridge", table, "prerouting"),
        "tables": lambda: sh("nft", "delete", "table", "bridge", table),
        "bridge": lambda: sh("ip", "link", "del", bridge),
        "tap unplugged": lambda: sh("ip", "link", "set", port.tap, "nomaster"),
    }
    if not other_clouds(cloud.instance):
        damages["forwarding"] = lambda: sh("sysctl", "-w", "net.ipv4.ip_forward=0")
    expected = {network.id: digest(network), router.id: digest(router), port.id: digest(port)}
    expected[cloud.external.id] = digest(cloud.external)

    def seen() -> dict[str, str]:
        now = driver.observe()
        return now.networks | now.routers | now.ports

    assert seen() == expected
    for name, damage in damages.items():
        damage()
        assert seen() != expected, f"damage not seen: {name}"
        driver.ensure_port(port)
        driver.ensure_router(router)
        driver.ensure_network(network)
        driver.ensure_network(cloud.external)
        assert seen() == expected, f"damage not mended: {name}"
        machine.configure()
        assert machine.ask_dhcp() is not None, f"no DHCP after {name}"
        machine.configure("10.7.0.11/24", gateway="10.7.0.1")
        assert machine.pings("198.18.7.1"), f"no way out after {name}"


def test_the_data_plane_outlives_the_control_plane_and_is_adopted(cloud: Cloud) -> None:
    port = cloud.port(11, ANY_OUT, SSH_IN)
    cloud.driver.ensure_port(port)
    one, pid_file = cloud.machine(port), cloud.run / "dhcp" / cloud.network.id / "pid"
    before, pid = cloud.driver.observe(), pid_file.read_text()

    with serving(listen(one, 22)), socket.create_connection((FLOATING, 22), timeout=2) as connection:
        cloud.driver.close()
        cloud.driver = LinuxNetwork(cloud.run, cloud.instance)
        assert cloud.driver.observe() == before
        cloud.driver.ensure_network(cloud.network)
        cloud.driver.ensure_router(cloud.router)
        cloud.driver.ensure_port(port)
        assert echo(connection) == "198.18.7.1"
    assert pid_file.read_text() == pid, "dnsmasq was restarted for nothing"


def test_removing_in_any_order_leaves_nothing_but_the_empty_tables(cloud: Cloud) -> None:
    port = cloud.port(11)
    cloud.driver.ensure_port(port)
    for _ in range(2):
        cloud.driver.remove_network(cloud.network.id)
        cloud.driver.remove_port(port.id)
        cloud.driver.remove_router(cloud.router.id)
        cloud.driver.remove_network(cloud.external.id)
    seen = cloud.driver.observe()
    assert not seen.networks | seen.routers | seen.ports
    assert not [line for line in traces(cloud.instance) if f"-{cloud.instance}-" in line or line[0].isdigit()]


def test_listening_where_nothing_is_fails_as_a_driver_does(cloud: Cloud) -> None:
    with pytest.raises(DriverError):
        cloud.driver.listen_metadata(network_id="absent")


def test_the_hosts_networks_are_told_without_ours(cloud: Cloud) -> None:
    networks = cloud.driver.host_networks()
    assert networks, "this host has a route"
    assert IPv4Network("198.18.7.0/24") not in networks
