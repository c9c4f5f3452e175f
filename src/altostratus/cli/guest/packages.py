"""Which Debian packages the guest is made of, and how they are had: by apt, without root, without installing them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from altostratus.cli.command import HostProblem, Report, run, succeeds, system_environment

HOST_PACKAGES = {"apt-get": "apt", "mke2fs": "e2fsprogs", "debugfs": "e2fsprogs", "qemu-img": "qemu-utils"}
"""Program the build runs on the host → the package that brings it."""

USERLAND = ("busybox-static", "dropbear-bin", "e2fsprogs")
"""What runs in the guest (with all that these depend on)."""

TOOLS = ("syslinux", "syslinux-common", "mtools")
"""What makes the disk bootable: run from where it is unpacked, so the host needs none of it."""

KERNELS = ("linux-image-cloud-amd64", "linux-image-virtual")
"""Names that always depend on the newest kernel made for virtual machines: Debian's, Ubuntu's."""


def plan_packages() -> list[str]:
    """All packages the image is made from: the wanted ones and what those depend on."""
    kernel = next((name for name in KERNELS if succeeds("apt-cache", "show", name)), None)
    if kernel is None:
        raise HostProblem("apt knows no kernel for guests. Run: sudo apt-get update")
    return sorted({*_kernel_parts(kernel), *TOOLS, *_closure(*USERLAND)})


def _kernel_parts(kernel: str) -> list[str]:
    """The image, and on Ubuntu the modules, that a kernel's standing name stands for now."""
    return [name for name in _closure(kernel) if name.startswith(("linux-image-", "linux-modules-")) and name != kernel]


def _closure(*packages: str) -> list[str]:
    options = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")]
    lines = run("apt-cache", "depends", "--recurse", *options, *packages).decode().splitlines()
    return [line for line in lines if line[:1].isalnum()]


def observe_archives(packages: list[str]) -> list[str]:
    """The file names (with versions) that apt would download for these packages now."""
    lines = run("apt-get", "--print-uris", "--quiet=2", "download", *packages).decode().splitlines()
    return sorted(line.split()[1] for line in lines if line.startswith("'"))


def ensure_archives(folder: Path, packages: list[str], archives: list[str], report: Report) -> list[Path]:
    """Downloads what is not yet in `folder`, drops what is out of date; returns the path of each archive."""
    for outdated in {path.name for path in folder.iterdir()} - set(archives):
        (folder / outdated).unlink()
    missing = {name for name in archives if not (folder / name).exists()}
    if missing:
        wanted = [name for name in packages if any(file.startswith(f"{name}_") for file in missing)]
        report(f"downloading {len(wanted)} Debian packages for the guest image: {' '.join(wanted)}")
        run("apt-get", "--quiet=2", "download", *wanted, cwd=folder, timeout=600)
    return [folder / name for name in archives]


def unpack(archives: list[Path], target: Path) -> None:
    """Unpacks archives over one another, all under /usr, whether or not the release has moved /bin and /lib there."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (target / "usr" / name).mkdir(parents=True)
        (target / name).symlink_to(f"usr/{name}")
    for archive in archives:
        _unpack_one(archive, target)


def _unpack_one(archive: Path, target: Path) -> None:
    unwanted = [f"--exclude=./usr/share/{name}" for name in ("doc", "man", "locale", "info", "lintian")]
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE, env=system_environment()
    ) as source:
        subprocess.run(
            ["tar", "-x", "--keep-directory-symlink", "--no-same-owner", *unwanted, "-C", target],
            stdin=source.stdout,
            check=True,
        )
    if source.returncode:
        raise HostProblem(f"{archive} is damaged. Remove it and run this again.")
