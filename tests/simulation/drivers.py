"""Drivers between the cloud and the simulated worlds: each call is noted, and some are carried out twice."""

import functools
from collections.abc import Callable
from typing import Any

from altostratus.services.compute.driver import MachineSpec, Observation
from altostratus.services.network.driver import NetworkSpec, PortSpec, RouterSpec, digest
from tests.simulation.trace import Trace

QUIET = ("bridge", "capabilities", "close", "subscribe")
"""What a driver answers from itself: no call goes outside."""


class Doubles:
    """How many calls are yet to be carried out twice in a row, as when a step is repeated after a crash."""

    def __init__(self) -> None:
        self.left = 0

    def take(self, method: str) -> bool:
        if not self.left or method.startswith("observe"):
            return False
        self.left -= 1
        return True


class Recorded:
    """A driver, with its calls in the trace. `after` looks at the world once each has acted."""

    def __init__(self, driver: Any, name: str, trace: Trace, doubles: Doubles, after: Callable[[], None]) -> None:
        self._driver = driver
        self._name = name
        self._trace = trace
        self._doubles = doubles
        self._after = after

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._driver, method)
        if method in QUIET or not callable(found):
            return found

        @functools.wraps(found)
        def call(*arguments: Any) -> Any:
            words = f"{method}({', '.join(_word(each) for each in arguments)})"
            try:
                result = found(*arguments)
                if self._doubles.take(method):
                    words += " twice"
                    result = found(*arguments)
            except Exception as error:
                self._trace.note(self._name, f"{words}: {type(error).__name__} {error}")
                raise
            finally:
                self._after()
            self._trace.note(self._name, f"{words}{_answer(result)}")
            return result

        return call


def _word(argument: Any) -> str:
    """Specs by their id and content."""
    match argument:
        case MachineSpec():
            return f"{argument.id} {argument.digest[:8]}"
        case NetworkSpec() | RouterSpec() | PortSpec():
            return f"{argument.id} {digest(argument)[:8]}"
    return str(getattr(argument, "id", argument))


def _answer(result: Any) -> str:
    """Nothing that differs between two runs of a seed: no path, no order of a set."""
    match result:
        case Observation():
            return f": {result.power} {result.off_reason or ''} done {len(result.done)}"
        case list() | bool():
            return f": {len(result) if isinstance(result, list) else result}"
    return ""
