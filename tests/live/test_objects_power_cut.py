"""Objects outlive a power cut: a machine that serves them loses its power under load, several times.

The server runs in a guest, and QEMU is killed. What the guest's kernel had in memory is lost, and of what its disk had
not flushed any part (tests/live/appliance/disk.py). When the machine is up again, all that was acknowledged is there,
byte for byte; what was asked for and not answered is there whole or not at all; what is listed can be read.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.live.appliance.machine import Appliance
from tests.live.object_clients import Assembler, Keeper
from tests.services.objectstore.load import Client, Session, Writer, run_until

pytestmark = [pytest.mark.live, pytest.mark.nightly]

ROUNDS, WRITERS = 3, 4
LEAST, MOST = 100, 500
"""After how many acknowledgements its power is cut."""
LOAD_SECONDS, ANSWER_SECONDS = 240.0, 120.0
"""How long all of those and how long one may take: an emulated processor is slow."""
SETTINGS = """
log_level = "warning"
[identity]
password_time_cost = 1
password_memory_cost = 1024
[objectstore]
upkeep_seconds = 0.5
garbage_seconds = 0
compact_seconds = 0
"""
PASSWORD = "of the first administrator"


@pytest.fixture
def appliance() -> Iterator[Appliance]:
    """Of the gigabyte that it takes nothing is kept."""
    with TemporaryDirectory(prefix="alto-appliance-") as folder:
        yield Appliance(Path(folder), SETTINGS, PASSWORD)


def test_a_power_cut_takes_nothing_that_was_acknowledged(appliance: Appliance) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    session = Session(appliance.port, PASSWORD, ANSWER_SECONDS)
    clients: list[Client] = [Writer(session, f"writer-{number}", seed + number) for number in range(WRITERS)]
    clients += [Keeper(session, "keeper", seed), Assembler(session, "assembler", seed)]
    for number in range(ROUNDS + 1):
        with appliance.running(chance):
            session.log_in()
            for client in clients:
                client.check() if number else client.prepare()
            if number < ROUNDS:
                run_until(clients, chance.randrange(LEAST, MOST), LOAD_SECONDS, appliance.cut_power)
    print(f"acknowledged by each: {[client.acknowledged for client in clients]}")
