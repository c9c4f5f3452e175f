"""Writes docs/benchmarks.md: the figures, the machine, and how busy it was."""

import datetime
import os
import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from figure import Figure

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/benchmarks.md"
PACKAGES = ("litestar", "granian", "sqlalchemy", "msgspec")


def write_record(group: str, figures: Sequence[Figure], load: float, quick: bool) -> None:
    """Replace a group's section of the page, and what it says of the machine. `load` is the load average when the
    group began. A group that measured nothing keeps its section."""
    if not figures:
        return
    sections = _sections(PAGE.read_text()) if PAGE.exists() else {}
    sections[_title(group)] = "\n".join([*_circumstances(load, quick), "", *_table(figures)])
    PAGE.parent.mkdir(exist_ok=True)
    texts = (f"## {title}\n\n{text}" for title, text in sections.items())
    PAGE.write_text("\n\n".join(["\n".join(_introduction()), *texts]) + "\n")


def _sections(page: str) -> dict[str, str]:
    """The text of each section, by its title."""
    parts = (part.partition("\n") for part in page.split("\n## ")[1:])
    return {title: text.strip() for title, _, text in parts}


def _title(group: str) -> str:
    return group.replace("_", " ").capitalize()


def _introduction() -> list[str]:
    return [
        "# Benchmarks",
        "",
        "`python benchmarks/run.py --record` writes this page, or the sections of the groups that are named.",
        "What is compared was measured in the same run; values are medians.",
        "",
        f"- Machine: {_processor()}, {os.cpu_count()} processors, {_memory_gib():.0f} GiB, {_system()}, "
        f"Linux {platform.release()}.",
        f"- Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in PACKAGES)}; "
        f"{_output('qemu-system-x86_64', '--version') or 'no QEMU'}; libvirt {_output('libvirtd', '--version')}.",
    ]


def _circumstances(load: float, quick: bool) -> list[str]:
    today = datetime.datetime.now(datetime.UTC).date()
    commit = _output("git", "-C", str(ROOT), "describe", "--always", "--dirty")
    now = os.getloadavg()[0]
    few = ", with few samples" if quick else ""
    return [f"Measured on {today} at {commit}{few}; load average {load:.1f} before, {now:.1f} after{_priority()}."]


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
