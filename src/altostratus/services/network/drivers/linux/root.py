"""The privileged calls, in this process, which must be root. What is asked for is judged elsewhere."""

import json
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any, TypeVar

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from altostratus.services.network.driver import DriverError
from altostratus.services.network.drivers.linux import namespaces, netfilter, rtnetlink
from altostratus.services.network.drivers.linux.journal import Journal
from altostratus.services.network.drivers.linux.netfilter import Connection
from altostratus.services.network.drivers.linux.privileged import Link, Route, Veth

T = TypeVar("T")

COMMAND_SECONDS = 20


class Root:
    """Privileged, for a process that is root itself."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    # namespaces

    def namespaces(self) -> set[str]:
        return {name for name in namespaces.names() if namespaces.exists(name)}

    def ensure_namespace(self, name: str, sysctls: Mapping[str, str]) -> None:
        def prepare() -> None:
            for key, value in sysctls.items():
                rtnetlink.write_sysctl(key, value)
            with IPRoute() as ip:
                ip.link("set", index=1, state="up")

        self._journal.did("namespace", name)
        with _failures(f"namespace {name}"):
            namespaces.create(name)
            namespaces.inside(name, prepare)

    def remove_namespace(self, name: str) -> None:
        with _failures(f"namespace {name}"):
            namespaces.remove(name)
        self._journal.undone("namespace", name)

    # links

    def links(self, namespace: str | None = None) -> dict[str, Link]:
        with _failures("links"):
            return namespaces.inside(namespace, rtnetlink.links)

    def link(self, name: str) -> Link | None:
        with _failures(f"link {name}"):
            return rtnetlink.link(name)

    def plugged(self, bridge: str) -> set[str]:
        ports = Path("/sys/class/net", bridge, "brif")
        return {path.name for path in ports.iterdir()} if ports.exists() else set()

    def ensure_bridge(self, name: str, mtu: int | None, alias: str) -> None:
        with _failures(f"bridge {name}"), IPRoute() as ip:
            there = rtnetlink.link(name)
            if there is None:
                self._journal.did("link", name)
                # no STP and no forward delay: a tap must pass frames at once; no snooping: nobody queries
                kind = {"br_stp_state": 0, "br_forward_delay": 0, "br_mcast_snooping": 0}
                ip.link("add", ifname=name, kind="bridge", mtu=mtu or 1500, **kind)
                rtnetlink.without_ipv6(name)
                ip.link("set", index=rtnetlink.index(name), ifalias=alias, state="up")
            elif not there.up or mtu not in (None, there.mtu):
                ip.link("set", index=there.index, mtu=mtu or there.mtu, state="up")
            _filter_bridged_frames(name, self._journal)

    def ensure_veth(self, veth: Veth) -> None:
        with _failures(f"veth {veth.name}"):
            self._ensure_pair(veth)
            self._ensure_host_end(veth)
            namespaces.inside(veth.namespace, lambda: rtnetlink.ensure_peer(veth))

    def _ensure_pair(self, veth: Veth) -> None:
        here = rtnetlink.link(veth.name)
        there = namespaces.inside(veth.namespace, lambda: rtnetlink.link(veth.peer))
        if here is not None and there is not None:
            return
        self._journal.did("link", veth.name)
        rtnetlink.delete_link(veth.name)
        namespaces.inside(veth.namespace, lambda: rtnetlink.delete_link(veth.peer))
        peer: dict[str, object] = {"ifname": veth.peer}
        with _namespace_handle(veth.namespace) as handle, IPRoute() as ip:
            if handle is not None:
                peer["net_ns_fd"] = handle
            ip.link("add", ifname=veth.name, kind="veth", peer=peer)
        rtnetlink.without_ipv6(veth.name)

    def _ensure_host_end(self, veth: Veth) -> None:
        end = rtnetlink.existing(veth.name)
        if (end.master, end.mtu, end.alias, end.up) == (veth.bridge, veth.mtu, veth.alias, True):
            return
        master = rtnetlink.index(veth.bridge) if veth.bridge else 0
        with IPRoute() as ip:
            ip.link("set", index=end.index, master=master, mtu=veth.mtu, ifalias=veth.alias, state="up")

    def set_alias(self, link: str, alias: str) -> None:
        with _failures(f"link {link}"), IPRoute() as ip:
            ip.link("set", index=rtnetlink.index(link), ifalias=alias)

    def plug(self, link: str, bridge: str) -> None:
        with _failures(f"link {link}"), IPRoute() as ip:
            ip.link("set", index=rtnetlink.index(link), master=rtnetlink.index(bridge))

    def remove_link(self, name: str, namespace: str | None = None) -> None:
        with _failures(f"link {name}"):
            namespaces.inside(namespace, lambda: rtnetlink.delete_link(name))
        if namespace is None:
            self._journal.undone("link", name)

    # addresses and routes

    def ensure_addresses(
        self, link: str, addresses: Iterable[IPv4Interface], namespace: str | None = None
    ) -> set[IPv4Address]:
        with _failures(f"addresses of {link}"):
            return namespaces.inside(namespace, lambda: rtnetlink.ensure_addresses(link, list(addresses)))

    def routes(self, namespace: str | None = None) -> list[Route]:
        with _failures("routes"):
            return [route for route, _ in namespaces.inside(namespace, rtnetlink.routes)]

    def ensure_routes(self, routes: Iterable[Route], namespace: str) -> None:
        with _failures("routes"):
            namespaces.inside(namespace, lambda: rtnetlink.ensure_routes(set(routes)))

    def announce(self, link: str, addresses: Iterable[IPv4Address], namespace: str | None = None) -> None:
        with _failures(f"gratuitous ARP on {link}"):
            namespaces.inside(namespace, lambda: rtnetlink.announce(link, addresses))

    def sysctl(self, key: str) -> str:
        with _failures(f"sysctl {key}"):
            return (rtnetlink.SYS / key).read_text().strip()

    def set_sysctl(self, key: str, value: str) -> None:
        before = self.sysctl(key)
        with _failures(f"sysctl {key}"):
            if before != value:
                self._journal.did("sysctl", key, before)
                rtnetlink.write_sysctl(key, value)

    # nftables and connection tracking

    def apply_rules(self, ruleset: str, namespace: str | None = None, tables: Iterable[tuple[str, str]] = ()) -> None:
        for family, table in tables:
            self._journal.did("table", f"{family} {table}")
        namespaces.inside(namespace, lambda: _run(["nft", "-f", "-"], ruleset))

    def rules(self, family: str, table: str, namespace: str | None = None) -> list[dict[str, Any]]:
        return namespaces.inside(namespace, lambda: _nft_json(["table", family, table]))

    def chains(self) -> list[dict[str, Any]]:
        return [item["chain"] for item in _nft_json(["chains"]) if "chain" in item]

    def tables(self) -> set[tuple[str, str]]:
        items = [item["table"] for item in _nft_json(["tables"]) if "table" in item]
        return {(item["family"], item["name"]) for item in items}

    def remove_table(self, family: str, table: str) -> None:
        if (family, table) in self.tables():  # an empty transaction would still be a change
            self.apply_rules(f"delete table {family} {table}\n")
        self._journal.undone("table", f"{family} {table}")

    def accept_forwarding(self, family: str, table: str, chain: str, matches: str, comment: str) -> None:
        where = f"{family} {table} {chain}"
        if _rule_handles(where, f"{comment} {matches}"):
            return
        self._journal.did("rule", json.dumps([where, f"{comment} {matches}"]), "")
        self.apply_rules(f'insert rule {where} {matches} accept comment "{_plain(f"{comment} {matches}")}"\n')

    def generation(self, namespace: str | None = None) -> int:
        with _failures("nftables"):
            return namespaces.inside(namespace, netfilter.generation)

    def connections(self, zone: int | None = None, namespace: str | None = None) -> list[Connection]:
        with _failures("connection tracking"):
            return namespaces.inside(namespace, lambda: netfilter.connections(zone))

    def cut(self, connections: Iterable[Connection], namespace: str | None = None) -> None:
        def cut_all() -> None:
            for connection in connections:
                netfilter.cut(connection)

        with _failures("connection tracking"):
            namespaces.inside(namespace, cut_all)

    # dnsmasq and sockets

    def start_dnsmasq(self, namespace: str, arguments: list[str]) -> None:
        with _failures("dnsmasq"):
            namespaces.inside(namespace, lambda: _run(["dnsmasq", *arguments]))

    def dnsmasq(self, pid_file: Path, namespace: str) -> list[str]:
        pid = _pid_in(pid_file)
        if pid is None or not namespaces.holds(namespace, pid):
            return []
        return _command_line(pid)[1:]

    def reload_dnsmasq(self, pid_file: Path) -> None:
        pid = _pid_in(pid_file)
        if pid is not None:
            namespaces.kill(pid, signal.SIGHUP, 0)

    def stop_dnsmasq(self, pid_file: Path) -> None:
        # by what it was started with, for the file or the name of its namespace may be lost
        argument = f"--pid-file={pid_file}"
        for process in Path("/proc").glob("[0-9]*"):
            if argument in _command_line(int(process.name)):
                namespaces.kill(int(process.name), signal.SIGKILL)

    def listen_in(self, namespace: str, address: str, port: int) -> socket.socket:
        def listen() -> socket.socket:
            listener = socket.socket()
            try:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((address, port))
                listener.listen(128)
            except OSError:
                listener.close()
                raise
            return listener

        with _failures(f"listening on {address}:{port}"):
            return namespaces.inside(namespace, listen)

    # undoing

    def undo_all(self) -> None:
        undo: dict[str, Callable[[str, str], None]] = {
            "namespace": lambda name, _: self.remove_namespace(name),
            "link": lambda name, _: self.remove_link(name),
            "table": lambda name, _: self.remove_table(*name.split()),
            "rule": lambda name, _: _delete_rules(*json.loads(name)),
            "sysctl": rtnetlink.write_sysctl,
            "module": lambda name, _: _unload(name),
        }
        for kind, name, before in reversed(self._journal.changes()):
            with _failures(f"undoing {kind} {name}"):
                undo[kind](name, before or "")
            self._journal.undone(kind, name)


@contextmanager
def _failures(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, NetlinkError, KeyError) as error:
        raise DriverError(f"{what}: {error}") from error


@contextmanager
def _namespace_handle(name: str | None) -> Iterator[int | None]:
    if name is None:
        yield None
        return
    with (namespaces.RUN / name).open() as handle:
        yield handle.fileno()


def _filter_bridged_frames(bridge: str, journal: Journal) -> None:
    """Frames on this bridge, and on no other because of us, pass the host's IPv4 hooks."""
    if not (rtnetlink.SYS / "net/bridge").exists():
        journal.did("module", "br_netfilter", "")
        _run(["modprobe", "br_netfilter"])
        for call in ("arptables", "ip6tables", "iptables"):  # the module turns them on for every bridge
            rtnetlink.write_sysctl(f"net/bridge/bridge-nf-call-{call}", "0")
    flag = Path("/sys/class/net", bridge, "bridge/nf_call_iptables")
    if flag.read_text().strip() != "1":
        flag.write_text("1")


