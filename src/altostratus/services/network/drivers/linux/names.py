"""What our things on a host are called. Everything of one cloud is recognisable by its instance tag alone."""

import base64
import hashlib
import re
from dataclasses import dataclass

from altostratus.services.network.driver import Impossible

INSTANCE = re.compile(r"[0-9a-z]{4}")


def short(*parts: str) -> str:
    """Eight letters or digits that stand for `parts`: 40 bits, so a thousand names collide once in two million."""
    hashed = hashlib.sha256("/".join(parts).encode()).digest()
    return base64.b32encode(hashed)[:8].decode().lower()


@dataclass(frozen=True, slots=True)
class Label:
    """What a link says about itself in its alias, so that the kernel remembers it and nobody else has to.

    `digest` is that of the spec a network was made from, '?' while it is half-made, '-' for a segment that only
    routers or ports need. `flags`: d it has DHCP, h the host has an address on it, u it has an uplink.
    """

    kind: str  # 'network', 'dhcp', 'host' or 'router'
    owner: str  # the network's or the router's id
    digest: str = "-"
    flags: str = "-"

    def __str__(self) -> str:
        return f"altostratus {self.kind} {self.owner} {self.digest} {self.flags}"

    @staticmethod
    def parse(alias: str) -> "Label | None":
        words = alias.split(" ")
        return Label(*words[1:]) if len(words) == 5 and words[0] == "altostratus" else None


class Names:
    """Names for one instance: four characters, so that several clouds share a host."""

    def __init__(self, instance: str) -> None:
        if not INSTANCE.fullmatch(instance):
            raise Impossible(f"instance tag {instance!r} must be four lower-case letters or digits")
        self.instance = instance
        self.bridges = f"ab{instance}-"
        self.legs = f"ai{instance}-"  # the host's end of every veth of ours
        self.table = f"alto_{instance}"
        self.comment = f"altostratus {instance}"
        self._dhcp = f"alto-{instance}-dhcp-"
        self._router = f"alto-{instance}-rtr-"

    def bridge(self, network_id: str) -> str:
        return self.bridges + short(network_id)

    def leg(self, role: str, owner: str) -> str:
        """The host's end of a veth; `role` is 'dhcp', 'host' or 'router'."""
        return self.legs + short(role, owner)

    def uplink_table(self, network_id: str) -> str:
        return f"{self.table}_{short(network_id)}"

    def dhcp_namespace(self, network_id: str) -> str:
        return self._dhcp + network_id

    def router_namespace(self, router_id: str) -> str:
        return self._router + router_id

    def network_of(self, namespace: str) -> str | None:
        """The network whose DHCP namespace this is."""
        return namespace.removeprefix(self._dhcp) if namespace.startswith(self._dhcp) else None

    def router_of(self, namespace: str) -> str | None:
        return namespace.removeprefix(self._router) if namespace.startswith(self._router) else None

    def is_our_link(self, name: str) -> bool:
        return name.startswith((self.bridges, self.legs))

    def is_our_table(self, name: str) -> bool:
        return name == self.table or name.startswith(f"{self.table}_")
