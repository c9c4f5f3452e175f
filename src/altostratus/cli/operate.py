"""`alto up` and `alto down`."""

import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from altostratus.app.serve import holder, run
from altostratus.app.settings import Settings, read_settings
from altostratus.cli import Problem, places

START_SECONDS, STOP_SECONDS = 60.0, 30.0


def up(data_dir: Path | None, simulate: bool, listen: str | None, given: dict[str, Any], detach: bool) -> int:
    """Start the cloud, here or in the background; the exit status."""
    directory = places.data_dir(data_dir, simulate)
    address, port = _split(listen)
    settings = read_settings(directory, **given, address=address, port=port)
    if not settings.simulate:
        settings = prepared(settings)
    if detach:
        _start_detached(settings, [] if data_dir is None else ["--data-dir", str(directory)])
        print(hint(settings))
        return 0
    print(hint(settings), flush=True)
    return run(settings)


def down(data_dir: Path | None, simulate: bool, purge: bool) -> None:
    """Stop the process that serves the data directory, and with `purge` undo all it ever did."""
    directory = places.data_dir(data_dir, simulate)
    pid = holder(directory)
    if pid is not None:
        _stop(pid)
        print("The cloud is stopped." + ("" if purge else " VMs and networks go on; `alto up` adopts them."))
    elif not purge:
        raise Problem(f"no cloud runs on {directory}")
    if purge:
        _purge(directory, simulate)


def start_in_background(settings: Settings) -> None:
    """Start the cloud detached, unless it runs already, and wait until it answers."""
    if holder(settings.data_dir) is None:
        _start_detached(settings, ["--data-dir", str(settings.data_dir)])


def hint(settings: Settings) -> str:
    """The one line that makes `openstack` use this cloud."""
    return (
        f"The cloud is at {settings.url}. For the openstack client:\n"
        f"  export OS_CLIENT_CONFIG_FILE={settings.data_dir / 'clouds.yaml'} OS_CLOUD=altostratus"
    )


def prepared(settings: Settings) -> Settings:
    """A real cloud needs root, a host that is fit, and a decision between KVM and emulation."""
    from dataclasses import replace

    from altostratus.cli.host.kvm import detect_virt_type
    from altostratus.cli.host.prepare import prepare_host

    if os.geteuid() != 0:
        raise Problem("real VMs and networks need root: sudo ./alto up. Without root: alto up --simulate.")

    def report(line: str) -> None:
        print(line, flush=True)

    prepare_host(report)
    compute = dict(settings.services.get("compute", {}))
    if compute.get("virt_type", "auto") == "auto":
        found = detect_virt_type(places.cache_dir(), report)
        compute["virt_type"] = found.name
        if found.name != "kvm":
            report(f"VMs are emulated, not accelerated: {found.reason}")
    return replace(settings, services={**settings.services, "compute": compute})


def _split(listen: str | None) -> tuple[str | None, int | None]:
    if listen is None:
        return None, None
    address, _, port = listen.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Problem(f"--listen {listen}: it must be ADDRESS:PORT, for example 127.0.0.1:8774")
    return address.strip("[]") or "127.0.0.1", int(port)


def _start_detached(settings: Settings, arguments: list[str]) -> None:
    """Run this very command again without -d, in a session of its own, with its log in the data directory."""
    settings.data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    log = settings.data_dir / "altostratus.log"
    command = [sys.executable, "-P", "-m", "altostratus.cli", "up", *arguments]
    command += [word for word in sys.argv[2:] if word not in ("-d", "--detach")] if sys.argv[1:2] == ["up"] else []
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Problem(f"the cloud did not start: {_last_line(log)} (whole log: {log})")
        if holder(settings.data_dir) == process.pid and answers(settings):
            return
        time.sleep(0.05)
    process.terminate()
    raise Problem(f"the cloud did not answer within {START_SECONDS:.0f} s (log: {log})")


def answers(settings: Settings) -> bool:
    """Whether the cloud is up, asked on the address it listens on."""
    scheme = "https" if settings.tls_cert else "http"
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.address, settings.address)  # noqa: S104
    context = ssl._create_unverified_context() if scheme == "https" else None  # noqa: S323 - only: does it answer?
    try:
        with urllib.request.urlopen(f"{scheme}://{host}:{settings.port}/healthcheck", timeout=2, context=context):  # noqa: S310
            return True
    except OSError:
        return False


def _stop(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + STOP_SECONDS
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    raise Problem(f"process {pid} has not ended after {STOP_SECONDS:.0f} s; look at its log")


def _purge(directory: Path, simulate: bool) -> None:
    from altostratus.app.purge import purge, remove_data
    from altostratus.cli.host.prepare import restore_host

    if not (directory / "format").exists():
        raise Problem(f"there is no cloud in {directory}")
    settings = read_settings(directory, simulate=simulate or None)
    if "simulated" in (directory / "format").read_text():
        settings = read_settings(directory, simulate=True)
    purge(settings, print)
    if not settings.simulate:
        restore_host(print)
    remove_data(directory)
    print(f"Everything is removed, {directory} too.")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no message"
