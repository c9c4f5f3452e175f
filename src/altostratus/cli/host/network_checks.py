"""Checks of what the kernel can do for networks: tried in a namespace of their own, so that nothing here changes."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

from altostratus.cli.command import HostProblem, Report, run, succeeds
from altostratus.cli.host import addresses
from altostratus.cli.host.changes import Change, boot_id, record_change
from altostratus.cli.host.checks import Check, Result, fail, ok, warn

_ALONE = ("unshare", "--net")
_BRIDGE_NETFILTER = Path("/proc/sys/net/bridge")

_LINKS = """\
link add alto-br type bridge
link add alto-a type veth peer name alto-b
link set alto-a master alto-br
tuntap add alto-tap mode tap
"""

_RULES = b"""\
table bridge alto_check {
  set bound { type ifname . ether_addr . ipv4_addr; }
  chain forward { type filter hook forward priority -300; policy accept;
    iifname . ether saddr . ip saddr != @bound meta mark set 1 drop
  }
}
table inet alto_check {
  map targets { type mark : verdict; }
  chain raw { type filter hook prerouting priority -310; policy accept; ct zone set 7; }
  chain forward { type filter hook forward priority 0; policy accept;
    ct state established,related accept
    meta mark vmap @targets
  }
}
table ip alto_check {
  map floating { type ipv4_addr : ipv4_addr; }
  chain out { type nat hook postrouting priority 100; policy accept; snat to ip saddr map @floating; }
}
"""


def plan_checks(report: Report) -> list[Check]:
    """The checks of this file."""
    return [
        Check("namespaces", check_namespaces),
        Check("bridges", check_bridges),
        Check("nftables", check_nftables),
        Check("bridge filter", check_bridge_netfilter, partial(load_bridge_netfilter, report)),
        Check("forwarding", check_forwarding),
        Check("addresses", check_addresses),
    ]


def _needs_root() -> Result | None:
    return None if os.geteuid() == 0 else warn("only root can try this", "sudo ./alto doctor")


def check_namespaces() -> Result:
    if succeeds(*_ALONE, "true"):
        return ok("network namespaces can be made")
    return _needs_root() or fail("network namespaces cannot be made", "use a kernel with CONFIG_NET_NS")


def check_bridges() -> Result:
    try:
        run(*_ALONE, "ip", "-batch", "-", stdin=_LINKS.encode())
    except HostProblem as problem:
        return _needs_root() or fail(
            f"bridges, veths and taps do not work: {problem}", "sudo modprobe -a bridge veth tun"
        )
    return ok("bridges, veths and taps can be made")


def check_nftables() -> Result:
    try:
        run(*_ALONE, "nft", "-f", "-", stdin=_RULES)
    except HostProblem as problem:
        return _needs_root() or fail(
            f"nftables lacks something: {problem}", "sudo modprobe -a nf_tables nft_ct nft_nat"
        )
    return ok("nftables takes rules for bridges, connections and addresses")


def check_bridge_netfilter() -> Result:
    """Stateful security groups need bridged packets to pass the inet tables."""
    if _BRIDGE_NETFILTER.exists():
        return ok("bridged packets can pass the firewall (br_netfilter)")
    return fail("br_netfilter is not loaded: security groups cannot be kept", "sudo modprobe br_netfilter")


def load_bridge_netfilter(report: Report) -> None:
    """Loads the module and at once turns off its effect on bridges that are not ours, which it has by default."""
    if _BRIDGE_NETFILTER.exists():
        return
    if os.geteuid() != 0:
        raise HostProblem("only root can load br_netfilter. Run: sudo modprobe br_netfilter")
    report("loading the kernel module br_netfilter")
    run("modprobe", "br_netfilter")
    for name in ("iptables", "ip6tables", "arptables"):
        (_BRIDGE_NETFILTER / f"bridge-nf-call-{name}").write_text("0")
    record_change(Change("module", "br_netfilter", boot=boot_id()))


def check_forwarding() -> Result:
    """Docker and firewalls let forwarded packets drop by default; ours then need a rule beside theirs."""
    if os.geteuid() != 0:
        return warn("only root can read the firewall", "sudo ./alto doctor")
    if _legacy_drops():
        return fail(
            "iptables-legacy drops forwarded packets, and rules for nftables cannot change that",
            "sudo iptables-legacy -P FORWARD ACCEPT, or move Docker to iptables-nft with update-alternatives",
        )
    droppers = dropping_chains(json.loads(run("nft", "--json", "list", "chains")))
    if droppers:
        return ok(f"{', '.join(droppers)} drops what it does not know (Docker?): Altostratus adds a rule for its own")
    return ok("nothing else drops forwarded packets")


def dropping_chains(listed: dict[str, Any]) -> list[str]:
    """The chains of others, in what `nft --json list chains` said, that drop forwarded packets by policy."""
    chains = [entry["chain"] for entry in listed["nftables"] if "chain" in entry]
    return [
        f"{chain['family']} {chain['table']} {chain['name']}"
        for chain in chains
        if (chain.get("hook"), chain.get("policy")) == ("forward", "drop")
        and chain["family"] in ("ip", "inet")
        and not chain["table"].startswith("alto_")
    ]


def _legacy_drops() -> bool:
    names = Path("/proc/net/ip_tables_names")
    if not names.exists() or "filter" not in names.read_text().split():
        return False
    return b"-P FORWARD DROP" in run("iptables-legacy", "-S", "FORWARD")


def check_addresses() -> Result:
    taken = addresses.observe_networks()
    free = addresses.free_network(addresses.PROVIDER_CANDIDATES, taken)
    if free is None:
        return fail("every candidate for the provider network is in use here", "name a free one with --provider-cidr")
    return ok(f"{free} is free for the provider network")
