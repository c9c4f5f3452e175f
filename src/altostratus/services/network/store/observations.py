"""What reconcilers recorded of networks, routers and ports, and who waits for it."""

from dataclasses import dataclass

from sqlalchemy import select, update

from altostratus.kernel.tx import Tx
from altostratus.services.network.store.tables import floating_ip, network, port, router
from altostratus.services.network.store.wishes import TABLES


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row's wish and how far it was seen to be fulfilled."""

    generation: int
    observed_generation: int
    observed_digest: str | None


def read(tx: Tx, kind: str, key: str) -> Recorded | None:
    """None when there is no such row."""
    table = TABLES[kind]
    columns = (table.c.generation, table.c.observed_generation, table.c.observed_digest)
    row = tx.sql.execute(select(*columns).where(table.c.id == key)).first()
    return None if row is None else Recorded(*row)


def write(tx: Tx, kind: str, key: str, before: Recorded, digest: str | None) -> None:
    """The host was seen to have what generation `before.generation` wants; whoever waited for that is woken."""
    table = TABLES[kind]
    values = {"observed_generation": before.generation, "observed_digest": digest}
    tx.sql.execute(update(table).where(table.c.id == key).values(values))
    _wake_owners(tx, kind, key, before)


def changed_since(tx: Tx, kind: str, key: str, digest: str | None) -> bool:
    """Whether something else is wanted or recorded by now than a fulfilled wish with this digest."""
    now = read(tx, kind, key)
    return now is None or now.generation != now.observed_generation or now.observed_digest != digest


def _wake_owners(tx: Tx, kind: str, key: str, before: Recorded) -> None:
    reached = {
        "port": (port.c.id == key) & port.c.bound_generation.between(before.observed_generation + 1, before.generation),
        "network": (port.c.network_id == key)
        & port.c.network_generation.between(before.observed_generation + 1, before.generation),
        "router": port.c.id.in_(
            select(floating_ip.c.port_id).where(
                floating_ip.c.router_id == key,
                floating_ip.c.router_generation.between(before.observed_generation + 1, before.generation),
            )
        ),
    }[kind]
    for owner in tx.sql.execute(select(port.c.owner).where(reached, port.c.owner != "")).scalars():
        tx.wake_owner(owner)


def known(tx: Tx) -> dict[tuple[str, str], tuple[str | None, bool]]:
    """(kind, id) of every row to (the digest it was last made from, whether its wish has been fulfilled)."""
    found: dict[tuple[str, str], tuple[str | None, bool]] = {}
    for kind, table in (("network", network), ("router", router), ("port", port)):
        columns = (table.c.id, table.c.observed_digest, table.c.generation, table.c.observed_generation)
        for key, digest, generation, observed in tx.sql.execute(select(*columns)):
            found[kind, key] = (digest, generation == observed)
    return found
