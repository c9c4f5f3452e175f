"""Real servers: from POST to a running domain, and to the SSH banner, the latter against QEMU started alone.

QEMU alone is given the arguments with which libvirt started a server of the cloud, and a new overlay of the same
image: the same machine, in the same network (a tap of the same name in the same bridge, so that DHCP, metadata,
security group and floating IP are the same as well). Only what the cloud and libvirt do between the request and the
machine is missing. Needs root and a libvirt that runs.
"""

import json
import os
import socket
import statistics
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cloud import make_network, running_cloud, wait_for
from figure import Figure, spread
from real_site import Site, reachable_network


def measure(quick: bool) -> Iterator[Figure]:
    times = 3 if quick else 10
    with running_cloud(simulate=False) as cloud:
        site = Site(cloud)
        yield from _to_domain(site, times)
        yield from _to_banner(site, times)


def _to_domain(site: Site, times: int) -> Iterator[Figure]:
    network, _ = make_network(site.session, "10.98.0.0/24")
    site.remove(_started(site, network)[0])  # the image is on the host from here on
    first, later = [], []
    for _ in range(times):
        new, _ = make_network(site.session, "10.98.0.0/24")
        opening, took = _started(site, new)
        first.append(took)
        site.remove(opening)
        site.session.delete(f"/network/v2.0/networks/{new}")
        following, took = _started(site, network)
        later.append(took)
        site.remove(following)
    what = "POST to domain running"
    note = f"network made right before; image cached; {spread(first)}"
    yield Figure(f"{what}, first port on a network", statistics.median(first), "s", 1.5, note=note)
    note = f"on a network that is there; {spread(later)}"
    yield Figure(f"{what}, later ports", statistics.median(later), "s", 0.7, note=note)


def _started(site: Site, network: str) -> tuple[str, float]:
    """A new server on the network, and the time from the request until libvirt runs it."""
    began = time.perf_counter()
    server = site.create({"uuid": network})
    wait_for(lambda: site.runs(server), every=0.005)
    return server, time.perf_counter() - began


# -- SSH -----------------------------------------------------------------------------------------------------


def _to_banner(site: Site, times: int) -> Iterator[Figure]:
    make_port = reachable_network(site.session)
    (own_port, own_address), (other_port, other_address) = make_port(), make_port()
    model = site.create({"port": other_port})
    _wait_for_banner(other_address)
    alone = QemuAlone(site, model)
    site.stop(model)
    pairs: list[tuple[float, float]] = []
    with alone.plugged():
        for _ in range(times):
            began = time.perf_counter()
            server = site.create({"port": own_port})
            _wait_for_banner(own_address)
            ours = time.perf_counter() - began
            site.remove(server)
            pairs.append((ours, alone.time_to(lambda: _wait_for_banner(other_address))))
    ratios = [ours / theirs for ours, theirs in pairs]
    of_pairs = [statistics.median(each) for each in zip(*pairs, strict=True)]
    note = f"{of_pairs[0]:.2f} s against {of_pairs[1]:.2f} s; {spread(ratios, '×')}; by floating IP"
    yield Figure("POST to SSH banner ÷ QEMU alone", statistics.median(ratios), "×", 1.15, note=note)


def _wait_for_banner(address: str) -> None:
    wait_for(lambda: _has_banner(address), every=0.02)


def _has_banner(address: str) -> bool:
    with suppress(OSError), socket.create_connection((address, 22), timeout=0.5) as connection:
        return connection.recv(4) == b"SSH-"
    return False


class QemuAlone:
    """The machine of a server that runs, to be started without libvirt when the server is stopped."""

    def __init__(self, site: Site, server: str) -> None:
        definition = site.definition(server)
        self._bridge = _attribute(definition, "interface/source", "bridge")
        self._tap = _attribute(definition, "interface/target", "dev")
        self._disk = Path(_attribute(definition, "disk/source", "file"))
        self._new_disk = self._disk.with_name("alone.qcow2")
        self._command = list(alone(_arguments_of(server), self._tap))

    @contextmanager
    def plugged(self) -> Iterator[None]:
        """The tap is in the bridge, and goes with its overlay afterwards."""
        _ip("tuntap", "add", "dev", self._tap, "mode", "tap", "vnet_hdr")
        _ip("link", "set", self._tap, "master", self._bridge, "up")
        try:
            yield
        finally:
            _ip("link", "delete", self._tap)
            self._new_disk.unlink(missing_ok=True)

    def time_to(self, wait: Callable[[], object]) -> float:
        """Start it on a new overlay, wait, end it; the time from start to the end of the wait."""
        self._make_overlay()
        command = ["nice", "-n", str(-os.nice(0))]  # libvirt's machines run at 0 whatever the benchmark runs at
        command += [each.replace(str(self._disk), str(self._new_disk)) for each in self._command]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            wait()
            return time.perf_counter() - began
        finally:
            process.kill()
            process.wait()

    def _make_overlay(self) -> None:
        text = subprocess.run(
            ["qemu-img", "info", "--force-share", "--output=json", self._disk], check=True, capture_output=True
        )
        found = json.loads(text.stdout)
        base = ["-b", found["backing-filename"], "-F", found["backing-filename-format"]]
        create = ["qemu-img", "create", "-q", "-f", "qcow2", *base, self._new_disk, str(found["virtual-size"])]
        subprocess.run(create, check=True)


def alone(arguments: list[str], tap: str) -> Iterator[str]:
    """QEMU's arguments without what ties it to libvirt: monitor, secrets, descriptors that libvirt opened."""
    yield arguments[0]
    words = iter(arguments[1:])
    for word in words:
        if word in ("-S", "-no-shutdown"):
            continue
        if word in ("-name", "-add-fd", "-mon"):
            next(words)
            continue
        if word not in ("-object", "-chardev", "-netdev"):
            yield word
            continue
        value = next(words)
        if changed := _changed(word, value, tap):
            yield from (word, changed)


def _changed(option: str, value: str, tap: str) -> str | None:
    """The option's value for QEMU alone; None leaves the option out."""
    if option == "-object":
        return None if json.loads(value)["qom-type"] == "secret" else value
    if option == "-chardev":
        return None if value.startswith("socket,id=charmonitor") else "null,id=charserial0"
    net: dict[str, Any] = {k: v for k, v in json.loads(value).items() if k not in ("fd", "vhostfd")}
    return json.dumps(net | {"ifname": tap, "script": "no", "downscript": "no"})


def _arguments_of(server: str) -> list[str]:
    """The command line of the QEMU that runs a server."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_text().split("\0")[:-1]
            if words and "qemu" in words[0] and any(server in word for word in words):
                return words
    raise RuntimeError(f"no QEMU runs {server}")


def _attribute(definition: ElementTree.Element, device: str, name: str) -> str:
    """Of the first such device."""
    found = definition.find(f"devices/{device}")
    assert found is not None
    return found.attrib[name]


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
