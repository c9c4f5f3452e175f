"""What reconcilers recorded of networks, routers and ports, and who waits for it."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, bindparam, select, update

from altostratus.kernel.db.state import bump, current_in
from altostratus.kernel.tx import Tx
from altostratus.services.network.store.tables import floating_ip, network, port, router
from altostratus.services.network.store.wishes import TABLES


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row's wish and how far it was seen to be fulfilled. `reboots`: how often its host was, as far as is noted."""

    generation: int
    observed_generation: int
    observed_digest: str | None
    reboots: int


_KEY: BindParameter[str] = bindparam("key")
_REBOOTS = "network_host_reboots"
_RECORDED = {
    kind: select(table.c.generation, table.c.observed_generation, table.c.observed_digest, current_in(_REBOOTS)).where(
        table.c.id == _KEY
    )
    for kind, table in TABLES.items()
}


def _reached(generation: ColumnElement[int]) -> ColumnElement[bool]:
    return generation.between(bindparam("first"), bindparam("last"))


_FLOATING = select(floating_ip.c.port_id).where(
    floating_ip.c.router_id == _KEY, _reached(floating_ip.c.router_generation)
)
_WAITING = {
    kind: select(port.c.owner).where(waits, port.c.owner != "")
    for kind, waits in {
        "port": (port.c.id == _KEY) & _reached(port.c.bound_generation),
        "network": (port.c.network_id == _KEY) & _reached(port.c.network_generation),
        "router": port.c.id.in_(_FLOATING),
    }.items()
}
"""The owners of the ports that wait for a generation between two."""


def read(tx: Tx, kind: str, key: str) -> Recorded | None:
    """None when there is no such row."""
    row = tx.sql.execute(_RECORDED[kind], {"key": key}).first()
    return None if row is None else Recorded(*row)


def write(tx: Tx, kind: str, key: str, before: Recorded, digest: str | None) -> None:
    """The host was seen to have what generation `before.generation` wants; whoever waited for that is woken."""
    table = TABLES[kind]
    values = {"observed_generation": before.generation, "observed_digest": digest}
    tx.sql.execute(update(table).where(table.c.id == key).values(values))
    _wake_owners(tx, kind, key, before)


def note_reboot(tx: Tx) -> None:
    """What was seen of the host so far is true no more."""
    bump(tx, _REBOOTS)


def changed_since(tx: Tx, kind: str, key: str, digest: str | None) -> bool:
    """Whether something else is wanted or recorded by now than a fulfilled wish with this digest."""
    now = read(tx, kind, key)
    return now is None or now.generation != now.observed_generation or now.observed_digest != digest


def _wake_owners(tx: Tx, kind: str, key: str, before: Recorded) -> None:
    values = {"key": key, "first": before.observed_generation + 1, "last": before.generation}
    for owner in tx.sql.execute(_WAITING[kind], values).scalars():
        tx.wake_owner(owner)


def known(tx: Tx) -> dict[tuple[str, str], tuple[str | None, bool]]:
    """(kind, id) of every row to (the digest it was last made from, whether its wish has been fulfilled)."""
    found: dict[tuple[str, str], tuple[str | None, bool]] = {}
    for kind, table in (("network", network), ("router", router), ("port", port)):
        columns = (table.c.id, table.c.observed_digest, table.c.generation, table.c.observed_generation)
        for key, digest, generation, observed in tx.sql.execute(select(*columns)):
            found[kind, key] = (digest, generation == observed)
    return found
