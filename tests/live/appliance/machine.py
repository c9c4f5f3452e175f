"""The machine itself: switched on, asked through a port of 127.0.0.1, and cut off from its power."""

from __future__ import annotations

import random
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from altostratus.cli import places
from altostratus.cli.command import HostProblem
from altostratus.cli.host.kvm import detect_virt_type
from altostratus.cli.host.packages import install_command, missing_packages
from tests.live.appliance.disk import Disk
from tests.live.appliance.files import make_disk, make_root, make_start
from tests.live.cloud import free_port, wait

NEEDED = ("qemu-system-x86", "qemu-utils", "e2fsprogs")
START_SECONDS = 300.0
"""Emulated, on a machine that is busy."""
ON_DISK = 4096
"""MiB."""


@dataclass
class Appliance:
    """`settings` are its cloud's altostratus.toml, without address and port. The first administrator has `password`."""

    folder: Path
    settings: str
    password: str
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        if missing := missing_packages(NEEDED):
            raise HostProblem(f"the machine needs Debian packages. Run: {install_command(missing)}")
        cache = places.cache_dir()
        self._accelerator = "kvm" if detect_virt_type(cache, print).name == "kvm" else "tcg"
        self._kernel, self._initramfs = make_start(self.folder, cache / "guest")
        self._root = make_root(self.folder)
        self._disk = Disk(make_disk(self.folder / "data.img", self._first_data(), ON_DISK))

    @property
    def console(self) -> str:
        """All that it has said since it was switched on last."""
        return self._console.read_text(errors="replace")

    @contextmanager
    def running(self, chance: random.Random) -> Iterator[None]:
        """It answers. At the end its power is cut, if it has any; what its disk has not flushed is left to chance."""
        with self._console.open("wb") as console:
            self._process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        try:
            wait("the cloud in the guest answers", self._answers, START_SECONDS)
            yield
        finally:
            self.cut_power()
            print(self.console)
            self._disk.cut_off(chance)

    def cut_power(self) -> None:
        """At once."""
        self._process.kill()
        self._process.wait()

    @property
    def _console(self) -> Path:
        return self.folder / "console.log"

    def _first_data(self) -> Path:
        cloud = self.folder / "data/cloud"
        cloud.mkdir(parents=True)
        settings = f'address = "0.0.0.0"\npublic_url = "http://127.0.0.1:{self.port}"\n{self.settings}'
        (cloud / "altostratus.toml").write_text(settings)
        (cloud / "admin-password").write_text(self.password)
        return cloud.parent

    def _command(self) -> list[str]:
        command = ["qemu-system-x86_64", "-accel", self._accelerator, "-machine", "q35", "-smp", "2", "-m", "1024"]
        command += ["-cpu", "host" if self._accelerator == "kvm" else "max"]
        command += ["-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot"]
        command += ["-kernel", str(self._kernel), "-initrd", str(self._initramfs)]
        command += ["-append", "console=ttyS0 quiet panic=-1 net.ifnames=0 tsc=reliable no_timer_check mitigations=off"]
        root = f"driver=file,filename={self._root},read-only=on"
        for name, disk in (("root", root), ("data", self._disk.attach())):  # /dev/vda, /dev/vdb
            command += ["-blockdev", f"node-name={name},{disk}", "-device", f"virtio-blk-pci,drive={name}"]
        network = f"user,id=net,hostfwd=tcp:127.0.0.1:{self.port}-:8774"
        return [*command, "-netdev", network, "-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng"]

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.console
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthcheck", timeout=5):
                return True
        except OSError:
            return False
