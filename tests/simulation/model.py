"""What a client knows for certain, from answers alone: what it made, and what it asked for last."""

from dataclasses import dataclass, field

RUNNING, STOPPED, EITHER = "running", "stopped", "either"


@dataclass
class Server:
    """`wish` is the last power that was acknowledged, asked for at `wished_at`; EITHER where nobody can know. `ports`
    are port ids to network ids. `leaving`: its deletion was acknowledged."""

    id: str
    name: str
    ports: dict[str, str]
    wished_at: float
    wish: str = RUNNING
    leaving: bool = False

    def hear(self, wish: str, sent_at: float) -> None:
        """This wish was acknowledged."""
        self.wish, self.wished_at = wish, sent_at

    def powers(self, off_at: float) -> tuple[str, ...]:
        """What it may come to rest at, when its guest last powered itself off at `off_at`."""
        if self.wish == EITHER or (self.wish == RUNNING and off_at >= self.wished_at):
            return RUNNING, STOPPED
        return (self.wish,)


@dataclass
class Network:
    """`subnet` is None until it has one."""

    id: str
    cidr: str
    subnet: str | None = None


@dataclass
class Router:
    """`subnets` it joins; `gateway` to the public network."""

    id: str
    subnets: set[str] = field(default_factory=set)
    gateway: bool = True


@dataclass
class FloatingIP:
    id: str
    address: str
    port: str | None = None


@dataclass
class Group:
    """`rules` are rule ids to remote groups; a rule goes with its remote group."""

    id: str
    name: str
    rules: dict[str, str | None] = field(default_factory=dict)


@dataclass
class Model:
    """Everything of one client that is there, by id, and the ids of what is gone for good."""

    servers: dict[str, Server] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    routers: dict[str, Router] = field(default_factory=dict)
    floating: dict[str, FloatingIP] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)
    """Ports made by themselves, and their networks: they outlive the servers that take them."""
    gone: set[str] = field(default_factory=set)

    def staying(self) -> list[Server]:
        """Servers whose deletion nobody asked for."""
        return [server for server in self.servers.values() if not server.leaving]

    def stays(self, port: str | None) -> bool:
        """Whether a port was made by itself, or is one of a server that stays; others may go at any moment."""
        return port in self.ports or any(port in server.ports for server in self.staying())
