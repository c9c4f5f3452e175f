"""Plays scenarios and keeps their answers in `recorded/<service>.json`, readable and in a stable order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeAlias

from .normal import Json
from .peers import Cloud
from .scenarios import SCENARIOS
from .script import Script

RECORDED = Path(__file__).parent / "recorded"
NAMES = {"identity": "keystone", "image": "glance", "object-store": "swift"}
FILES = {service: RECORDED / f"{name}.json" for service, name in NAMES.items()}

Steps: TypeAlias = list[dict[str, Json]]


def play(cloud: Cloud, service: str, scenario: str) -> Steps:
    """The normalised requests and answers of one scenario, in order."""
    with Script(cloud, service) as script:
        SCENARIOS[service][scenario](script)
        return [step.as_json() for step in script.steps]


def record(cloud: Cloud, service: str) -> dict[str, Steps]:
    """All scenarios of a service, played against the real one."""
    return {scenario: play(cloud, service, scenario) for scenario in SCENARIOS[service]}


def write(service: str, recorded: dict[str, Steps]) -> None:
    FILES[service].parent.mkdir(exist_ok=True)
    FILES[service].write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n")


def read(service: str) -> dict[str, Steps]:
    return dict(json.loads(FILES[service].read_text()))
