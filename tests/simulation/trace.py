"""What happened in one simulation, line by line. Two runs of a seed must give the same lines."""

import hashlib
from collections.abc import Callable


class Trace:
    """Lines of virtual time, who, and what. `now` gives the time in seconds; a run sets it when it begins."""

    def __init__(self) -> None:
        self.now: Callable[[], float] = lambda: 0.0
        self.lines: list[str] = []

    def note(self, who: str, what: str) -> None:
        self.lines.append(f"{self.now():10.3f} {who:9} {what}")

    @property
    def digest(self) -> str:
        """64 hexadecimal digits over every line."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()

    def tail(self, count: int) -> str:
        return "\n".join(self.lines[-count:])


def short(text: object) -> str:
    """A few characters that stand for something long."""
    return hashlib.sha256(repr(text).encode()).hexdigest()[:8]
