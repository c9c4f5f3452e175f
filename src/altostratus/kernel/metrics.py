"""What the process measures of itself; served as Prometheus text at /metrics."""

import asyncio
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

LOOP_LAG = Gauge("altostratus_loop_lag_seconds", "How late the event loop ran a timer", registry=REGISTRY)
LOOP_LAG_MOST = Gauge("altostratus_loop_lag_max_seconds", "The largest lag of the last minute", registry=REGISTRY)
QUEUE_DEPTH = Gauge("altostratus_reconcile_waiting", "Keys that wait for a pass", registry=REGISTRY)
PASS_SECONDS = Histogram(
    "altostratus_pass_seconds", "How long passes take", ["kind"], registry=REGISTRY,
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10, 60),
)  # fmt: skip
PASS_FAILURES = Counter("altostratus_pass_failures", "Passes that failed and are tried again", ["kind"],
                        registry=REGISTRY)  # fmt: skip
CHORE_FAILURES = Counter("altostratus_chore_failures", "Chores that failed and are tried again", ["chore"],
                         registry=REGISTRY)  # fmt: skip
BLOBS_DAMAGED = Counter("altostratus_blobs_damaged", "Stored data that was found to be damaged", registry=REGISTRY)
REQUESTS = Counter("altostratus_requests", "HTTP requests", ["service", "status"], registry=REGISTRY)


@cache
def requests(service: str, status: int) -> Counter:
    """The counter of one service's answers with this status; finding it takes the library longer than counting."""
    return REQUESTS.labels(service, str(status))


def text() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)


async def watch_loop_lag(interval: float = 0.25) -> None:
    """Measure for ever how late this loop runs timers."""
    loop = asyncio.get_running_loop()
    recent: list[float] = []
    while True:
        due = loop.time() + interval
        await asyncio.sleep(interval)
        lag = max(0.0, loop.time() - due)
        recent = [*recent[-int(60 / interval) :], lag]
        LOOP_LAG.set(lag)
        LOOP_LAG_MOST.set(max(recent))
