"""Measures the project's figures: `python benchmarks/run.py [names…] [--quick] [--record]`. See README.md."""

import argparse
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator

from figure import Figure
from record import write_record

REAL = ("servers_real", "volumes")
GROUPS = ("startup_and_memory", "servers_simulated", "tokens", "identity", "objects", "command_line", *REAL)


def main() -> int:
    arguments = _arguments()
    missed: list[str] = []
    for group in arguments.names or GROUPS:
        load = os.getloadavg()[0]
        figures = list(_shown(group, arguments.quick))
        missed += [figure.what for figure in figures if figure.met is False]
        if arguments.record:
            write_record(group, figures, load, arguments.quick)
    print(f"missed: {', '.join(missed)}" if missed else "all limits are met")
    return 1 if missed else 0


def _shown(group: str, quick: bool) -> Iterator[Figure]:
    """A group's figures, each printed as it is there."""
    print(f"\n{group} (load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors)", flush=True)
    if group in REAL and (missing := _missing_for_machines()):
        print(f"  left out: real machines need {missing}")
        return
    for figure in importlib.import_module(group).measure(quick):
        what, value, limit, met = figure.cells
        print(f"  {what:55} {value:>16}  {limit:16} {met:3}  {figure.note}", flush=True)
        yield figure


def _missing_for_machines() -> str:
    """What this process lacks to start machines; '' for nothing."""
    if os.geteuid() != 0:
        return "root"
    return "" if importlib.util.find_spec("libvirt") else "libvirt's binding for Python (libvirt-python)"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*GROUPS, []], help="groups to measure (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer samples")
    parser.add_argument("--record", action="store_true", help="write the groups into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start would compile the program anew
    sys.exit(main())
