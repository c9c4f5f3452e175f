"""What every network driver must do, whatever it is made of: one state machine, run against each.

The machine makes, changes, repeats, removes, damages and adopts things in any order. Whatever was ensured is
seen with its digest, whatever was damaged is seen as such and is mended by ensuring it again, and at the end
nothing is left.
"""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import tempfile
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from altostratus.kernel.testing.faults import Faults
from altostratus.services.network.driver import (
    DhcpHost,
    DriverError,
    FloatingIP,
    Impossible,
    NetworkDriver,
    NetworkSpec,
    PortSpec,
    RouterGateway,
    RouterInterface,
    RouterSpec,
    Rule,
    Spec,
    SubnetSpec,
    digest,
)
from altostratus.services.network.drivers.linux.journal import Journal
from altostratus.services.network.drivers.linux.network import LinuxNetwork
from altostratus.services.network.drivers.simulated.network import SimulatedNetwork
from altostratus.services.network.drivers.simulated.world import SimulatedWorld
from tests.instance_tag import instance_tag


def uuid(kind: int, number: int) -> str:
    return str(UUID(int=(kind << 64) + number + 1, version=4))


def mac(kind: int, number: int) -> str:
    return f"02:00:00:00:{kind:02x}:{number:02x}"


NETWORKS = [uuid(1, number) for number in range(3)]
EXTERNAL = uuid(2, 0)
ROUTERS = [uuid(3, number) for number in range(2)]
PORTS = [uuid(4, number) for number in range(3)]
RULES = (
    Rule(ingress=False),
    Rule(ingress=True, protocol=6, port_min=22, port_max=22),
    Rule(ingress=True, protocol=1, port_min=8, port_max=0, remote=(IPv4Network("10.0.0.0/8"),)),
    Rule(ingress=True, protocol=17, remote=(IPv4Network("10.0.0.0/8"), IPv4Network("10.1.0.0/16"))),
    Rule(ingress=True, remote=()),
)


@st.composite
def network_specs(draw: st.DrawFn) -> NetworkSpec:
    number = draw(st.integers(0, len(NETWORKS) - 1))
    base = f"10.{number}.0."
    hosts = tuple(
        DhcpHost(mac(4, host), IPv4Address(f"{base}{10 + host}"), f"vm{host}")
        for host in draw(st.sets(st.integers(0, 2)))
    )
    subnet = SubnetSpec(
        id=uuid(5, number),
        cidr=IPv4Network(f"{base}0/24"),
        gateway=draw(st.sampled_from([None, IPv4Address(f"{base}1")])),
        dhcp=draw(st.sampled_from([None, IPv4Address(f"{base}2")])),
        hosts=hosts,
    )
    subnets = draw(st.sampled_from([(), (subnet,)]))
    return NetworkSpec(NETWORKS[number], draw(st.sampled_from([1450, 1500])), subnets, mac(1, number))


@st.composite
def external_specs(draw: st.DrawFn) -> NetworkSpec:
    subnet = SubnetSpec(uuid(6, 0), IPv4Network("198.18.77.0/24"), IPv4Address("198.18.77.1"), None)
    address = draw(st.sampled_from([(), (IPv4Interface("198.18.77.1/24"),)]))
    return NetworkSpec(EXTERNAL, 1500, (subnet,), None, address, uplink=bool(address) and draw(st.booleans()))


