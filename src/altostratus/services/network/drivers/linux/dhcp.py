"""DHCP and metadata address of a network: a dnsmasq in a namespace of its own, which outlives us.

The files that dnsmasq reads are rendered by pure functions. It answers fixed leases only and keeps none on disk,
so a restart forgets who had an address before.
"""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

from altostratus.services.network.driver import NetworkSpec, SubnetSpec
from altostratus.services.network.drivers.linux.names import Label, Names, short
from altostratus.services.network.drivers.linux.privileged import Link, Privileged, Route, Veth

METADATA = IPv4Interface("169.254.169.254/32")
LEASE_SECONDS = 86400
RESOLV = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))
INNER = "dhcp0"
SYSCTLS = {
    "net/ipv4/ip_forward": "0",
    "net/ipv4/conf/all/rp_filter": "0",
    "net/ipv4/conf/default/rp_filter": "0",
}


def served(spec: NetworkSpec) -> list[SubnetSpec]:
    """The subnets with DHCP, in a stable order."""
    return sorted((subnet for subnet in spec.subnets if subnet.dhcp is not None), key=lambda s: s.id)


def render_arguments(spec: NetworkSpec, folder: Path, domain: str, user: str) -> list[str]:
    """The command line. It says all that needs a restart; all the rest is in files that SIGHUP reads again."""
    arguments = [
        "--conf-file=/dev/null",
        "--no-hosts",
        "--no-ping",
        "--bind-interfaces",
        f"--interface={INNER}",
        "--except-interface=lo",
        f"--user={user}",
        f"--pid-file={folder / 'pid'}",
        f"--dhcp-hostsfile={folder / 'hosts'}",
        f"--dhcp-optsfile={folder / 'options'}",
        f"--addn-hosts={folder / 'names'}",
        f"--resolv-file={folder / 'resolvers'}",
        "--leasefile-ro",
        "--dhcp-authoritative",
        "--dhcp-lease-max=65536",
        f"--domain={domain}",
        f"--dhcp-option-force=option:mtu,{spec.mtu}",
    ]
    for subnet in served(spec):
        network = subnet.cidr
        where = f"{network.network_address},static,{network.netmask},{LEASE_SECONDS}s"
        arguments.append(f"--dhcp-range=set:{_tag(subnet)},{where}")
    return arguments


def render_hosts(spec: NetworkSpec) -> str:
    """dnsmasq's dhcp-hostsfile: MAC, address, name."""
    hosts = (host for subnet in served(spec) for host in subnet.hosts)
    return "".join(f"{host.mac.lower()},{host.ip},{host.hostname}\n" for host in hosts)


def render_names(spec: NetworkSpec, domain: str) -> str:
    """An extra hosts file for DNS: address, full name, name."""
    hosts = (host for subnet in served(spec) for host in subnet.hosts)
    return "".join(f"{host.ip} {host.hostname}.{domain} {host.hostname}\n" for host in hosts)


def render_options(spec: NetworkSpec) -> str:
    """dnsmasq's dhcp-optsfile. Clients that know classless routes ignore the router option (RFC 3442), so the
    default route is in both; 249 is what Windows asks for."""
    lines = []
    for subnet in served(spec):
        tag = f"tag:{_tag(subnet)}"
        dns = ",".join(str(server) for server in (subnet.dns or (subnet.dhcp,)))
        routes = _classless_routes(subnet)
        lines.append(f"{tag},option:router" + (f",{subnet.gateway}" if subnet.gateway else ""))
        lines.append(f"{tag},option:dns-server,{dns}")
        lines += [f"{tag},option:classless-static-route,{routes}", f"{tag},249,{routes}"]
    return "".join(line + "\n" for line in lines)


def render_resolvers(resolvers: tuple[IPv4Address, ...]) -> str:
    """As resolv.conf(5)."""
    return "".join(f"nameserver {address}\n" for address in resolvers)


def host_resolvers(paths: tuple[Path, ...] = RESOLV) -> tuple[IPv4Address, ...]:
    """The IPv4 name servers that this host uses, without those on its own loopback."""
    for path in paths:
        lines = path.read_text().splitlines() if path.exists() else []
        words = [line.split() for line in lines if line.startswith("nameserver")]
        found = [IPv4Address(word[1]) for word in words if len(word) > 1 and ":" not in word[1]]
        if outside := tuple(address for address in found if not address.is_loopback):
            return outside
    return ()


def default_route(spec: NetworkSpec) -> list[Route]:
    """Where the server asks other name servers: by the first gateway, as its guests would."""
    gateways = [subnet.gateway for subnet in served(spec) if subnet.gateway and subnet.gateway in subnet.cidr]
    return [Route(IPv4Network("0.0.0.0/0"), gateway) for gateway in gateways[:1]]


