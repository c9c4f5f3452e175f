"""Object storage: beside a real Swift, against what the disk and nginx do by themselves, with slow fsyncs, with ten
million rows, and how much memory large uploads take."""

import hashlib
import json
import os
import re
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cloud import ALTO, Cloud, Session, free_port, new_data_dir, running_cloud, wait_for
from figure import Figure, median_ms, seconds, spread
from load import Load, rendered
from process import memory
from swift import running_swift

KB, MB, GB = 1 << 10, 1 << 20, 1 << 30
Peer = tuple[int, str, dict[str, str]]
"""A port, the path of an account there, and what a request for it says."""
CLIENTS = 16
FSYNC_DELAY = 5000
"""Microseconds that are added to each fsync."""


def measure(quick: bool) -> Iterator[Figure]:
    with running_cloud() as cloud:
        with running_swift() as swift:
            yield from _beside_swift((_account(cloud.session()), swift), quick)
        yield from _beside_disk(_account(cloud.session()), quick)
        yield _memory_of_uploads(cloud, quick)
    yield _acknowledged_for_each_fsync(quick)
    yield from _many_rows(quick)


def _account(session: Session) -> Peer:
    subject = {"X-Subject-Token": str(session.token)}
    _, body = session.send("GET", f"{session.identity}/v3/auth/tokens?nocatalog", headers=subject)
    project = json.loads(body)["token"]["project"]["id"]
    return session.port, f"/object-store/v1/AUTH_{project}", {"X-Auth-Token": str(session.token)}


# -- beside Swift ------------------------------------------------------------------------------------------------


def _beside_swift(both: tuple[Peer, Peer], quick: bool) -> Iterator[Figure]:
    for port, account, headers in both:
        with Load(port, 1) as load:
            load.seconds_each([rendered("PUT", f"{account}/c", headers)])
    sizes = ((4 * KB, "4 KB", 40, 5), (MB, "1 MB", 8, 3), (64 * MB, "64 MB", 1, 1.5))
    for size, said, count, least in sizes:
        rounds = 3 if quick else 10
        data = os.urandom(size)
        puts = _paired(both, rounds, count, lambda peer, n, d=data: _put(peer, f"{len(d)}-{n}", d))  # type: ignore[misc]
        yield _ratio(f"PUT {said}", least, puts)
        gets = _paired(both, rounds, count, lambda peer, n, s=size: _get(peer, f"{s}-{n}"))  # type: ignore[misc]
        yield _ratio(f"GET {said}", least, gets)
    yield _listings(both, 500 if quick else 10_000, 3 if quick else 10)


def _put(peer: Peer, name: str, data: bytes) -> bytes:
    return rendered("PUT", f"{peer[1]}/c/{name}", {**peer[2], "Content-Type": "application/octet-stream"}, data)


def _get(peer: Peer, name: str) -> bytes:
    return rendered("GET", f"{peer[1]}/c/{name}", peer[2])


Pairs = list[tuple[float, float]]


def _paired(both: tuple[Peer, Peer], rounds: int, count: int, request: Callable[[Peer, int], bytes]) -> Pairs:
    """Per round the mean seconds of a request, ours and Swift's, over four connections."""
    found = []
    with Load(both[0][0]) as ours, Load(both[1][0]) as theirs:
        for first in range(0, rounds * count, count):
            numbers = range(first, first + count)
            mine, others = ([request(peer, number) for number in numbers] for peer in both)
            found.append((ours.seconds_each(mine), theirs.seconds_each(others)))
    return found


def _ratio(what: str, least: float, rounds: Pairs) -> Figure:
    ratio = statistics.median(theirs / ours for ours, theirs in rounds)
    mine, other = median_ms([ours for ours, _ in rounds]), median_ms([theirs for _, theirs in rounds])
    note = f"{mine:.2f} ms against {other:.2f} ms a request, median of {len(rounds)} interleaved rounds"
    return Figure(f"{what}: times the rate of Swift", ratio, "x", least, at_least=True, note=note)


def _listings(both: tuple[Peer, Peer], count: int, rounds: int) -> Figure:
    for peer in both:
        port, account, headers = peer
        with Load(port) as load:
            load.seconds_each([rendered("PUT", f"{account}/many", headers)])
            load.seconds_each([rendered("PUT", f"{account}/many/object-{n:08}", headers) for n in range(count)])

    def listing(peer: Peer, number: int) -> bytes:
        return rendered("GET", f"{peer[1]}/many?format=json", peer[2])

    return _ratio(f"list {count:,} objects", 5, _paired(both, rounds, 4, listing))


