"""What a client knows for certain, from answers alone: what it made, and what it asked for last."""

from dataclasses import dataclass, field

RUNNING, STOPPED, PAUSED, EITHER = "running", "stopped", "paused", "either"


@dataclass
class Server:
    """`wish` is the last power that was acknowledged, asked for at `wished_at`; EITHER where nobody can know. `ports`
    are port ids to network ids. `leaving`: its deletion was acknowledged. `failed`: there was no host for it."""

    id: str
    name: str
    ports: dict[str, str]
    wished_at: float
    wish: str = RUNNING
    leaving: bool = False
    failed: bool = False

    def hear(self, wish: str, sent_at: float) -> None:
        """This wish was acknowledged."""
        self.wish, self.wished_at = wish, sent_at

    def powers(self, off_at: float) -> tuple[str, ...]:
        """What it may come to rest at, when its guest last powered itself off at `off_at`. One that is to be paused
        stays off once it is, whatever the reason."""
        if self.wish == EITHER:
            return RUNNING, STOPPED, PAUSED
        if self.wish == PAUSED or (self.wish == RUNNING and off_at >= self.wished_at):
            return self.wish, STOPPED
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
class Volume:
    """`server` is the one that may have it ('': one whose answer was lost), `seen` whether it was seen to: until it is
    `asked_back`, or its server leaves, it stays there. `holds`: what guests had written to what it was made from.
    `goes` with its server; `leaving`: its deletion was acknowledged."""

    id: str
    size: int
    bootable: bool = False
    holds: tuple[str, ...] = ()
    server: str | None = None
    root: bool = False
    goes: bool = False
    seen: bool = False
    asked_back: bool = False
    leaving: bool = False

    @property
    def is_held(self) -> bool:
        """A server has it, and nobody asked for it back."""
        return self.seen and not self.asked_back

    def belong(self, server: str, goes: bool, root: bool = False) -> None:
        self.be_free()
        self.server, self.goes, self.root = server, goes, root

    def be_free(self) -> None:
        self.server, self.goes, self.root, self.seen, self.asked_back = None, False, False, False, False


@dataclass
class Snapshot:
    """`holds`: what guests had written to `volume` when it was asked for."""

    id: str
    volume: str
    holds: tuple[str, ...] = ()
    leaving: bool = False


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
    volumes: dict[str, Volume] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def staying(self) -> list[Server]:
        """Servers whose deletion nobody asked for."""
        return [server for server in self.servers.values() if not server.leaving]

    def stays(self, port: str | None) -> bool:
        """Whether a port was made by itself, or is one of a server that stays; others may go at any moment."""
        return port in self.ports or any(port in server.ports for server in self.staying())

    def keeps(self, volume: Volume) -> bool:
        """Whether a server that stays has it for certain."""
        return volume.is_held and any(server.id == volume.server for server in self.staying())

    def kept_volumes(self) -> list[Volume]:
        """Those that go neither by themselves nor with their server."""
        staying = {server.id for server in self.staying()}
        stay = [volume for volume in self.volumes.values() if not volume.leaving]
        return [volume for volume in stay if not volume.goes or volume.server in staying]
