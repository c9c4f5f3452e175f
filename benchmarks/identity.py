"""Identity beside a real Keystone, how many requests each gets done, in interleaved rounds; and what only we promise:
listings at scale, and logins that disturb nobody."""

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from cloud import Cloud, Session, running_cloud
from figure import Figure, median_ms, seconds, spread
from keystone import IN_ITS_MEMORY, PASSWORD, bcrypt_seconds, running_keystone, running_memcached
from load import Load, rendered
from process import memory

from altostratus.services.identity.domain.passwords import Hasher

CHEAP = "[identity]\npassword_time_cost = 1\npassword_memory_cost = 1024\n"
PROJECTS, EACH, USERS = 10_000, 10, 1000
MB = 1e6
Both = tuple[Session, Session]
"""Ours and Keystone's."""
LEAST = 8
"""Requests a round, so that each connection has more than one."""


def measure(quick: bool) -> Iterator[Figure]:
    with running_cloud(options=CHEAP) as cloud:
        with running_keystone() as shipped:
            yield from _tokens((cloud.session(), shipped), "as shipped", quick, limits=False)
        with running_keystone(IN_ITS_MEMORY) as alone:
            yield from _tokens((cloud.session(), alone), "with a cache in its worker's memory", quick, limits=False)
        with running_memcached() as options, running_keystone(options) as cached:
            yield from _tokens((cloud.session(), cached), "with memcached", quick, limits=True)
            yield _lists((cloud.session(), cached), quick)
    with running_cloud() as cloud:
        yield from _at_scale(cloud)
    with running_cloud() as cloud:
        yield from _parallel_logins(cloud)


# -- beside Keystone -------------------------------------------------------------------------------------------


def _tokens(both: Both, which: str, quick: bool, limits: bool) -> Iterator[Figure]:
    """The limits are held against Keystone with the cache that it recommends, memcached; ours is in its memory. The
    others are shown for comparison."""
    rounds, count, few = (3, 20, LEAST) if quick else (10, 100, 20)
    shows = [[_show(session, session.another_token()) for _ in range(rounds * count)] for session in both]
    assert all(len(set(each)) == rounds * count for each in shows)
    shown = _paired(both, rounds, count, lambda side: shows[side])
    yield _ratio(f"GET /auth/tokens, {rounds * count:,} distinct tokens", which, 20 if limits else None, shown)
    by_token = [[rendered("POST", session.tokens, {}, session.by_token)] * rounds * few for session in both]
    issued = _paired(both, rounds, few, lambda side: by_token[side])
    yield _ratio("token from token", which, 10 if limits else None, issued)
    yield _password(both, which, 5 if limits else None, rounds, few)


def _lists(both: Both, quick: bool) -> Figure:
    """No cache has any part in it."""
    rounds = 3 if quick else 10
    for number in range(1000):
        for session in both:
            session.post(f"{session.identity}/v3/users", {"user": {"name": f"user-{number}"}})
    lists = [[rendered("GET", f"{session.identity}/v3/users", _token(session))] * rounds * LEAST for session in both]
    return _ratio("list 1,000 users", "with memcached", 10, _paired(both, rounds, LEAST, lambda side: lists[side]))


def _token(session: Session) -> dict[str, str]:
    return {"X-Auth-Token": str(session.token)}


def _show(session: Session, token: str) -> bytes:
    return rendered("GET", f"{session.identity}/v3/auth/tokens", {**_token(session), "X-Subject-Token": token})


def _password(both: Both, which: str, least: float | None, rounds: int, few: int) -> Figure:
    """Hashing is taken off both: what one check of a password costs each library, measured in the same run."""
    hasher = Hasher(1, 1024, 1)
    hashed = hasher.hash(PASSWORD)
    argon2 = statistics.median(seconds(lambda: hasher.matches(hashed, PASSWORD)) for _ in range(30))
    bcrypt = bcrypt_seconds()
    logins = [[rendered("POST", session.tokens, {}, session.by_password)] * rounds * few for session in both]
    pairs = _paired(both, rounds, few, lambda side: logins[side])
    rest = [(mine - argon2, other - bcrypt) for mine, other in pairs]
    note = f"argon2id {argon2 * 1000:.2f} ms here, bcrypt {bcrypt * 1000:.2f} ms there, taken off"
    return _ratio("password, without hashing", which, least, rest, note)


Pairs = list[tuple[float, float]]