def _classless_routes(subnet: SubnetSpec) -> str:
    routes = [f"{METADATA.network},{subnet.dhcp}"]
    routes += [f"{target},{gateway}" for target, gateway in subnet.routes]
    if subnet.gateway is not None:
        routes.append(f"0.0.0.0/0,{subnet.gateway}")
    return ",".join(routes)


def _tag(subnet: SubnetSpec) -> str:
    return f"s{short(subnet.id)}"


class Dhcp:
    """The DHCP servers of one instance; files in `folder`, one folder a network."""

    def __init__(
        self,
        names: Names,
        privileged: Privileged,
        folder: Path,
        domain: str,
        resolvers: tuple[IPv4Address, ...] | None,
    ) -> None:
        self._resolvers = resolvers
        self._names = names
        self._privileged = privileged
        self._folder = folder
        self._domain = domain

    def ensure(self, spec: NetworkSpec, bridge: str) -> None:
        """It serves exactly this, or is absent where no subnet wants it."""
        if not served(spec):
            self.remove(spec.id)
            return
        namespace = self._names.dhcp_namespace(spec.id)
        self._privileged.ensure_namespace(namespace, SYSCTLS)
        leg = self._names.leg("dhcp", spec.id)
        alias = str(Label("dhcp", spec.id))
        self._privileged.ensure_veth(Veth(leg, bridge, INNER, namespace, spec.dhcp_mac, spec.mtu, alias, whole=True))
        own = [IPv4Interface((subnet.dhcp, subnet.cidr.prefixlen)) for subnet in served(spec) if subnet.dhcp]
        fresh = self._privileged.ensure_addresses(INNER, [*own, METADATA], namespace)
        if fresh:
            self._privileged.announce(INNER, fresh, namespace)
        self._privileged.ensure_routes(default_route(spec), namespace)
        self._serve(spec, namespace)

    def remove(self, network_id: str) -> None:
        self._privileged.stop_dnsmasq(self._pid_file(network_id))
        self._privileged.remove_link(self._names.leg("dhcp", network_id))
        self._privileged.remove_namespace(self._names.dhcp_namespace(network_id))
        self._forget_files(network_id)

    def is_alive(self, network_id: str, bridge: str, links: dict[str, Link], namespaces: set[str]) -> bool:
        """Namespace, leg and server are there."""
        leg = links.get(self._names.leg("dhcp", network_id))
        if leg is None or leg.master != bridge or not leg.up:
            return False
        namespace = self._names.dhcp_namespace(network_id)
        return namespace in namespaces and bool(self._privileged.dnsmasq(self._pid_file(network_id), namespace))

    def _serve(self, spec: NetworkSpec, namespace: str) -> None:
        folder = self._folder / spec.id
        folder.mkdir(parents=True, exist_ok=True)
        arguments = render_arguments(spec, folder, self._domain, _user(folder))
        files = {
            folder / "hosts": render_hosts(spec),
            folder / "names": render_names(spec, self._domain),
            folder / "options": render_options(spec),
            folder / "resolvers": render_resolvers(host_resolvers() if self._resolvers is None else self._resolvers),
        }
        pid_file = self._pid_file(spec.id)
        running = self._privileged.dnsmasq(pid_file, namespace)
        if running and running == arguments and not _takes_away(folder / "hosts", files[folder / "hosts"]):
            _write(files)
            # also when nothing changed: we may have died between writing and telling
            self._privileged.reload_dnsmasq(pid_file)
            return
        self._privileged.stop_dnsmasq(pid_file)
        _write(files)
        self._privileged.start_dnsmasq(namespace, arguments)

    def _pid_file(self, network_id: str) -> Path:
        return self._folder / network_id / "pid"

    def forget_all_files(self) -> None:
        for folder in self._folder.glob("*"):
            self._forget_files(folder.name)

    def _forget_files(self, network_id: str) -> None:
        folder = self._folder / network_id
        for name in ("hosts", "names", "options", "resolvers", "pid"):
            (folder / name).unlink(missing_ok=True)
        if folder.exists():
            folder.rmdir()


def _takes_away(path: Path, hosts: str) -> bool:
    """dnsmasq would refuse an address to its new owner while the old one's lease is in its memory."""
    before = path.read_text().splitlines() if path.exists() else []
    return not set(before) <= set(hosts.splitlines())


def _write(files: dict[Path, str]) -> None:
    for path, text in files.items():
        if not path.exists() or path.read_text() != text:
            fresh = path.with_suffix(".new")
            fresh.write_text(text)
            fresh.chmod(0o644)
            fresh.replace(path)


def _user(folder: Path, mode: Callable[[Path], int] = lambda path: path.stat().st_mode) -> str:
    """Who dnsmasq runs as: nobody, if nobody may read its files again after SIGHUP."""
    readable = all(mode(path) & 0o005 == 0o005 for path in (folder, *folder.parents))
    return "nobody" if readable else "root"
