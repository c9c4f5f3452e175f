"""The host as reconcilers see it: the driver in its lane, and one recent observation shared by all passes.

Observing costs one look at the whole host, so passes share it for a few seconds. What a step did is noted on top,
and a step that failed, or whose reply was lost, throws the observation away: then nobody knows, so look again.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from altostratus.kernel.errors import DeadlineExceeded
from altostratus.kernel.lanes import Lane
from altostratus.kernel.reconcile import Pass
from altostratus.services.network.driver import DriverError, NetworkDriver, NetworkSpec, PortSpec, Seen, Spec, digest

FRESH_SECONDS = 10.0
Digests = dict[tuple[str, str], str]
Note = tuple[tuple[str, str], str | None]


class HostTrouble(Exception):
    """The host could not do it now; the pass is tried again with back-off."""

    expected = True


class Host:
    """One host's data plane."""

    def __init__(self, driver: NetworkDriver, lane: Lane) -> None:
        self._driver = driver
        self._lane = lane
        self._seen: Digests | None = None
        self._seen_at = 0.0
        self._reboots = 0
        self._notes: list[Note] = []
        self._looking = asyncio.Lock()

    async def seen(self, turn: Pass, *, fresh: bool = False, reboots: int = 0) -> Digests:
        """(kind, id) to digest of everything of ours on the host; at most FRESH_SECONDS old unless `fresh`, and not
        from before the last of so many reboots."""
        asked_at = _now()
        async with self._looking:
            oldest = asked_at if fresh else asked_at - FRESH_SECONDS
            if self._seen is None or self._seen_at < oldest or self._reboots < reboots:
                await self._look(turn)
                self._reboots = max(self._reboots, reboots)
            assert self._seen is not None
            return self._seen

    async def ensure(self, turn: Pass, spec: Spec) -> None:
        """Make it so."""
        kind, call = self._ensurer(spec)
        await self._act(turn, (kind, spec.id), digest(spec), call, spec)

    async def remove(self, turn: Pass, kind: str, key: str) -> None:
        """Rid the host of it."""
        call = {
            "network": self._driver.remove_network,
            "router": self._driver.remove_router,
            "port": self._driver.remove_port,
        }[kind]
        await self._act(turn, (kind, key), None, call, key)

    def _ensurer(self, spec: Spec) -> tuple[str, Callable[[Any], None]]:
        if isinstance(spec, NetworkSpec):
            return "network", self._driver.ensure_network
        if isinstance(spec, PortSpec):
            return "port", self._driver.ensure_port
        return "router", self._driver.ensure_router

    async def _look(self, turn: Pass) -> None:
        self._notes = []
        seen = _flat(await self._call(turn, self._driver.observe))
        for thing, made in self._notes:  # steps that ended while we looked
            _note(seen, thing, made)
        self._seen, self._seen_at = seen, _now()

    async def _act(
        self, turn: Pass, thing: tuple[str, str], made: str | None, call: Callable[[Any], None], argument: Any
    ) -> None:
        try:
            await self._call(turn, call, argument)
        except BaseException:
            self._seen = None
            raise
        self._notes.append((thing, made))
        if self._seen is not None:
            _note(self._seen, thing, made)

    async def _call(self, turn: Pass, call: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return await turn.call(self._lane, call, *arguments)
        except (DriverError, DeadlineExceeded) as error:
            raise HostTrouble(f"{getattr(call, '__name__', 'call')}: {error}") from error


def _note(seen: Digests, thing: tuple[str, str], made: str | None) -> None:
    if made is None:
        seen.pop(thing, None)
    else:
        seen[thing] = made


def _flat(seen: Seen) -> Digests:
    kinds = (("network", seen.networks), ("router", seen.routers), ("port", seen.ports))
    return {(kind, key): made for kind, things in kinds for key, made in things.items()}


def _now() -> float:
    return asyncio.get_running_loop().time()
