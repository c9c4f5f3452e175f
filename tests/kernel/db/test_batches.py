"""Which writes share a commit."""

import queue
from concurrent.futures import ThreadPoolExecutor

from altostratus.kernel.db.sqlite import BATCH, _batch, _Job

LONG = 60.0


def job() -> _Job:
    return _Job(lambda connection: None, lambda job: None)


def test_what_waits_goes_together_up_to_a_number() -> None:
    jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
    waiting = [job() for _ in range(BATCH + 2)]
    for each in waiting:
        jobs.put(each)
    assert _batch(jobs, 1, 0.0) == waiting[:BATCH]
    assert _batch(jobs, 1, LONG) == waiting[BATCH:]


def test_a_patient_writer_waits_for_as_many_as_it_expects() -> None:
    jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        waiting = [job() for _ in range(3)]
        batch = pool.submit(_batch, jobs, 3, LONG)
        for each in waiting:
            assert not batch.done()
            jobs.put(each)
        assert batch.result() == waiting


def test_patience_ends_with_time_and_with_the_database() -> None:
    jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
    alone = job()
    jobs.put(alone)
    assert _batch(jobs, 3, 0.001) == [alone]
    jobs.put(alone)
    jobs.put(None)
    assert _batch(jobs, 3, LONG) == [alone]
    assert _batch(jobs, 3, LONG) == []
