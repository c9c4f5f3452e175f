"""Lays out the guest's two file systems, its root and its initramfs, from unpacked packages and our own scripts."""

from __future__ import annotations

import shutil
from pathlib import Path

from altostratus.cli.command import HostProblem, run
from altostratus.cli.guest.modules import EARLY, LATE, ModuleTree

SCRIPTS = Path(__file__).parent / "files"

PROGRAMS = ("usr/sbin/dropbear", "usr/bin/dropbearkey", "usr/bin/dbclient", "usr/sbin/resize2fs")
"""What the guest has beside busybox (below the unpacked packages); the libraries these need come along."""

PLACES = {
    "boot.sh": "etc/init.d/boot",
    "console.sh": "etc/init.d/console",
    "json.awk": "etc/init.d/json.awk",
    "lease.sh": "etc/init.d/lease",
    "metadata.sh": "etc/init.d/metadata",
    "network.sh": "etc/init.d/network",
    "power.sh": "etc/acpi/PWRF/00000080",
    "shutdown.sh": "etc/init.d/shutdown",
}
"""Our script → where it stands in the guest."""

CONSOLE_PASSWORD = "altostratus"  # noqa: S105 - public on purpose: consoles alone take it, and the banner shows it
_CONSOLE_HASH = "$6$altostratus$tdlP10rHmYqw7C8CNbQEaLYzSsXHhMtpKdLfApOYX48Aj1VTYdaB/mAjNzr4wCUdf8VI5TJZUtK/0C6/QdVLt0"

TEXTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/shadow": f"root:{_CONSOLE_HASH}:20000:0:99999:7:::\n",
    "etc/group": "root:x:0:\n",
    "etc/shells": "/bin/sh\n",
    "etc/hostname": "altostratus\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/issue": f"\nAltostratus's tiny guest. On this console: login root, password {CONSOLE_PASSWORD}.\n"
    "SSH takes keys alone.\n\n",
    "etc/os-release": 'ID=altostratus-guest\nPRETTY_NAME="Altostratus tiny guest (Debian kernel, busybox)"\n',
    "etc/profile": "export PATH=/bin:/sbin:/usr/bin:/usr/sbin\n",
    "etc/inittab": "::sysinit:/etc/init.d/boot\n"
    "ttyS0::respawn:/sbin/getty -L 115200 ttyS0 vt100\n"
    "tty1::respawn:/sbin/getty 38400 tty1 linux\n"
    "::ctrlaltdel:/sbin/reboot\n"
    "::shutdown:/etc/init.d/shutdown\n",
}

FOLDERS = (
    "bin", "dev", "etc/dropbear", "etc/init.d", "etc/acpi/PWRF", "lib/modules/boot", "mnt", "proc", "root/.ssh", "run",
    "sys", "tmp", "usr", "var/lib", "var/log",
)  # fmt: skip

LINKS = {"sbin": "bin", "lib64": "lib", "usr/bin": "../bin", "usr/sbin": "../bin", "usr/lib": "../lib"}


def lay_out_root(unpacked: Path, modules: ModuleTree, root: Path) -> None:
    """Makes the guest's root file system in the new folder `root`."""
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True)
    for link, target in LINKS.items():
        (root / link).symlink_to(target)
    for private in ("root", "root/.ssh", "etc/dropbear"):
        (root / private).chmod(0o700)
    _add_busybox(unpacked, root)
    _add_programs(unpacked, root)
    _add_scripts(root)
    _add_modules(modules.ordered(LATE), root / "lib/modules/boot")


def lay_out_initramfs(unpacked: Path, modules: ModuleTree, root: Path) -> None:
    """Makes what the kernel starts from in the new folder `root`."""
    (root / "bin").mkdir(parents=True)
    (root / "modules").mkdir()
    shutil.copy(unpacked / "usr/bin/busybox", root / "bin/busybox")
    shutil.copyfile(SCRIPTS / "initramfs.sh", root / "init")
    (root / "init").chmod(0o755)
    _add_modules(modules.ordered(EARLY), root / "modules")


def _add_busybox(unpacked: Path, root: Path) -> None:
    busybox = unpacked / "usr/bin/busybox"
    shutil.copy(busybox, root / "bin/busybox")
    for applet in run(busybox, "--list").decode().split():
        if applet != "busybox":
            (root / "bin" / applet).symlink_to("busybox")


def _add_programs(unpacked: Path, root: Path) -> None:
    programs = [unpacked / program for program in PROGRAMS]
    for program in programs:
        target = root / "bin" / program.name
        target.unlink(missing_ok=True)
        shutil.copy(program, target)
    for library in _libraries(unpacked, programs):
        shutil.copy(library, root / "lib" / library.name)


def _libraries(unpacked: Path, programs: list[Path]) -> set[Path]:
    """The shared libraries that programs need, by the word of their own loader, the loader included."""
    folder = unpacked / "usr/lib/x86_64-linux-gnu"
    loader = folder / "ld-linux-x86-64.so.2"
    if not loader.exists():
        raise HostProblem("guest images are built for x86-64 machines only: bring an image with `alto image add FILE`")
    found = {loader}
    for program in programs:
        lines = run(loader, "--inhibit-cache", "--library-path", folder, "--list", program).decode().splitlines()
        found |= {folder / line.split()[0] for line in lines if "=>" in line and not line.split()[0].startswith("/")}
    return found


def _add_scripts(root: Path) -> None:
    for script, place in PLACES.items():
        shutil.copyfile(SCRIPTS / script, root / place)
        (root / place).chmod(0o755)
    for place, text in TEXTS.items():
        (root / place).write_text(text)
    (root / "etc/shadow").chmod(0o600)


def _add_modules(modules: dict[str, bytes], folder: Path) -> None:
    for number, (name, contents) in enumerate(modules.items()):
        (folder / f"{number:02}-{name}.ko").write_bytes(contents)
