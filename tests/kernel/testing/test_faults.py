"""Faults happen to the right calls, the right number of times, and can be replayed."""

import random
import threading

import pytest

from altostratus.kernel.testing.faults import Faults, Hang


class Broken(Exception):
    pass


def test_faults_come_in_order_and_only_to_their_method() -> None:
    faults, done = Faults(Broken), []
    faults.inject("start", "fail", times=2, after=1)
    for _ in range(4):
        try:
            faults.call("start", lambda: done.append("done"))
        except Broken:
            done.append("failed")
        faults.call("stop", lambda: None)
    assert done == ["done", "failed", "failed", "done"]
    assert faults.calls == {"start": 4, "stop": 4}


def test_a_lost_reply_comes_after_the_act() -> None:
    faults, done = Faults(Broken), []
    faults.inject("*", "lost")
    with pytest.raises(Broken):
        faults.call("start", lambda: done.append("acted"))
    assert done == ["acted"]


def test_an_inline_caller_learns_that_it_would_hang() -> None:
    faults, done = Faults(Broken), []
    faults.inject("start", "hang")
    with pytest.raises(Hang):
        faults.call("start", lambda: done.append("acted"))
    assert done == []


def test_a_thread_hangs_until_released_and_then_acts_late() -> None:
    faults, done = Faults(Broken, threaded=True), threading.Event()
    faults.inject("start", "hang")
    thread = threading.Thread(target=faults.call, args=("start", done.set))
    thread.start()
    assert not done.wait(0.05)
    faults.release()
    assert done.wait(5)
    thread.join()


def test_chance_is_replayed_from_its_seed() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults(Broken)
        faults.chaos(random.Random(seed), 0.5)
        went_well = []
        for _ in range(50):
            try:
                faults.call("x", lambda: None)
                went_well.append(True)
            except Broken:
                went_well.append(False)
        return went_well

    assert run(1) == run(1)
    assert True in run(1)
    assert False in run(1)


def test_clear_ends_all_faults() -> None:
    faults = Faults(Broken)
    faults.inject("x", "fail", times=9)
    faults.chaos(random.Random(0), 1.0)
    faults.clear()
    assert faults.call("x", lambda: "fine") == "fine"
