"""A guest started by QEMU alone, without root or libvirt: its console, and SSH through a port on loopback."""

from __future__ import annotations

import io
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pycdlib


@dataclass
class Machine:
    """One guest over a copy-on-write disk in `folder`; `start` it, `ssh` into it, `stop` it."""

    image: Path
    folder: Path
    disk_size: str = "1G"
    config_drive: Path | None = None
    namespace: str = ""
    process: subprocess.Popen[bytes] | None = None
    port: int = field(default_factory=lambda: free_port())

    def __post_init__(self) -> None:
        run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", self.image, self.disk, self.disk_size)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / "key")

    @property
    def disk(self) -> Path:
        return self.folder / "disk.qcow2"

    @property
    def public_key(self) -> str:
        return (self.folder / "key.pub").read_text()

    @property
    def console(self) -> str:
        """All that the guest has written to its serial port since it was last started."""
        path = self.folder / "console.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        command = [
            *self._inside,
            "qemu-system-x86_64",
            "-accel",
            "tcg",
            "-machine",
            "q35",
            "-cpu",
            "qemu64",
            "-m",
            "96",
        ]
        command += ["-nodefaults", "-display", "none", "-device", "virtio-rng-pci"]
        command += ["-drive", f"file={self.disk},if=virtio,cache=unsafe"]
        command += ["-netdev", self._network, "-device", "virtio-net-pci,netdev=n0,romfile="]
        socket_at = f"path={self.folder}/serial,server=on,wait=off,logfile={self.folder}/console.log"
        command += ["-chardev", f"socket,id=serial,{socket_at}", "-serial", "chardev:serial"]
        command += ["-qmp", f"unix:{self.folder}/qmp,server=on,wait=off"]
        if self.config_drive:
            command += ["-drive", f"file={self.config_drive},if=virtio,format=raw,readonly=on"]
        self.process = subprocess.Popen(command)

    @property
    def _inside(self) -> list[str]:
        return ["ip", "netns", "exec", self.namespace] if self.namespace else []

    @property
    def _network(self) -> str:
        """QEMU's own, or a tap "tap0" that stands ready in the namespace."""
        if self.namespace:
            return "tap,id=n0,ifname=tap0,script=no,downscript=no"
        return f"user,id=n0,hostfwd=tcp:127.0.0.1:{self.port}-:22"

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def wait_off(self, seconds: float) -> int:
        """Waits until the guest has powered itself off; the exit status of QEMU."""
        assert self.process is not None
        return self.process.wait(seconds)

    def wait_console(self, text: str, seconds: float = 60, times: int = 1) -> None:
        wait_until(
            lambda: self.console.count(text) >= times, seconds, lambda: f"no {text!r} on the console:\n{self.console}"
        )

    def ssh(self, command: str, seconds: float = 60) -> str:
        """What a command in the guest writes; tries until the guest lets us in."""
        last = subprocess.CompletedProcess[str]([], 255)

        def try_once() -> bool:
            nonlocal last
            last = self._ssh_once(command)
            return last.returncode != 255

        wait_until(try_once, seconds, lambda: f"no SSH: {last.stderr}\n{self.console}")
        assert last.returncode == 0, last.stderr
        return last.stdout.strip()

    def _ssh_once(self, command: str) -> subprocess.CompletedProcess[str]:
        options = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=5")
        flags = [word for option in (*options, "LogLevel=ERROR") for word in ("-o", option)]
        where = ["root@10.9.0.10"] if self.namespace else ["-p", str(self.port), "root@127.0.0.1"]
        target = ["-i", str(self.folder / "key"), *where]
        return subprocess.run(
            [*self._inside, "ssh", *flags, *target, command], capture_output=True, text=True, check=False
        )

    def press_power_button(self) -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.folder / "qmp"))
            client.sendall(b'{"execute": "qmp_capabilities"}{"execute": "system_powerdown"}')
            wait_until(lambda: b"POWERDOWN" in client.recv(4096), 5, lambda: "QEMU did not press the button")

    def converse(self, *lines: tuple[str, str]) -> str:
        """On the serial console: waits for each prompt and answers it; what came after the last answer."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.folder / "serial"))
            client.settimeout(30)
            client.sendall(b"\n")
            seen = ""
            for prompt, answer in lines:
                while prompt not in seen:
                    seen += client.recv(4096).decode(errors="replace")
                client.sendall(answer.encode() + b"\n")
                seen = ""
            while "# " not in seen:
                seen += client.recv(4096).decode(errors="replace")
            return seen


def write_config_drive(path: Path, meta_data: dict[str, object], user_data: bytes) -> None:
    """An ISO 9660 image with the label and layout of OpenStack's config drive."""
    iso = pycdlib.PyCdlib()
    iso.new(rock_ridge="1.09", joliet=3, vol_ident="config-2")
    for folder, short in (("/openstack", "/OPENSTAC"), ("/openstack/latest", "/OPENSTAC/LATEST")):
        iso.add_directory(short, rr_name=folder.rsplit("/", 1)[1], joliet_path=folder)
    for name, short, contents in (
        ("meta_data.json", "META.;1", json.dumps(meta_data, indent=1).encode()),
        ("user_data", "USER.;1", user_data),
    ):
        place = f"/openstack/latest/{name}"
        iso.add_fp(io.BytesIO(contents), len(contents), f"/OPENSTAC/LATEST/{short}", rr_name=name, joliet_path=place)
    iso.write(str(path))
    iso.close()


def wait_until(true: Callable[[], bool], seconds: float, otherwise: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*command: str | Path) -> None:
    assert shutil.which(str(command[0])), f"{command[0]} is missing"
    subprocess.run(command, check=True)
