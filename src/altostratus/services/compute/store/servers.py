"""Server rows, their request rows, and the idempotency keys of their creation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, update

from altostratus.kernel.db.paging import Sort, page
from altostratus.kernel.db.rows import changed, insert_row, one
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.placement import Usage
from altostratus.services.compute.domain.server import Server, Verb, Wish
from altostratus.services.compute.store.tables import host, idempotency, server, verb

_COLUMNS = [server.c[f.name] for f in fields(Server)]
_VERB = [verb.c[f.name] for f in fields(Verb)]
# made once: every pass reads these
_BY_ID = select(*_COLUMNS).where(server.c.id == bindparam("server_id"))
_VERB_OF = select(*_VERB).where(verb.c.server_id == bindparam("server_id"))
_pending = verb.alias("pending")
_ON_HOSTS = (
    select(*_COLUMNS, host.c.name, host.c.boot_id, host.c.forced_down, *(_pending.c[f.name] for f in fields(Verb)))
    .outerjoin(host, host.c.id == server.c.host_id)
    .outerjoin(_pending, _pending.c.server_id == server.c.id)
)
_ON_HOST = _ON_HOSTS.where(server.c.id == bindparam("server_id"))
KEYS_KEPT = timedelta(days=1)

SORT_KEYS = {
    "id": server.c.id,
    "uuid": server.c.id,
    "created_at": server.c.created_at,
    "updated_at": server.c.updated_at,
    "display_name": server.c.name,
    "name": server.c.name,
    "hostname": server.c.hostname,
    "host": server.c.host_id,
    "project_id": server.c.project_id,
    "user_id": server.c.user_id,
    "launched_at": server.c.launched_at,
    "launch_index": server.c.launch_index,
    "image_ref": server.c.image_id,
    "key_name": server.c.key_name,
    "vm_state": server.c.power,
    "power_state": server.c.power,
    "task_state": server.c.wanted,
    "display_description": server.c.description,
    "availability_zone": server.c.availability_zone,
    "config_drive": server.c.config_drive,
    "locked": server.c.locked,
}


@dataclass(frozen=True, slots=True)
class ServerQuery:
    """Which servers to list, in which order. `equal` are columns by name; `statuses` as the API names them."""

    project_id: str | None = None
    ids: Sequence[str] | None = None
    equal: Mapping[str, Any] = field(default_factory=dict)
    name_like: str | None = None
    flavor_id: str | None = None
    statuses: Sequence[str] | None = None
    changed_since: datetime | None = None
    changed_before: datetime | None = None
    deleted: bool = False
    order: Sequence[tuple[str, bool]] = (("created_at", True), ("id", True))
    marker: Server | None = None
    limit: int | None = None


def get_server(tx: Tx, server_id: str) -> Server | None:
    """The server's row, also while it is being deleted."""
    return one(tx, _BY_ID, Server, server_id=server_id)


class ServerOnHost(NamedTuple):
    """A server, its pending request row, and what matters of its host: '' and False without one."""

    server: Server
    host: str
    boot_id: str
    forced_down: bool
    verb: Verb | None


def get_on_host(tx: Tx, server_id: str) -> ServerOnHost | None:
    row = tx.sql.execute(_ON_HOST, {"server_id": server_id}).first()
    return _on_host(row) if row is not None else None


def list_servers(tx: Tx, query: ServerQuery) -> list[ServerOnHost]:
    """One page of servers."""
    order = [Sort(SORT_KEYS[key], descending) for key, descending in query.order]
    if not any(sort.column is server.c.id for sort in order):
        order.append(Sort(server.c.id, order[-1].descending if order else True))
    marker = None
    if query.marker is not None:
        marker = [getattr(query.marker, sort.column.key or "") for sort in order]
    chosen = page(_ON_HOSTS.where(*_conditions(query)), order, marker, query.limit)
    return [_on_host(row) for row in tx.sql.execute(chosen)]


