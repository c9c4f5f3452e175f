"""One client: it asks one thing at a time, and remembers what was acknowledged."""

import asyncio
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulation.cloud import NO_HEADERS, Cloud, Lost, Violation
from tests.simulation.model import Model

COMPUTE, NETWORK = "/compute/v2.1", "/network/v2.0"


@dataclass(frozen=True)
class Pending:
    """A request whose answer is not known: what it may have changed (ids), and what it may have made (a name)."""

    touches: frozenset[str] = frozenset()
    makes: str = ""


NOTHING = Pending()


class Client:
    """`name` begins with the letter of its project. `fellows` share the project. `public` is the external network."""

    def __init__(self, name: str, cloud: Cloud, rng: random.Random, image: str, public: str) -> None:
        self.name = name
        self.cloud = cloud
        self.rng = rng
        self.image = image
        self.public = public
        self.model = Model()
        self.pending = NOTHING
        self.fellows: list[Client] = []
        self.strangers: list[Client] = []
        self.life = cloud.lives
        self._names = 0

    @property
    def project(self) -> str:
        return self.name[0] * 32

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def new_name(self) -> str:
        self._names += 1
        return f"{self.name}-{self._names}"

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        allowed: Collection[int] = (200,),
        *,
        touches: Collection[str] = (),
        makes: str = "",
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> tuple[int, Any]:
        """Violation when the answer is none of those allowed. What it changes is pending until it is answered."""
        if touches or makes:
            self.pending = Pending(frozenset(touches), makes)
        status, answer = await self.cloud.ask(self.name, self.name[0], method, path, body, headers)
        if status not in allowed:
            raise Violation(f"{self.name}: {method} {path} {body or ''} answered {status} {answer}, not {allowed}")
        if touches or makes:
            self.pending = NOTHING
        return status, answer

    async def get(self, path: str) -> Any:
        """What a 200 says."""
        return (await self.ask("GET", path))[1]

    def choose(self, things: Collection[Any]) -> Any:
        """One of them at random; None when there is none."""
        return self.rng.choice(list(things)) if things else None

    def networks(self) -> list[Any]:
        """Those with a subnet, of the whole project."""
        return [n for client in (self, *self.fellows) for n in client.model.networks.values() if n.subnet]

    def groups(self) -> list[Any]:
        """Those of the whole project."""
        return [group for client in (self, *self.fellows) for group in client.model.groups.values()]


__all__ = ["COMPUTE", "NETWORK", "NOTHING", "Client", "Lost", "Pending"]
