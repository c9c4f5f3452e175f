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


def test_a_torn_call_does_the_first_half_of_its_work() -> None:
    faults, done = Faults(Broken), []
    faults.inject("start", "torn")
    with pytest.raises(Broken):
        faults.call("start", lambda: done.append("whole"), lambda: done.append("half"))
    assert done == ["half"]


def test_what_hung_without_a_thread_is_done_late_and_its_end_told() -> None:
    faults, done = Faults(Broken), []
    faults.inject("start", "hang")
    faults.inject("stop", "hang")
    faults.inject("look", "hang-after")
    for method, act in (("start", lambda: done.append("late")), ("stop", lambda: 1 // 0), ("look", lambda: "seen")):
        with pytest.raises(Hang):
            faults.call(method, act)
    assert (faults.hanging, done) == (3, [])
    started, stopped, looked = faults.release()
    assert (started, looked, done) == (None, "seen", ["late"])
    assert isinstance(stopped, ZeroDivisionError)
    assert (faults.hanging, faults.release()) == (0, [])


def test_a_closed_connection_ends_threads_that_hang_without_their_acting() -> None:
    faults, done = Faults(Broken, threaded=True), list[object]()

    def call() -> None:
        try:
            faults.call("start", lambda: done.append("acted"))
        except Broken as error:
            done.append(type(error))

    faults.inject("start", "hang")
    thread = threading.Thread(target=call)
    thread.start()
    while not faults.hanging:
        thread.join(0.001)
    faults.abandon()
    thread.join()
    assert done == [Broken]


def test_a_fault_can_be_the_death_of_the_process() -> None:
    class Death(BaseException):
        pass

    faults = Faults(Broken)
    faults.inject("*", "fail", times=2, error=Death())
    for method in ("start", "stop"):
        with pytest.raises(Death):
            faults.call(method, lambda: None)
    assert faults.call("start", lambda: "fine") == "fine"


def test_clear_ends_all_faults() -> None:
    faults = Faults(Broken)
    faults.inject("x", "fail", times=9)
    faults.chaos(random.Random(0), 1.0)
    faults.clear()
    assert faults.call("x", lambda: "fine") == "fine"