@st.composite
def router_specs(draw: st.DrawFn) -> RouterSpec:
    number = draw(st.integers(0, len(ROUTERS) - 1))
    joined = sorted(draw(st.sets(st.integers(0, len(NETWORKS) - 1))))
    legs = tuple(
        RouterInterface(
            port_id=uuid(7 + number, network),
            network_id=NETWORKS[network],
            mac=mac(7 + number, network),
            addresses=(IPv4Interface(f"10.{network}.0.{1 + 200 * number}/24"),),
            mtu=1450,
        )
        for network in joined
    )
    gateway = RouterGateway(
        port_id=uuid(9, number),
        network_id=EXTERNAL,
        mac=mac(9, number),
        addresses=(IPv4Interface(f"198.18.77.{10 + number}/24"),),
        nexthop=IPv4Address("198.18.77.1"),
        snat=draw(st.booleans()),
        mtu=1500,
    )
    floating = FloatingIP(uuid(10, number), IPv4Address(f"198.18.77.{50 + number}"), IPv4Address("10.0.0.10"))
    has_gateway = draw(st.booleans())
    return RouterSpec(
        id=ROUTERS[number],
        up=draw(st.booleans()),
        interfaces=legs,
        gateway=gateway if has_gateway else None,
        floating=(floating,) if has_gateway and draw(st.booleans()) else (),
    )


@st.composite
def port_specs(draw: st.DrawFn, tag: str = "") -> PortSpec:
    number, network = draw(st.integers(0, 2)), draw(st.integers(0, len(NETWORKS) - 1))
    return PortSpec(
        id=PORTS[number],
        network_id=NETWORKS[network],
        tap=f"altoct{tag}{number}",
        mac=mac(4, number),
        addresses=(IPv4Address(f"10.{network}.0.{10 + number}"),),
        secure=draw(st.booleans()),
        up=draw(st.booleans()),
        allowed=draw(st.sampled_from([(), ((None, IPv4Network("0.0.0.0/0")), (mac(5, 5), ANY_NET))])),
        rules=tuple(draw(st.lists(st.sampled_from(RULES), max_size=4))),
    )


ANY_NET = IPv4Network("172.16.0.0/12")


class SimulatedHost:
    """A world in memory; calls fail and lose replies by chance, callers try again as a reconciler would."""

    patience = 100

    def __init__(self) -> None:
        self.world = SimulatedWorld()

    def driver(self) -> NetworkDriver:
        faults = Faults(DriverError)
        faults.chaos(random.Random(0), 0.3)
        return SimulatedNetwork(self.world, faults)

    def damage(self, kind: str, thing: str) -> None:
        damages = {
            "network": self.world.remove_bridge,
            "router": self.world.remove_router_namespace,
            "port": self.world.flush_filter,
        }
        damages[kind](thing)

    def leftovers(self) -> object:
        return self.world.leftovers()

    def close(self) -> None:
        pass


