"""A real cloud with the tiny guest's image: its servers, and a network in which they are reached from here.

Shared by the groups that measure real machines. Measures nothing itself.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import libvirt
from cloud import Cloud, Session, make_network, smallest_flavor, upload_image, wait_for

from altostratus.cli.guest.build import ensure_guest_image
from altostratus.cli.places import cache_dir

SERVERS = "/compute/v2.1/servers"
PORTS = "/network/v2.0/ports"


class Site:
    """A real cloud with an image, and what servers in it do."""

    def __init__(self, cloud: Cloud) -> None:
        libvirt.registerErrorHandler(lambda _context, _error: None, None)  # else looking for a domain is noisy
        self.cloud = cloud
        self.session: Session = cloud.session()
        self._libvirt = libvirt.open("qemu:///system")
        image = ensure_guest_image(cache_dir() / "guest", lambda line: None)
        self._image = upload_image(self.session, image.read_bytes(), "qcow2")
        self._flavor = smallest_flavor(self.session)

    def create(self, network: dict[str, str], **more: Any) -> str:
        """POST a server with one port, as `network` says; its id."""
        body = {"name": "benchmark", "imageRef": self._image, "flavorRef": self._flavor, "networks": [network], **more}
        return str(self.session.post(SERVERS, {"server": body})["server"]["id"])

    def remove(self, server: str) -> None:
        self.session.delete(f"{SERVERS}/{server}")
        wait_for(lambda: self._is_gone(server), every=0.1)

    def stop(self, server: str) -> None:
        self.session.post(f"{SERVERS}/{server}/action", {"os-stop": None})
        wait_for(lambda: self.session.get(f"{SERVERS}/{server}")["server"]["status"] == "SHUTOFF", every=0.2)

    def runs(self, server: str) -> bool:
        with suppress(libvirt.libvirtError):
            return bool(self.domain(server).state()[0] == libvirt.VIR_DOMAIN_RUNNING)
        return False

    def domain(self, server: str) -> libvirt.virDomain:
        return self._libvirt.lookupByUUIDString(server)

    def definition(self, server: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.domain(server).XMLDesc())

    def _is_gone(self, server: str) -> bool:
        return all(each["id"] != server for each in self.session.get(SERVERS)["servers"])


def reachable_network(session: Session) -> Callable[[], tuple[str, str]]:
    """A network with a way out; returns what makes a port on it that answers SSH at a floating IP."""
    network, subnet = make_network(session, "10.99.0.0/24")
    external = session.get("/network/v2.0/networks?router:external=true")["networks"][0]["id"]
    router = session.post("/network/v2.0/routers", {"router": {"external_gateway_info": {"network_id": external}}})
    session.put(f"/network/v2.0/routers/{router['router']['id']}/add_router_interface", {"subnet_id": subnet})
    group = session.post("/network/v2.0/security-groups", {"security_group": {"name": "ssh"}})["security_group"]["id"]
    rule = {"security_group_id": group, "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp"}
    session.post("/network/v2.0/security-group-rules", {"security_group_rule": rule})

    def make_port() -> tuple[str, str]:
        port = session.post(PORTS, {"port": {"network_id": network, "security_groups": [group]}})["port"]["id"]
        wanted = {"floating_network_id": external, "port_id": port}
        made = session.post("/network/v2.0/floatingips", {"floatingip": wanted})["floatingip"]
        return port, made["floating_ip_address"]

    return make_port
