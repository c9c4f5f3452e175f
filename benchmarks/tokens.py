"""What validating a token adds to a request: the same public route with and without a token, in interleaved pairs."""

import statistics
from collections.abc import Iterator, Sequence

from cloud import Session, running_cloud
from figure import Figure, seconds, spread

ROUTE = "/identity/v3"  # answers without a token; one that is given is validated all the same
ROUNDS = 10


def measure(quick: bool) -> Iterator[Figure]:
    count = 100 if quick else 1000
    with running_cloud() as cloud:
        asking, plain, holding = cloud.session(), cloud.session(log_in=False), cloud.session(log_in=False)
        tokens = [asking.another_token() for _ in range(count)]
        assert len(set(tokens)) == count
        for _ in range(100):  # both connections warm
            plain.get(ROUTE)
        for what in ("just issued", "after a change of identity, which lets none be taken from memory", "seen before"):
            if what.startswith("after"):
                asking.post("/identity/v3/regions", {"region": {"id": "benchmark"}})
            added = _added(plain, holding, tokens)
            note = f"{count} distinct tokens in {ROUNDS} interleaved rounds; {spread(added, 'ms')}"
            yield Figure(f"token validation, added to a request, {what}", statistics.median(added), "ms", 1, note=note)


def _added(plain: Session, holding: Session, tokens: Sequence[str]) -> list[float]:
    """Per round, the median over its tokens of what the token added, in milliseconds."""
    share = len(tokens) // ROUNDS
    rounds = [tokens[first : first + share] for first in range(0, share * ROUNDS, share)]
    return [statistics.median(_pair(plain, holding, token) for token in each) * 1000 for each in rounds]


def _pair(plain: Session, holding: Session, token: str) -> float:
    holding.token = token
    without = seconds(lambda: plain.send("GET", ROUTE))
    return seconds(lambda: holding.send("GET", ROUTE)) - without
