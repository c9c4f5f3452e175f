"""The record of every change made to the host, so that all of them can be undone. Knows not how to undo one.

A file of JSON lines: {"did": [kind, name], "before": ...} when a change is about to be made and
{"undone": [kind, name]} when it is gone again. A change is written down before it is made, so that a crash
between the two leaves at worst a note of something that never happened.
"""

import json
import os
import threading
from pathlib import Path

Change = tuple[str, str]


class Journal:
    """Changes in force, oldest first, each with what was there before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._changes = _read(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._rewrite()

    def did(self, kind: str, name: str, before: str | None = None) -> None:
        """Write a change down; the first `before` of a change stays, since it is the host's own."""
        with self._lock:
            if (kind, name) not in self._changes:
                self._changes[(kind, name)] = before
                self._append({"did": [kind, name], "before": before}, durable=before is not None)

    def undone(self, kind: str, name: str) -> None:
        with self._lock:
            if (kind, name) in self._changes:
                del self._changes[(kind, name)]
                self._append({"undone": [kind, name]})

    def changes(self) -> list[tuple[str, str, str | None]]:
        with self._lock:
            return [(kind, name, before) for (kind, name), before in self._changes.items()]

    def _append(self, line: object, durable: bool = False) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")
            if durable:
                file.flush()
                os.fsync(file.fileno())

    def _rewrite(self) -> None:
        """Without what is undone: it grows with the changes in force, not with time."""
        lines = [json.dumps({"did": list(key), "before": before}) for key, before in self._changes.items()]
        fresh = self._path.with_suffix(".new")
        fresh.write_text("".join(line + "\n" for line in lines))
        fresh.replace(self._path)


def _read(path: Path) -> dict[Change, str | None]:
    changes: dict[Change, str | None] = {}
    if not path.exists():
        return changes
    for line in path.read_text().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:  # the last line of a crash
            continue
        if "did" in entry:
            kind, name = entry["did"]
            changes.setdefault((kind, name), entry["before"])
        else:
            changes.pop(tuple(entry["undone"]), None)
    return changes
