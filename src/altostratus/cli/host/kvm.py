"""Whether guests can run under KVM here. The only proof that counts is a kernel that came up under it.

/dev/kvm may open and answer every question, and a guest still hang under it: so a guest is started, for a few
seconds at most, and the answer kept until the machine, its kernel or QEMU changes.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from altostratus.cli.command import HostProblem, Report, system_environment
from altostratus.cli.guest import GuestImage, ensure_guest
from altostratus.cli.host.changes import boot_id

DEVICE = Path("/dev/kvm")
QEMU = "qemu-system-x86_64"
PROOF = b"alto: a kernel runs here"
"""What the guest image's initramfs writes when the kernel line says alto.probe."""

TIME_LIMIT = 10.0  # seconds; a healthy machine needs one


@dataclass(frozen=True)
class VirtType:
    """libvirt's domain type for guests of this machine, and why it is that."""

    name: Literal["kvm", "qemu"]
    reason: str


def detect_virt_type(cache_dir: Path, report: Report, guest_cache: Path | None = None) -> VirtType:
    """KVM if a guest was seen to start under it, else emulation (TCG).

    Asks at most once a boot, kernel and QEMU; keeps the answer in `cache_dir`. `guest_cache` is where the guest
    image is kept (default: `cache_dir`/guest). Raises nothing: without a proof it is emulation.
    """
    if not os.access(DEVICE, os.R_OK | os.W_OK):
        return VirtType("qemu", _why_closed())
    memory = cache_dir / "virt-type.json"
    circumstances = _circumstances()
    known = _recall(memory, circumstances)
    if known is None:
        known = _try_kvm(guest_cache or cache_dir / "guest", report)
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps({"circumstances": circumstances, "answer": asdict(known)}))
    return known


def _why_closed() -> str:
    if not DEVICE.exists():
        return "this machine has no /dev/kvm: its processor lacks virtualization, or it is off, or not passed on to us"
    return "/dev/kvm is not open to this user"


def _circumstances() -> list[str]:
    qemu = shutil.which(QEMU)
    version = f"{Path(qemu).stat().st_size}-{Path(qemu).stat().st_mtime_ns}" if qemu else "no QEMU"
    return [boot_id(), platform.release(), version]


def _recall(memory: Path, circumstances: list[str]) -> VirtType | None:
    try:
        entry = json.loads(memory.read_text())
        return VirtType(**entry["answer"]) if entry["circumstances"] == circumstances else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _try_kvm(guest_cache: Path, report: Report) -> VirtType:
    try:
        image = ensure_guest(guest_cache, report)
    except HostProblem as problem:
        return VirtType("qemu", f"KVM could not be tried: {problem}")
    report("starting a kernel under KVM to see whether it works here")
    failure = start_kernel(image, "kvm", TIME_LIMIT)
    if failure:
        return VirtType("qemu", f"/dev/kvm opens, but under it {failure}")
    return VirtType("kvm", "a guest kernel started under KVM")


def start_kernel(image: GuestImage, accelerator: Literal["kvm", "tcg"], time_limit: float) -> str:
    """Starts the guest's kernel, which then ends by itself. What went wrong, or "" if it came up in time (seconds)."""
    command = [QEMU, "-accel", accelerator, "-nodefaults", "-no-user-config", "-display", "none", "-m", "128"]
    command += ["-kernel", str(image.kernel), "-initrd", str(image.initramfs), "-serial", "stdio", "-no-reboot"]
    command += ["-cpu", "host" if accelerator == "kvm" else "qemu64"]
    command += ["-append", "console=ttyS0 quiet panic=-1 alto.probe "]
    try:
        done = _run_qemu(command, time_limit)
    except subprocess.TimeoutExpired:
        return f"a guest kernel hangs ({time_limit:g} s)"
    except FileNotFoundError:
        return f"nothing can start: {QEMU} is not installed"
    if PROOF in done.stdout:
        return ""
    return f"a guest kernel did not start ({done.stderr.decode(errors='replace').strip().partition(chr(10))[0]})"


def _run_qemu(command: list[str], time_limit: float) -> subprocess.CompletedProcess[bytes]:
    quiet, environment = subprocess.DEVNULL, system_environment()
    return subprocess.run(command, stdin=quiet, capture_output=True, timeout=time_limit, env=environment, check=False)
