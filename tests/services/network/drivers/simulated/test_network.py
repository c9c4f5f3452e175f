"""The world outlives its driver, faults happen as planned, metadata listeners are real."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from altostratus.kernel.testing.faults import Faults, Hang
from altostratus.services.network.driver import (
    DriverError,
    NetworkSpec,
    PortSpec,
    RouterInterface,
    RouterSpec,
    SubnetSpec,
    digest,
)
from altostratus.services.network.drivers.simulated.network import SimulatedNetwork
from altostratus.services.network.drivers.simulated.world import SimulatedWorld

SUBNET = SubnetSpec("s1", IPv4Network("10.0.0.0/24"), None, IPv4Address("10.0.0.2"))
NETWORK = NetworkSpec("n1", 1450, (SUBNET,))
PORT = PortSpec("p1", "n1", "tap1", "02:00:00:00:00:01", (IPv4Address("10.0.0.5"),))
ROUTER = RouterSpec("r1", interfaces=(RouterInterface("l1", "n1", "02:00:00:00:00:02", (), 1450),))


def test_the_world_outlives_the_driver() -> None:
    world = SimulatedWorld()
    SimulatedNetwork(world).ensure_network(NETWORK)
    assert SimulatedNetwork(world).observe().networks == {"n1": digest(NETWORK)}


def test_a_lost_reply_has_acted_and_a_failure_has_not() -> None:
    faults = Faults(DriverError)
    driver = SimulatedNetwork(faults=faults)
    faults.inject("ensure_network", "lost")
    with pytest.raises(DriverError):
        driver.ensure_network(NETWORK)
    assert driver.leftovers() == ["bridge n1", "network n1"]
    faults.inject("remove_network", "fail")
    faults.inject("remove_network", "hang", after=1)
    with pytest.raises(DriverError):
        driver.remove_network("n1")
    assert driver.leftovers()
    driver.remove_network("n1")
    with pytest.raises(Hang):
        driver.remove_network("n1")
    assert driver.leftovers() == []


def test_damage_shows_until_it_is_mended() -> None:
    driver = SimulatedNetwork()
    driver.ensure_network(NETWORK)
    driver.ensure_port(PORT)
    driver.ensure_router(ROUTER)
    driver.world.remove_bridge("n1")
    seen = driver.observe()
    assert (seen.networks, seen.routers, seen.ports) == ({"n1": ""}, {"r1": ""}, {"p1": ""})
    driver.ensure_network(NETWORK)
    driver.ensure_port(PORT)
    seen = driver.observe()
    assert (seen.networks["n1"], seen.routers["r1"], seen.ports["p1"]) == (digest(NETWORK), "", digest(PORT))


def test_only_a_network_with_dhcp_can_lose_its_server() -> None:
    driver = SimulatedNetwork()
    silent = replace(NETWORK, id="n2", subnets=())
    for spec in (NETWORK, silent):
        driver.ensure_network(spec)
        driver.world.kill_dhcp(spec.id)
    assert driver.observe().networks == {"n1": "", "n2": digest(silent)}


def test_a_bridge_stays_for_as_long_as_anything_needs_it() -> None:
    driver = SimulatedNetwork()
    driver.ensure_port(PORT)
    assert driver.leftovers() == ["bridge n1", "port p1"]
    driver.ensure_network(NETWORK)
    driver.remove_port("p1")
    assert driver.leftovers() == ["bridge n1", "network n1"]
    driver.world.reboot()
    assert driver.leftovers() == []


def test_metadata_sees_the_fixed_address_of_the_guest() -> None:
    driver = SimulatedNetwork()
    driver.ensure_network(NETWORK)
    with pytest.raises(ConnectionRefusedError):
        driver.world.dial_metadata(IPv4Address("10.0.0.5"), network_id="n1")
    with driver.listen_metadata(network_id="n1") as listener:
        guest = driver.world.dial_metadata(IPv4Address("10.0.0.5"), network_id="n1")
        connection, peer = listener.accept()
        with guest, connection:
            assert peer[0] == connection.getpeername()[0] == "10.0.0.5"
            guest.sendall(b"GET")
            assert connection.recv(3) == b"GET"


def test_nobody_listens_where_nothing_is() -> None:
    with pytest.raises(DriverError):
        SimulatedNetwork().listen_metadata(router_id="r1")
