"""The record of what Altostratus has changed on this machine, so that `alto down --purge` can take it back.

One JSON file for the machine, whatever data folders there are. Owns the record, and not how a change is made.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

RECORD = Path("/var/lib/altostratus/host-changes.json")

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Change:
    """One change. `kind` is package, daemon, mode or rule; `what` names the thing; `before` is what it was then.

    `boot` is the boot id of a change that the next start of the machine forgets by itself, else empty.
    """

    kind: str
    what: str
    before: str = ""
    boot: str = ""


def boot_id() -> str:
    """The kernel's name for this start of the machine."""
    return _BOOT_ID.read_text().strip()


def record_change(change: Change, record: Path = RECORD) -> None:
    """Adds a change. One already recorded for the same thing stays: it knows what was there before us."""
    changes = observe_changes(record)
    if not any((change.kind, change.what) == (known.kind, known.what) for known in changes):
        write_changes([*changes, change], record)


def observe_changes(record: Path = RECORD) -> list[Change]:
    """The changes that still stand, oldest first."""
    try:
        entries = json.loads(record.read_text())
    except FileNotFoundError:
        return []
    now = boot_id()
    return [change for entry in entries if (change := Change(**entry)).boot in ("", now)]


def write_changes(changes: list[Change], record: Path = RECORD) -> None:
    """Replaces the record, whole or not at all."""
    record.parent.mkdir(parents=True, exist_ok=True)
    fresh = record.with_suffix(".new")
    with fresh.open("w") as file:
        json.dump([asdict(change) for change in changes], file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(record)