class LinuxHost:
    """This very host, under an instance tag of its own."""

    patience = 1

    def __init__(self) -> None:
        self.run = Path(tempfile.mkdtemp(prefix="altostratus-test-"))
        self.run.chmod(0o755)
        self.instance = instance_tag()

    def driver(self) -> NetworkDriver:
        return LinuxNetwork(self.run, self.instance)

    def damage(self, kind: str, thing: str) -> None:
        damages = {
            "network": ("ip", "link", "del", self.driver().bridge(thing)),
            "router": ("ip", "netns", "del", f"alto-{self.instance}-rtr-{thing}"),
            "port": ("nft", "flush", "chain", "inet", f"alto_{self.instance}", f"in-{thing}"),
        }
        self.shell(*damages[kind])

    def leftovers(self) -> object:
        listed = self.shell("ip", "link") + self.shell("ip", "netns") + self.shell("nft", "list", "ruleset")
        listed += self.shell("ps", "-eo", "args").replace(str(self.run), self.instance)
        in_force = Journal(self.run / "journal").changes()
        return [line for line in listed.splitlines() if self.instance in line] + in_force

    def close(self) -> None:
        shutil.rmtree(self.run)

    @staticmethod
    def shell(*command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class NetworkMachine(RuleBasedStateMachine):
    """Any order of calls on one host, beside a model of what must be seen."""

    host_class: ClassVar[type[SimulatedHost] | type[LinuxHost]]

    def __init__(self) -> None:
        super().__init__()
        self.host = self.host_class()
        self.driver = self.host.driver()
        self.made: dict[tuple[str, str], Spec] = {}
        self.doubtful: set[tuple[str, str]] = set()  # something they stand on was damaged
        self.damaged: set[tuple[str, str]] = set()
        self.was_damaged = False

    def insist(self, act: Any, *arguments: Any, **named: Any) -> Any:
        """As a reconciler does: again until it is done."""
        for _ in range(self.host.patience - 1):
            with contextlib.suppress(DriverError):
                return act(*arguments, **named)
        return act(*arguments, **named)

    def ensure(self, kind: str, spec: Spec) -> None:
        self.insist(getattr(self.driver, f"ensure_{kind}"), spec)
        self.made[kind, spec.id] = spec
        self.damaged.discard((kind, spec.id))
        self.doubtful.discard((kind, spec.id))

    def remove(self, kind: str, thing: str) -> None:
        self.insist(getattr(self.driver, f"remove_{kind}"), thing)
        for known in (self.damaged, self.doubtful):
            known.discard((kind, thing))
        self.made.pop((kind, thing), None)

    @rule(spec=network_specs() | external_specs())
    def ensure_network(self, spec: NetworkSpec) -> None:
        self.ensure("network", spec)

    @rule(spec=router_specs())
    def ensure_router(self, spec: RouterSpec) -> None:
        self.ensure("router", spec)

    @rule(spec=port_specs())
    def ensure_port(self, spec: PortSpec) -> None:
        self.ensure("port", spec)

    @rule(data=st.data())
    def ensure_again(self, data: st.DataObject) -> None:
        if self.made:
            kind, thing = data.draw(st.sampled_from(sorted(self.made)))
            self.ensure(kind, self.made[kind, thing])

    @rule(thing=st.sampled_from([*NETWORKS, EXTERNAL]))
    def remove_network(self, thing: str) -> None:
        self.remove("network", thing)

    @rule(thing=st.sampled_from(ROUTERS))
    def remove_router(self, thing: str) -> None:
        self.remove("router", thing)

    @rule(thing=st.sampled_from(PORTS))
    def remove_port(self, thing: str) -> None:
        self.remove("port", thing)

    @rule()
    def control_plane_dies_and_returns(self) -> None:
        self.driver.close()
        self.driver = self.host.driver()

    @rule(data=st.data())
    def damage(self, data: st.DataObject) -> None:
        whole = sorted(set(self.made) - self.damaged - self.doubtful)
        if whole:
            kind, thing = data.draw(st.sampled_from(whole))
            self.host.damage(kind, thing)
            self.damaged.add((kind, thing))
            self.was_damaged = True
            if kind == "network":
                self.doubtful |= {key for key, spec in self.made.items() if thing in stands_on(spec)}

    @rule(data=st.data())
    def listen(self, data: st.DataObject) -> None:
        whole = sorted(set(self.made) - self.damaged - self.doubtful)
        listening = [(kind, thing) for kind, thing in whole if has_metadata(self.made[kind, thing])]
        if listening:
            kind, thing = data.draw(st.sampled_from(listening))
            listener: socket.socket = self.insist(self.driver.listen_metadata, **{f"{kind}_id": thing})
            with listener:
                assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)

    @invariant()
    def what_is_seen_is_what_was_made(self) -> None:
        seen = self.insist(self.driver.observe)
        found = {("network", thing): content for thing, content in seen.networks.items()}
        found |= {("router", thing): content for thing, content in seen.routers.items()}
        found |= {("port", thing): content for thing, content in seen.ports.items()}
        orphans = {key: content for key, content in found.items() if key not in self.made}
        if self.was_damaged:  # a segment whose last user was destroyed from outside shows as an orphan
            orphans = {key: content for key, content in orphans.items() if key[0] != "network" or content}
        assert not orphans, "something is seen that nobody made"
        for key, spec in self.made.items():
            if key in self.damaged:
                assert found.get(key, "") == "", f"{key} was damaged"
            elif key not in self.doubtful:
                assert found.get(key) == digest(spec), f"{key} was made"

    def teardown(self) -> None:
        try:
            for kind, thing in sorted(self.made):
                self.remove(kind, thing)
            for orphan in self.insist(self.driver.observe).networks if self.was_damaged else ():
                self.remove("network", orphan)
            seen = self.insist(self.driver.observe)
            assert not seen.networks | seen.routers | seen.ports
            self.insist(self.driver.purge)
            assert not self.host.leftovers()
        finally:
            self.insist(self.driver.purge)
            self.driver.close()
            self.host.close()