def _paired(both: Both, rounds: int, count: int, requests: Callable[[int], Sequence[bytes]]) -> Pairs:
    """Per round the mean seconds of a request, ours and theirs; `requests` are those of a side, for all rounds."""
    found = []
    with Load(both[0].port) as ours, Load(both[1].port) as theirs:
        for first in range(0, rounds * count, count):
            share = slice(first, first + count)
            found.append((ours.seconds_each(requests(0)[share]), theirs.seconds_each(requests(1)[share])))
    return found


def _ratio(what: str, which: str, least: float | None, rounds: Pairs, *notes: str) -> Figure:
    """How many times the rate of this Keystone ours is."""
    ratio = statistics.median(theirs / ours for ours, theirs in rounds)
    mine, other = median_ms([ours for ours, _ in rounds]), median_ms([theirs for _, theirs in rounds])
    said = f"{mine:.2f} ms against {other:.2f} ms a request, median of {len(rounds)} interleaved rounds"
    name = f"{what}: times the rate of Keystone {which}"
    return Figure(name, ratio, "x", least, at_least=True, note="; ".join((said, *notes)))


# -- at scale --------------------------------------------------------------------------------------------------


def _at_scale(cloud: Cloud) -> Iterator[Figure]:
    session = cloud.session()
    roles = {role["name"]: role["id"] for role in session.get("/identity/v3/roles")["roles"]}
    users = [
        session.post("/identity/v3/users", {"user": {"name": f"user-{number}"}})["user"]["id"]
        for number in range(USERS)
    ]
    _fill(cloud, users, roles["member"])
    path = f"/identity/v3/role_assignments?user.id={users[0]}&effective"
    session.post("/identity/v3/regions", {"region": {"id": "new"}})  # and nothing is in memory any more
    shown = len(session.get(path)["role_assignments"])
    took = [seconds(lambda: session.get(path)) for _ in range(20)]
    note = f"{PROJECTS:,} projects × {EACH} assignments of {USERS:,} users; {shown} shown; {spread(took, 'ms', 1000)}"
    yield Figure("one user's effective listing", median_ms(took), "ms", 20, note=note)
    catalog = [seconds(lambda: session.get("/identity/v3/auth/catalog")) for _ in range(50)]
    yield Figure("catalog", median_ms(catalog), "ms", 5, note=spread(catalog, "ms", 1000))


def _fill(cloud: Cloud, users: list[str], role: str) -> None:
    """Rows as the API would write them, straight into the database: a hundred thousand requests would take minutes."""
    projects = [f"{number:032x}" for number in range(1, PROJECTS + 1)]
    with sqlite3.connect(cloud.data_dir / "altostratus.db", timeout=30) as database:
        row = "(?, ?, 'default', 'default', 'default', 0, 1, '', 0, '{}', '{}')"
        columns = "id, name, name_scope, domain_id, parent_id, is_domain, enabled, description, epoch, options, extra"
        database.executemany(f"INSERT INTO identity_project ({columns}) VALUES {row}", [(p, p) for p in projects])
        database.executemany(
            "INSERT INTO identity_assignment (actor_kind, actor_id, target_kind, target_id, role_id, inherited)"
            " VALUES ('user', ?, 'project', ?, ?, 0)",
            [(users[at % USERS], projects[at // EACH], role) for at in range(PROJECTS * EACH)],
        )
    database.close()


# -- logins in parallel ------------------------------------------------------------------------------------------


def _parallel_logins(cloud: Cloud) -> Iterator[Figure]:
    """Eight people log in again and again, for longer than the lag's maximum looks back."""
    sessions = [cloud.session() for _ in range(8)]
    before, most = memory(cloud.pid) / MB, 0.0
    end = time.monotonic() + 15

    def log_in(session: Session) -> int:
        done = 0
        while time.monotonic() < end:
            session.log_in(session.password)
            done += 1
        return done

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(log_in, session) for session in sessions]
        while time.monotonic() < end:
            most = max(most, memory(cloud.pid) / MB)
            time.sleep(0.1)
        done = sum(each.result() for each in running)
    lag = _metric(sessions[0], "altostratus_loop_lag_max_seconds") * 1000
    note = f"{done} logins in 15 s, hashes as shipped"
    yield Figure("eight logins in parallel: the loop's largest lag", lag, "ms", 20, note=note)
    yield Figure("eight logins in parallel: memory above idle", most - before, "MB", 60, note=note)


def _metric(session: Session, name: str) -> float:
    text = session.send("GET", "/metrics")[1].decode()
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))
