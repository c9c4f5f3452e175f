"""Writes docs/benchmarks.md: the figures, the machine, and how busy it was."""

import datetime
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from figure import Figure

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/benchmarks.md"
PACKAGES = ("litestar", "granian", "sqlalchemy", "msgspec")


def write_record(found: Mapping[str, Sequence[Figure]], load: float, quick: bool) -> None:
    """Replace the page. `load` is the load average when measuring began."""
    lines = ["# Benchmarks", "", *_circumstances(load, quick)]
    for group, figures in found.items():
        if figures:
            lines += ["", f"## {group.replace('_', ' ').capitalize()}", "", *_table(figures)]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join(lines) + "\n")


def _circumstances(load: float, quick: bool) -> list[str]:
    today = datetime.datetime.now(datetime.UTC).date()
    head = f"`python benchmarks/run.py --record{' --quick' if quick else ''}` wrote this page on {today}"
    return [
        f"{head}, at {_output('git', '-C', str(ROOT), 'describe', '--always', '--dirty')}.",
        "What is compared was measured in the same run; values are medians.",
        "",
        f"- Machine: {_processor()}, {os.cpu_count()} processors, {_memory_gib():.0f} GiB, {_system()}, "
        f"Linux {platform.release()}; load average {load:.1f} before, {os.getloadavg()[0]:.1f} after{_priority()}.",
        f"- Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in PACKAGES)}; "
        f"{_output('qemu-system-x86_64', '--version') or 'no QEMU'}; libvirt {_output('libvirtd', '--version')}.",
    ]


def _table(figures: Sequence[Figure]) -> list[str]:
    rows = [f"| {' | '.join((*figure.cells, figure.note))} |" for figure in figures]
    return ["| what | measured | must reach | met | how |", "|---|---|---|---|---|", *rows]


def _output(*command: str) -> str:
    """The first line that a program says; '' when it is not there."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return ""


def _priority() -> str:
    """Said where the machine was shared, and the benchmark went first."""
    return f"; run at nice {os.nice(0)} (QEMU at 0)" if os.nice(0) else ""


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory_gib() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