def stands_on(spec: Spec) -> set[str]:
    """Networks whose segment it needs."""
    match spec:
        case NetworkSpec():
            return set()
        case RouterSpec():
            return {leg.network_id for leg in spec.legs}
        case PortSpec():
            return {spec.network_id}


def has_metadata(spec: Spec) -> bool:
    if isinstance(spec, NetworkSpec):
        return any(subnet.dhcp for subnet in spec.subnets)
    return isinstance(spec, RouterSpec)


class SimulatedMachine(NetworkMachine):
    host_class = SimulatedHost


class LinuxMachine(NetworkMachine):
    host_class = LinuxHost


def test_simulated_network_keeps_the_contract() -> None:
    run_state_machine_as_test(SimulatedMachine, settings=settings(max_examples=50, deadline=None))


@pytest.mark.live
def test_linux_network_keeps_the_contract() -> None:
    few = settings(
        max_examples=4,
        stateful_step_count=20,
        deadline=None,
        database=None,
        derandomize=not os.environ.get("ALTOSTRATUS_TEST_RANDOM"),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(LinuxMachine, settings=few)


@pytest.fixture(params=[SimulatedHost, pytest.param(LinuxHost, marks=pytest.mark.live)])
def host(request: pytest.FixtureRequest) -> Any:
    host = request.param()
    yield host
    host.close()


GOOD_PORT = PortSpec(PORTS[0], NETWORKS[0], "tap0", mac(4, 0), (IPv4Address("10.0.0.10"),))
GOOD_HOST = DhcpHost(mac(4, 0), IPv4Address("10.0.0.10"), "vm")
GOOD_SUBNET = SubnetSpec(uuid(5, 0), IPv4Network("10.0.0.0/24"), None, IPv4Address("10.0.0.2"), hosts=(GOOD_HOST,))
GOOD_NETWORK = NetworkSpec(NETWORKS[0], 1450, (GOOD_SUBNET,))


def with_host(hostname: str) -> NetworkSpec:
    return replace(GOOD_NETWORK, subnets=(replace(GOOD_SUBNET, hosts=(replace(GOOD_HOST, hostname=hostname),)),))


@pytest.mark.parametrize(
    "spec",
    [
        replace(GOOD_PORT, tap="a-name-that-is-too-long"),
        replace(GOOD_PORT, tap='"; flush ruleset; #'),
        replace(GOOD_PORT, id='x" ; drop'),
        replace(GOOD_PORT, mac="not a MAC"),
        replace(GOOD_PORT, mac="01:00:5e:00:00:01"),
        replace(GOOD_PORT, allowed=(("rubbish", IPv4Network("10.0.0.0/8")),)),
        replace(GOOD_NETWORK, id="../../etc"),
        replace(GOOD_NETWORK, mtu=20),
        replace(GOOD_NETWORK, dhcp_mac="x"),
        with_host("evil\n02:00:00:00:00:01,10.0.0.1"),
        with_host("-"),
    ],
)
def test_what_can_never_be_is_refused_and_leaves_nothing(host: Any, spec: PortSpec | NetworkSpec) -> None:
    driver = host.driver()
    with pytest.raises(Impossible):
        driver.ensure_port(spec) if isinstance(spec, PortSpec) else driver.ensure_network(spec)
    assert not host.leftovers()


def test_a_link_name_fits_the_kernel(host: Any) -> None:
    driver = host.driver()
    names = {driver.bridge(uuid(1, number)) for number in range(100)}
    assert max(map(len, names)) <= 15
    if host.patience == 1:
        assert len(names) == 100