# -- beside the disk and nginx -----------------------------------------------------------------------------------


def _beside_disk(peer: Peer, quick: bool) -> Iterator[Figure]:
    rounds, data = (3 if quick else 10), os.urandom(64 * MB)
    with tempfile.TemporaryDirectory(prefix="alto-benchmark-", dir="/var/tmp") as folder, Load(peer[0], 1) as load:
        by_hand = Path(folder) / "by-hand"
        puts = [
            (load.seconds_each([_put(peer, f"hand-{number}", data)]), seconds(lambda: _write_by_hand(by_hand, data)))
            for number in range(rounds)
        ]
        yield _share("PUT 64 MB: of the rate of hash, write and fsync by hand", 0.6, puts)
        with running_nginx(Path(folder)) as port, Load(port, 1) as nginx:
            gets = [
                (load.seconds_each([_get(peer, "hand-0")]), nginx.seconds_each([rendered("GET", "/by-hand", {})]))
                for _ in range(rounds * 2)
            ]
        yield _share("GET 64 MB: of the rate of nginx", 0.7, gets)


def _write_by_hand(path: Path, data: bytes) -> None:
    """What nobody can do with less: MD5, as Swift's API wants it, and on disk."""
    view, md5 = memoryview(data), hashlib.md5(usedforsecurity=False)
    path.unlink(missing_ok=True)
    with path.open("wb", buffering=0) as file:
        for at in range(0, len(data), MB):
            md5.update(view[at : at + MB])
            file.write(view[at : at + MB])
        os.fsync(file.fileno())


def _share(what: str, least: float, rounds: Pairs) -> Figure:
    share = statistics.median(limit / ours for ours, limit in rounds)
    mine, other = median_ms([ours for ours, _ in rounds]), median_ms([limit for _, limit in rounds])
    note = f"{mine:.0f} ms against {other:.0f} ms, median of {len(rounds)} interleaved rounds"
    return Figure(what, share, "x", least, at_least=True, note=note)


NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{}}
http {{
  access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


@contextmanager
def running_nginx(folder: Path) -> Iterator[int]:
    """Debian's nginx, serving a folder with sendfile on loopback: its port."""
    port = free_port()
    folder.chmod(0o755)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(port))
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        with Load(port, 1) as load:
            load.seconds_each([rendered("GET", "/nginx.conf", {})])
    except (OSError, RuntimeError):
        return False
    return True


# -- slow fsyncs ---------------------------------------------------------------------------------------------------


def _acknowledged_for_each_fsync(quick: bool) -> Figure:
    """strace makes every fsync of the server slower, and counts them: those of packs and those of the database."""
    count = 200 if quick else 3000
    with new_data_dir() as data_dir, _delayed_cloud(data_dir) as (cloud, log):
        peer = _account(cloud.session())
        with Load(peer[0], CLIENTS) as load:
            load.seconds_each([rendered("PUT", f"{peer[1]}/c", peer[2])])
            data = os.urandom(4 * KB)
            load.seconds_each([_put(peer, f"warm-{number}", data) for number in range(CLIENTS * 4)])
            before = len(_SYNCED.findall(log.read_text()))
            each = load.seconds_each([_put(peer, f"slow-{number}", data) for number in range(count)])
            fsyncs = len(_SYNCED.findall(log.read_text())) - before
    note = (
        f"{count} PUTs of 4 KB by {CLIENTS} clients, {fsyncs} fsyncs of packs and database, {each * 1000:.2f} ms a PUT"
    )
    return Figure("acknowledged PUTs for each fsync, each 5 ms slower", count / fsyncs, "", 8, at_least=True, note=note)


_SYNCED = re.compile(r"^\d+ +(?:fsync|fdatasync)\(", re.MULTILINE)


@contextmanager
def _delayed_cloud(data_dir: Path) -> Iterator[tuple[Cloud, Path]]:
    port, log = free_port(), data_dir / "strace"
    calls = "fsync,fdatasync"
    traced = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "signal=none", "-o", str(log)]
    traced += ["-e", f"trace={calls}", "-e", f"inject={calls}:delay_exit={FSYNC_DELAY}"]
    command = [*traced, *ALTO, "up", "--simulate", "--data-dir", str(data_dir), "--listen", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cloud = Cloud(data_dir, port)
    try:
        wait_for(lambda: _is_up(cloud))
        yield cloud, log
    finally:
        os.kill(cloud.pid, 15)
        process.wait(30)


def _is_up(cloud: Cloud) -> bool:
    try:
        cloud.session()
    except (OSError, RuntimeError, ValueError):
        return False
    return True


# -- many rows -----------------------------------------------------------------------------------------------------


def _many_rows(quick: bool) -> Iterator[Figure]:
    few, many = 10_000, 200_000 if quick else 10_000_000
    with new_data_dir() as data_dir:
        with _cloud_at(data_dir) as (cloud, _):
            port, account, headers = _account(cloud.session())
            with Load(port, 1) as load:
                for name in ("few", "many"):
                    load.seconds_each([rendered("PUT", f"{account}/{name}", headers)])
        for name, count in (("few", few), ("many", many)):
            _fill(data_dir / "objects.db", name, count)
        with _cloud_at(data_dir) as (cloud, started):
            peer = _account(cloud.session())
            note = f"{many:,} objects in a container"
            yield Figure("start", started, "s", 3, note=note)
            yield from _pages(peer, {"few": few, "many": many}, 20, note)


def _pages(peer: Peer, counts: dict[str, int], rounds: int, note: str) -> Iterator[Figure]:
    """From the middle of each; the rolled-up ones have a thousand names each."""
    with Load(peer[0], 1) as load:

        def page(name: str, query: str) -> float:
            marker = f"{counts[name] // 2000:08}/"
            path = f"{peer[1]}/{name}?format=json&marker={marker}&{query}"
            return load.seconds_each([rendered("GET", path, peer[2])])

        for what, query in (("of 1,000 by marker", "limit=1000"), ("of 4 by delimiter", "limit=4&delimiter=/")):
            pairs = [(page("many", query), page("few", query)) for _ in range(rounds)]
            many, few = (statistics.median(each) for each in zip(*pairs, strict=True))
            said = f"{note}; {many * 1000:.1f} ms against {few * 1000:.1f} ms"
            yield Figure(f"a page {what}: times that of {counts['few']:,} objects", many / few, "x", 2, note=said)
        heads = [load.seconds_each([rendered("HEAD", f"{peer[1]}/many", peer[2])]) for _ in range(rounds)]
        yield Figure("HEAD of the container", median_ms(heads), "ms", 5, note=f"{note}; {spread(heads, 'ms', 1000)}")


def _fill(path: Path, name: str, count: int) -> None:
    """Rows as the API would write them, straight into the database."""
    with sqlite3.connect(path, timeout=60) as database:
        [(container, account)] = database.execute(
            "SELECT id, account_id FROM objectstore_container WHERE name = ?", (name,)
        )
        columns = "container_id, name, latest, versioned, marker, size, etag, content_type, modified_at, meta, system"
        database.execute("PRAGMA synchronous = OFF")
        database.executemany(
            f"INSERT INTO objectstore_object ({columns}) VALUES (?, ?, 1, 0, 0, 0, ?, 'text/plain', ?, '{{}}', '{{}}')",
            (
                (container, f"{n // 1000:08}/{n % 1000:04}", f"{n:032x}", 1_700_000_000_000_000 + n)
                for n in range(count)
            ),
        )
        database.execute("UPDATE objectstore_container SET objects = ? WHERE id = ?", (count, container))
        database.execute("UPDATE objectstore_account SET objects = objects + ? WHERE id = ?", (count, account))
    database.close()


@contextmanager
def _cloud_at(data_dir: Path) -> Iterator[tuple[Cloud, float]]:
    """A cloud on this data directory, and the seconds until it answers."""
    port = free_port()
    command = [*ALTO, "up", "--simulate", "--data-dir", str(data_dir), "--listen", f"127.0.0.1:{port}"]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: _healthy(port))
        yield Cloud(data_dir, port), time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(60)


def _healthy(port: int) -> bool:
    try:
        Session(port).send("GET", "/healthcheck")
    except OSError:
        return False
    return True


# -- memory --------------------------------------------------------------------------------------------------------


def _memory_of_uploads(cloud: Cloud, quick: bool) -> Figure:
    size, most = (64 * MB if quick else GB), 0.0
    port, account, headers = _account(cloud.session())
    chunk = os.urandom(MB)

    def upload(number: int) -> None:
        head = rendered("PUT", f"{account}/c/large-{number}", {**headers, "Content-Length": str(size)})
        with Load(port, 1) as load:
            load.stream(head, (chunk for _ in range(size // MB)))

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, memory(cloud.pid) / 1e6)
        time.sleep(0.1)
    note = f"{CLIENTS} uploads of {size // MB} MiB at once"
    return Figure("memory during large uploads", most, "MB", 250, note=note)
