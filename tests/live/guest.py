"""One real guest as its user sees it: by SSH, by its console, by its address; and its QEMU process."""

from __future__ import annotations

import select
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.cloud import LiveCloud, wait

LOGIN_SECONDS = 90.0
FAREWELL = "]: going down"
"""What it says on its console when it is told to power off or to restart."""
BOOTED = "SSH host key:"
"""What the guest says on its console once a boot."""


@dataclass(frozen=True)
class Guest:
    """A server by its id."""

    cloud: LiveCloud
    id: str

    # -- as the API shows it --------------------------------------------------------------------------------------

    @property
    def server(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cloud.api.get(f"/compute/v2.1/servers/{self.id}")["server"]
        return found

    @property
    def port(self) -> dict[str, Any]:
        return self.cloud.find("/network/v2.0/ports", "ports", device_id=self.id)

    @property
    def fixed(self) -> str:
        return str(self.port["fixed_ips"][0]["ip_address"])

    @property
    def floating(self) -> str:
        found = self.cloud.find("/network/v2.0/floatingips", "floatingips", port_id=self.port["id"])
        return str(found["floating_ip_address"])

    def act(self, action: str, arguments: Any = None) -> None:
        self.cloud.act(self.id, action, arguments)

    def wait_status(self, status: str, seconds: float = 90.0) -> dict[str, Any]:
        return self.cloud.wait_status(self.id, status, seconds)

    def set_groups(self, *group_ids: str) -> None:
        body = {"port": {"security_groups": list(group_ids)}}
        self.cloud.api.put(f"/network/v2.0/ports/{self.port['id']}", body)

    def console_log(self) -> str:
        path = f"/compute/v2.1/servers/{self.id}/action"
        return str(self.cloud.api.post(path, {"os-getConsoleOutput": {}})["output"])

    def boots(self) -> int:
        """How often its system has come up since it was made."""
        return self.console_log().count(BOOTED)

    # -- from outside ---------------------------------------------------------------------------------------------

    def process(self) -> int:
        """Its QEMU."""
        return int(Path(f"/run/libvirt/qemu/alto-{self.id}.pid").read_text())

    def ask(self, command: str, address: str | None = None, seconds: float = 30.0) -> str:
        """What a shell command in the guest says; it must succeed."""
        done = ssh(self.cloud, address or self.floating, command, seconds)
        assert done.returncode == 0, f"{command!r}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def tell(self, command: str, address: str | None = None) -> None:
        """A shell command that may end the connection."""
        ssh(self.cloud, address or self.floating, command, 15)

    def talk(self) -> Talk:
        """One SSH connection to keep."""
        return Talk(ssh_words(self.cloud, self.floating, "cat"))

    def wait_login(self, address: str | None = None, seconds: float = LOGIN_SECONDS) -> str:
        """The id of the boot that it lets us in to."""
        found = address or self.floating
        return wait(f"SSH to {found}", lambda: boot_id(self.cloud, found), seconds) or ""

    def wait_reboot(self, before: str) -> str:
        """The id of the next boot."""
        address = self.floating

        def look() -> str:
            now = boot_id(self.cloud, address)
            return now if now != before else ""

        return wait("it comes up again", look, LOGIN_SECONDS)


def boot_id(cloud: LiveCloud, address: str) -> str:
    """Of whoever answers at an address; empty when nobody does."""
    done = ssh(cloud, address, "cat /proc/sys/kernel/random/boot_id", 5)
    return done.stdout.strip() if done.returncode == 0 else ""


class Talk:
    """A connection that stays open; the guest says what it is told. A context manager."""

    def __init__(self, words: list[str]) -> None:
        self._ssh = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def __enter__(self) -> Talk:
        return self

    def says(self, line: str, seconds: float = 5.0) -> str:
        """What comes back for a line in time."""
        assert self._ssh.stdin
        assert self._ssh.stdout
        self._ssh.stdin.write(f"{line}\n".encode())
        readable, _, _ = select.select([self._ssh.stdout], [], [], seconds)
        return self._ssh.stdout.readline().decode().strip() if readable else ""

    def __exit__(self, *_: object) -> None:
        self._ssh.kill()
        self._ssh.communicate()


def ssh(cloud: LiveCloud, address: str, command: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """One command by SSH."""
    words = ssh_words(cloud, address, command)
    try:
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 255, "", f"nothing within {seconds} s")


def ssh_words(cloud: LiveCloud, address: str, command: str) -> list[str]:
    """With the key that `alto launch` made for this user."""
    options = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR",
               "ConnectTimeout=2", "IdentitiesOnly=yes")  # fmt: skip
    key = cloud.home / ".config/altostratus/id_ed25519"
    return ["ssh", "-F", "none", "-i", str(key), *(f"-o{option}" for option in options), f"root@{address}", command]


def connects(address: str, port: int, seconds: float = 2.0) -> bool:
    """Whether a TCP connection can be made."""
    try:
        socket.create_connection((address, port), seconds).close()
    except OSError:
        return False
    return True
