"""What the kernel says of a process. Owns nothing."""

import os
import re
from pathlib import Path


def memory(pid: int) -> int:
    """Proportional set size of a process and all below it, in bytes."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    assert found
    return int(found[1]) * 1024 + sum(memory(child) for child in _children(pid))


def processor_time(pid: int) -> float:
    """Seconds that a process has computed, in itself and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]
