"""Clients that write until the server is gone, and what may be there when it is back: for tests that kill it."""

import hashlib
import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

NAMES = 40
DELETES, COPIES = 0.2, 0.2
SIZES = (1, 300, 4096, 64 << 10, (64 << 10) + 1, 1 << 20)
MARK = "X-Object-Meta-Sum"
"""Says what the bytes are, beside them: so that those of one write are not seen with the row of another."""
Contents = dict[str, set[bytes | None]]
"""For each name the sums of what may be there (None: nothing)."""


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Session:
    """An administrator's, on 127.0.0.1."""

    port: int
    password: str
    seconds: float = 30.0
    """How long an answer may take."""

    token: str = field(init=False)
    user: str = field(init=False)
    project: str = field(init=False)

    def log_in(self) -> None:
        """Raises OSError or HTTPException while nobody answers."""
        password = {"user": {"name": "admin", "domain": {"id": "default"}, "password": self.password}}
        scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
        body = {"auth": {"identity": {"methods": ["password"], "password": password}, "scope": scope}}
        connection = self.connect()
        connection.request("POST", "/identity/v3/auth/tokens", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        self.token = str(answer.headers["x-subject-token"])
        token = json.loads(answer.read())["token"]
        self.user, self.project = token["user"]["id"], token["project"]["id"]
        connection.close()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.seconds)

    def ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Of a path in the account."""
        sent = {"X-Auth-Token": self.token, "Content-Type": "text/plain", "Content-Length": str(len(body))}
        path = f"/object-store/v1/AUTH_{self.project}{path}"
        connection.request(method, path, body, {**sent, **(headers or {})})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


class Client:
    """Asks on and on from `start` until nobody answers any more; then, once somebody does, `check`s what is there, and
    may be started again. It is alone in its container. `acknowledged` counts what was."""

    def __init__(self, session: Session, container: str, seed: int | None = None) -> None:
        self.acknowledged = 0
        self.session = session
        self.container = container
        self.random = random.Random(seed)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def join(self) -> None:
        self._thread.join()

    def prepare(self) -> None:
        """Before it is started for the first time."""
        with self.connected():
            assert self.ask("PUT", "").status == 201

    def step(self) -> None:
        """Ask for one thing, and remember what it means that it was answered."""
        raise NotImplementedError

    def check(self) -> None:
        """What is there is what may be, whole; from now on it is what there is."""
        raise NotImplementedError

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        return self.session.ask(self._connection, method, f"/{self.container}{path}", body, headers)

    def listed(self, query: str) -> Any:
        """The container, as JSON."""
        answer = self.ask("GET", query)
        assert answer.status == 200, f"{self.container} is gone"
        return json.loads(answer.body)

    @contextmanager
    def connected(self) -> Iterator[None]:
        """To `ask`."""
        with closing(self.session.connect()) as self._connection:
            yield

    def _run(self) -> None:
        with self.connected(), suppress(OSError, http.client.HTTPException):
            while True:
                self.step()
                self.acknowledged += 1


class Writer(Client):
    """Writes, copies and deletes. `may` has what was acknowledged last and what was asked for and never answered."""

    def __init__(self, session: Session, container: str, seed: int | None = None) -> None:
        super().__init__(session, container, seed)
        self.may: Contents = {}

    def step(self) -> None:
        name = str(self.random.randrange(NAMES))
        there = [name for name, contents in self.may.items() if contents != {None}]
        what = self.random.random()
        if what < DELETES:
            self._delete(name)
        elif what < DELETES + COPIES and there:
            self._copy(self.random.choice(there), name)
        else:
            self._write(name, self.random.randbytes(self.random.choice(SIZES)))

    def _write(self, name: str, content: bytes) -> None:
        found = sum_of(content)
        self._may_become(name, found)
        assert self.ask("PUT", f"/{name}", content, {MARK: found.hex()}).status == 201
        self.may[name] = {found}

    def _copy(self, source: str, name: str) -> None:
        [content] = self.may[source]
        self._may_become(name, content)
        answer = self.ask("PUT", f"/{name}", headers={"X-Copy-From": f"/{self.container}/{source}"})
        assert answer.status == 201
        self.may[name] = {content}

    def _delete(self, name: str) -> None:
        self._may_become(name, None)
        assert self.ask("DELETE", f"/{name}").status in (204, 404)
        self.may[name] = {None}

    def _may_become(self, name: str, content: bytes | None) -> None:
        self.may.setdefault(name, {None}).add(content)

    def check(self) -> None:
        """Lists and totals agree with it, too."""
        with self.connected():
            listed = {entry["name"]: entry for entry in self.listed("?format=json")}
            assert listed.keys() <= self.may.keys()
            for name, contents in self.may.items():
                found = self._found(name, listed.get(name))
                assert found in contents, (self.container, name)
                self.may[name] = {found}
            head = self.ask("HEAD", "").headers
        totals = [int(head[f"X-Container-{what}"]) for what in ("Object-Count", "Bytes-Used")]
        assert totals == [len(listed), sum(entry["bytes"] for entry in listed.values())]

    def _found(self, name: str, listed: dict[str, Any] | None) -> bytes | None:
        answer = self.ask("GET", f"/{name}")
        if listed is None:
            assert answer.status == 404, (self.container, name)
            return None
        assert answer.status == 200, (self.container, name)
        assert answer.headers[MARK] == sum_of(answer.body).hex()
        assert answer.headers["ETag"] == listed["hash"] == hashlib.md5(answer.body).hexdigest()
        assert listed["bytes"] == len(answer.body)
        return sum_of(answer.body)


def run_until(clients: Sequence[Client], more: int, seconds: float, kill: Callable[[], object]) -> None:
    """Kill the server, under load, as soon as so many more were acknowledged; fail if they are not in time."""
    enough, end = sum(client.acknowledged for client in clients) + more, time.monotonic() + seconds
    for client in clients:
        client.start()
    try:
        while sum(client.acknowledged for client in clients) < enough:
            assert all(client.is_alive for client in clients)
            assert time.monotonic() < end, "so few are acknowledged"
            time.sleep(0.005)
    finally:
        kill()
        for client in clients:
            client.join()


def sum_of(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
