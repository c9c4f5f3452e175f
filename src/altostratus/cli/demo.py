"""`alto demo`: from a bare machine to a shell on a first VM, saying what happens. A second run reuses everything."""

import subprocess
import time
from pathlib import Path

from altostratus.app.settings import read_settings
from altostratus.cli import Problem, operate, places
from altostratus.cli.booting import Report, boot, ensure_floating_ip, find_server, floating_ip_of, wait_active
from altostratus.cli.client import Client
from altostratus.cli.connect import ssh_command
from altostratus.cli.guest.build import ensure_guest_image
from altostratus.cli.images import upload

IMAGE, NAME = "tinyguest", "demo"
LOGIN_SECONDS = 240.0
ASK = "echo \"  host name  $(hostname)\"; echo \"  kernel     $(uname -sr)\"; " \
      "echo \"  address    $(ip -4 -o addr show dev eth0 | awk '{print $4}')\"; " \
      "echo \"  up since   $(cut -d. -f1 /proc/uptime) s\""  # fmt: skip


def run_demo(data_dir: Path | None) -> None:
    """Everything, step by step."""
    began = time.monotonic()

    def report(line: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {line}", flush=True)

    settings = operate.prepared(read_settings(places.data_dir(data_dir)))
    report("this machine is ready")
    image = ensure_guest_image(places.cache_dir() / "guest", report)
    operate.start_in_background(settings)
    report(f"the cloud is up at {settings.url}")
    client = Client(settings.data_dir / "clouds.yaml")
    if not client.get("/image/v2/images", name=IMAGE)["images"]:
        upload(client, image, IMAGE, public=True)
        report(f"image {IMAGE} uploaded")
    address = _server(client, report)
    report(f"waiting for SSH on {address}")
    answer = _log_in(address)
    report("logged in; the VM says:")
    print(answer, end="")
    print(f"""
The cloud goes on running. Try next:
  ./alto ssh {NAME}              log in yourself (leave the VM with exit)
  ./alto console {NAME}          its serial console
  ./alto launch {IMAGE} second   another VM
  ./alto ls; ./alto events
  ./alto down                  stop the cloud (VMs go on); --purge removes everything
{operate.hint(settings)}""")


def _server(client: Client, report: Report) -> str:
    """The demo VM's floating IP; it is made, started or reused."""
    try:
        server = find_server(client, NAME)
    except Problem:
        server = boot(client, report, IMAGE, NAME)
    else:
        report(f"server {NAME} is there already")
        if server["status"] == "SHUTOFF":
            client.post(f"/compute/v2.1/servers/{server['id']}/action", {"os-start": None})
        server = wait_active(client, server["id"])
    address = floating_ip_of(client, server["id"])
    if address is None:
        port = client.get("/network/v2.0/ports", device_id=server["id"])["ports"][0]
        address = ensure_floating_ip(client, server["id"], port["network_id"])
    if address is None:
        raise Problem(f"server {NAME} has no way to a floating IP; remove it and run the demo again: alto rm {NAME}")
    return address


def _log_in(address: str) -> str:
    """What the VM says of itself, as soon as it lets us in."""
    end = time.monotonic() + LOGIN_SECONDS
    command = ssh_command(address, "root", ASK)
    command[1:1] = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=3"]
    while time.monotonic() < end:
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout
        time.sleep(0.3)
    raise Problem(
        f"no SSH on {address} within {LOGIN_SECONDS:.0f} s ({found.stderr.strip()}). Look: alto console {NAME}"
    )
