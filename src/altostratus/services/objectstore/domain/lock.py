"""Object lock: what a container gives to all that is written into it, by whichever door."""

from datetime import datetime, timedelta

from altostratus.contracts.objectstore import HOLD, RETENTION, Values


def with_retention(default: Values, system: Values, now: datetime) -> Values:
    """What is said of an object, with the retention that all get unless it has one of its own."""
    if RETENTION in system:
        return system
    length = timedelta(days=default["days"] or 365 * default["years"])
    return {**system, RETENTION: {"mode": default["mode"], "until": (now + length).isoformat()}}


def without_lock(system: Values) -> Values:
    """What is said of an object, for another one: locks are of one version alone."""
    return {name: value for name, value in system.items() if name not in (RETENTION, HOLD)}