def _on_host(row: Sequence[Any]) -> ServerOnHost:
    of_server, (name, boot_id, forced_down, *of_verb) = row[: len(_COLUMNS)], row[len(_COLUMNS) :]
    pending = Verb(*of_verb) if of_verb[0] else None
    return ServerOnHost(Server(*of_server), name or "", boot_id or "", bool(forced_down), pending)


def _conditions(query: ServerQuery) -> Iterable[ColumnElement[bool]]:
    if query.project_id is not None:
        yield server.c.project_id == query.project_id
    if query.ids is not None:
        yield server.c.id.in_(query.ids)
    for name, value in query.equal.items():
        yield server.c[name] == value
    if query.name_like is not None:
        yield server.c.name.regexp_match(query.name_like)
    if query.flavor_id is not None:
        yield server.c.flavor["id"].as_string() == query.flavor_id
    if query.statuses is not None:
        yield or_(*(_has_status(status) for status in query.statuses))
    if query.changed_since is not None:
        yield server.c.updated_at >= query.changed_since
    if query.changed_before is not None:
        yield server.c.updated_at <= query.changed_before
    if query.deleted:
        yield server.c.deleted_at.is_not(None)


def _has_status(status: str) -> ColumnElement[bool]:
    """The rows that `domain.server.status_of` gives this status (reboots apart, which are ACTIVE here too)."""
    launched, failed = server.c.launched_at.is_not(None), server.c.fault.is_not(None)
    rebooting = server.c.id.in_(select(verb.c.server_id))
    settled = and_(launched, ~failed)
    conditions = {
        "ERROR": failed,
        "BUILD": and_(~launched, ~failed),
        "ACTIVE": and_(settled, server.c.power == "running", ~rebooting),
        "PAUSED": and_(settled, server.c.power == "paused"),
        "SHUTOFF": and_(settled, server.c.power.in_(("off", "crashed", "")), ~rebooting),
        "REBOOT": and_(settled, server.c.id.in_(select(verb.c.server_id).where(~verb.c.hard))),
        "HARD_REBOOT": and_(settled, server.c.id.in_(select(verb.c.server_id).where(verb.c.hard))),
    }
    return conditions.get(status, server.c.id.is_(None))


def insert_servers(tx: Tx, servers: Sequence[Server]) -> None:
    rows = [{f.name: getattr(s, f.name) for f in fields(Server)} | _sizes(s) for s in servers]
    tx.sql.execute(insert(server), rows)


def _sizes(row: Server) -> dict[str, int]:
    """What the server takes of a host and of a quota, as columns."""
    taken = Usage.of(row.flavor, local_root=bool(row.image_id))
    return {"vcpus": taken.vcpus, "ram": taken.memory_mb, "disk": taken.disk_gb}


def update_server(tx: Tx, server_id: str, **values: Any) -> bool:
    """Change columns of a server; False when it is gone."""
    return changed(tx, update(server).where(server.c.id == server_id).values(**values)) > 0


def wish(tx: Tx, server_id: str, **values: Any) -> bool:
    """Change what is wanted: a new generation, an old fault forgotten, and the reconciler woken."""
    found = update_server(
        tx,
        server_id,
        generation=server.c.generation + 1,
        updated_at=tx.now,
        shutdown_asked_at=None,
        fault=None,
        fault_at=None,
        request_id=tx.correlation,
        **values,
    )
    tx.wake("compute.server", server_id)
    return found


def record_if_unchanged(tx: Tx, seen: Server, **values: Any) -> bool:
    """Change columns only if nobody has changed the wish since `seen` was read."""
    where = and_(server.c.id == seen.id, server.c.generation == seen.generation)
    return changed(tx, update(server).where(where).values(**values)) > 0


def delete_server_row(tx: Tx, server_id: str) -> None:
    tx.sql.execute(delete(server).where(server.c.id == server_id))


