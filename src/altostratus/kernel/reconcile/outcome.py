"""How a pass over one key ends."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """What is wanted is there. Nothing more until the key is woken."""


@dataclass(frozen=True, slots=True)
class Again:
    """Look again after so many seconds, or when woken; `why` is for people who ask what it waits for."""

    after: float
    why: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """It cannot be done as wanted; the fault says what to change. Nothing more until the wish changes."""

    fault: str


Outcome = Done | Again | Terminal
