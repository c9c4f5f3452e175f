"""Collects scenarios by service; the function's name, with spaces, is the scenario's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ..script import Script
from .account import Account

Scenario: TypeAlias = Callable[[Script], None]

SCENARIOS: dict[str, dict[str, Scenario]] = {"identity": {}, "image": {}, "object-store": {}}


def identity(scenario: Scenario) -> Scenario:
    """Adds a scenario for Keystone."""
    SCENARIOS["identity"][scenario.__name__.replace("_", " ")] = scenario
    return scenario


def image(scenario: Scenario) -> Scenario:
    """Adds a scenario for Glance."""
    SCENARIOS["image"][scenario.__name__.replace("_", " ")] = scenario
    return scenario


def objects(scenario: Callable[[Account], None]) -> Callable[[Account], None]:
    """Adds a scenario for Swift; it begins with an empty account, a member's."""
    SCENARIOS["object-store"][scenario.__name__.replace("_", " ")] = lambda script: scenario(Account(script))
    return scenario