def due_servers(tx: Tx) -> list[str]:
    """Servers whose wish is not known to be reached."""
    running = and_(server.c.wanted == Wish.RUNNING, server.c.power != "running")
    stopped = and_(server.c.wanted == Wish.STOPPED, server.c.power.in_(("running", "paused")))
    paused = and_(server.c.wanted == Wish.PAUSED, server.c.power != "paused")
    where = or_(
        server.c.deleted_at.is_not(None),
        server.c.generation != server.c.observed_generation,
        and_(server.c.fault.is_(None), or_(running, stopped, paused)),
        server.c.id.in_(select(verb.c.server_id)),
    )
    return list(tx.sql.execute(select(server.c.id).where(where)).scalars())


def powers_on(tx: Tx, host_id: str) -> dict[str, str]:
    """Each server on the host with the power last recorded."""
    rows = tx.sql.execute(select(server.c.id, server.c.power).where(server.c.host_id == host_id))
    return {row[0]: row[1] for row in rows}


def existing(tx: Tx, ids: Sequence[str]) -> set[str]:
    """Which of these servers have a row."""
    return set(tx.sql.execute(select(server.c.id).where(server.c.id.in_(ids))).scalars())


def images_on(tx: Tx, host_id: str) -> set[str]:
    """The images that servers on the host were made from."""
    return set(tx.sql.execute(select(server.c.image_id).where(server.c.host_id == host_id).distinct()).scalars())


def usage_by_host(tx: Tx) -> dict[str, Usage]:
    """What is promised on each host, counted from the rows."""
    sums = [func.sum(server.c.vcpus), func.sum(server.c.ram), func.sum(server.c.disk)]
    query = select(server.c.host_id, *sums).where(server.c.host_id.is_not(None)).group_by(server.c.host_id)
    return {row[0]: Usage(int(row[1]), int(row[2]), int(row[3])) for row in tx.sql.execute(query)}


def count_usage(tx: Tx, project_id: str, user_id: str | None = None) -> dict[str, int]:
    """{'instances', 'cores', 'ram'} of a project (or of one user in it); servers being deleted still count."""
    where = [server.c.project_id == project_id]
    if user_id is not None:
        where.append(server.c.user_id == user_id)
    cores, ram = func.sum(server.c.vcpus), func.sum(server.c.ram)
    row = tx.sql.execute(select(func.count(), cores, ram).select_from(server).where(*where)).one()
    return {"instances": row[0], "cores": int(row[1] or 0), "ram": int(row[2] or 0)}


def get_verb(tx: Tx, server_id: str) -> Verb | None:
    return one(tx, _VERB_OF, Verb, server_id=server_id)


def insert_verb(tx: Tx, row: Verb) -> None:
    insert_row(tx, verb, **{f.name: getattr(row, f.name) for f in fields(Verb)})
    tx.wake("compute.server", row.server_id)


def delete_verb(tx: Tx, verb_id: str) -> None:
    tx.sql.execute(delete(verb).where(verb.c.id == verb_id))


def recall_key(tx: Tx, project_id: str, key: str) -> tuple[str, str] | None:
    """(digest of the request, id of its first server) that this Idempotency-Key already made."""
    tx.sql.execute(delete(idempotency).where(idempotency.c.created_at < tx.now - KEYS_KEPT))
    where = and_(idempotency.c.project_id == project_id, idempotency.c.key == key)
    row = tx.sql.execute(select(idempotency.c.digest, idempotency.c.server_id).where(where)).first()
    return (row[0], row[1]) if row else None


def remember_key(tx: Tx, project_id: str, key: str, digest: str, server_id: str) -> None:
    insert_row(tx, idempotency, project_id=project_id, key=key, digest=digest, server_id=server_id, created_at=tx.now)


def host_names(tx: Tx) -> dict[str, str]:
    """Host names by id."""
    return {row[0]: row[1] for row in tx.sql.execute(select(host.c.id, host.c.name))}
