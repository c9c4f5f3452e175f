"""What a benchmark yields: a value, its limit, and whether it is met. Owns no measuring."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the record. `value` and `limit` are in `unit`; `at_least` turns the limit around; a figure
    without a limit is there to be compared with. `note` says how it was measured."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """What, value, limit, and whether it is met, as text."""
        limit = "" if self.limit is None else f"{'≥' if self.at_least else '≤'} {self.limit:g} {self.unit}"
        return self.what, f"{self.value:.3g} {self.unit}", limit, {True: "yes", False: "NO", None: ""}[self.met]


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def median_ms(samples: Sequence[float]) -> float:
    """The median of samples in seconds, in milliseconds."""
    return statistics.median(samples) * 1000


def spread(samples: Sequence[float], unit: str = "s", scale: float = 1) -> str:
    """'median of 10, 1.2 to 1.5 s'"""
    return f"median of {len(samples)}, {min(samples) * scale:.3g} to {max(samples) * scale:.3g} {unit}"