def _unload(module: str) -> None:
    subprocess.run(["modprobe", "-r", module], capture_output=True, timeout=COMMAND_SECONDS, check=False)


def _run(command: list[str], text: str = "") -> str:
    program = shutil.which(command[0], path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        raise DriverError(f"{command[0]} is not installed")
    try:
        done = subprocess.run(
            [program, *command[1:]],
            input=text,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DriverError(f"{command[0]} did not end within {COMMAND_SECONDS} s") from error
    if done.returncode != 0:
        raise DriverError(f"{command[0]}: {done.stderr.strip()[:2000]}")
    return done.stdout


def _nft_json(what: list[str]) -> list[dict[str, Any]]:
    try:
        listing = json.loads(_run(["nft", "-j", "list", *what]))
    except DriverError as error:
        if "No such file or directory" in str(error):
            return []
        raise
    items: list[dict[str, Any]] = listing["nftables"]
    return items


def _plain(comment: str) -> str:
    return comment.replace('"', "")


def _rule_handles(where: str, comment: str) -> list[int]:
    rules = (item["rule"] for item in _nft_json(["chain", *where.split()]) if "rule" in item)
    return [rule["handle"] for rule in rules if rule.get("comment") == _plain(comment)]


def _delete_rules(where: str, comment: str) -> None:
    for handle in _rule_handles(where, comment):
        _run(["nft", "-f", "-"], f"delete rule {where} handle {handle}\n")


def _command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    except OSError:
        return []


def _pid_in(pid_file: Path) -> int | None:
    """The pid in the file, if that is still a process that was started with this very file."""
    try:
        pid = int(pid_file.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return pid if f"--pid-file={pid_file}" in _command_line(pid) else None
