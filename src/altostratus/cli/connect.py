"""`alto ssh` and `alto console`."""

import os
import select
import sys
import termios
import threading
import tty
from pathlib import Path

from altostratus.cli import Problem, places
from altostratus.cli.booting import find_server, floating_ip_of
from altostratus.cli.client import log_in

QUIT = b"\x1d"  # Ctrl-]
# VMs come and go and addresses are used again: their host keys mean nothing across VMs.
OPTIONS = (
    "-o", "StrictHostKeyChecking=no",
    "-o", "UserKnownHostsFile=/dev/null",
    "-o", "LogLevel=ERROR",
)  # fmt: skip


def ssh_command(address: str, user: str, *arguments: str) -> list[str]:
    """An ssh command line that uses the caller's key."""
    return ["ssh", "-i", str(places.ssh_key()), *OPTIONS, f"{user}@{address}", *arguments]


def ssh(data_dir: Path | None, name: str, arguments: list[str]) -> None:
    """Become ssh. NAME may be USER@NAME; the user is root unless given."""
    user, _, name = name.rpartition("@")
    client = log_in(data_dir)
    server = find_server(client, name)
    address = floating_ip_of(client, server["id"])
    if address is None:
        raise Problem(f"{name} has no floating IP. Give it one: openstack server add floating ip {name} ADDRESS")
    os.execvp("ssh", ssh_command(address, user or "root", *arguments))  # noqa: S606 - no shell is wanted


def console(data_dir: Path | None, name: str) -> None:
    """Join this terminal to the VM's serial console until Ctrl-]."""
    client = log_in(data_dir)
    server = find_server(client, name)
    body = {"remote_console": {"protocol": "serial", "type": "serial"}}
    path = f"/compute/v2.1/servers/{server['id']}/remote-consoles"
    url = client.post(path, body)["remote_console"]["url"]
    print(f"Serial console of {name}. Leave with Ctrl-].", file=sys.stderr)
    _join(url)


def _join(url: str) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect
    from websockets.typing import Subprotocol

    with connect(url, subprotocols=[Subprotocol("binary")]) as stream, _RawTerminal():

        def show() -> None:
            try:
                for chunk in stream:
                    os.write(1, chunk.encode() if isinstance(chunk, str) else chunk)
            except (ConnectionClosed, OSError):
                pass

        reader = threading.Thread(target=show, daemon=True)
        reader.start()
        while reader.is_alive():
            ready, _, _ = select.select([0], [], [], 0.2)
            if not ready:
                continue
            typed = os.read(0, 1024)
            if QUIT in typed or not typed:
                break
            stream.send(typed)


class _RawTerminal:
    """Keys go through untouched while inside; nothing where standard input is no terminal."""

    def __enter__(self) -> None:
        self._before = termios.tcgetattr(0) if os.isatty(0) else None
        if self._before:
            tty.setraw(0)

    def __exit__(self, *_: object) -> None:
        if self._before:
            termios.tcsetattr(0, termios.TCSADRAIN, self._before)
            print(file=sys.stderr)
