"""Sends the requests of a scenario to a cloud and keeps what came back, normalised.

Owns the people a scenario acts as, the names it makes up, and cleaning up after it. A scenario never
asserts: whether an answer is right is decided by comparing two runs, so a missing id becomes a placeholder
and the scenario goes on.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from . import objects
from .normal import OBJECT_FORMS, Json, Known
from .peers import Cloud
from .swift import RESELLER

SECONDS = 60
PASSWORD = "Oracle-pass-1"


@dataclass(frozen=True)
class Step:
    """One request and its answer, both normalised; `loose` compares only the shape of the body."""

    request: dict[str, Json]
    response: dict[str, Json]
    loose: bool = False

    def as_json(self) -> dict[str, Json]:
        return {"loose": self.loose, "request": self.request, "response": self.response}


@dataclass(frozen=True)
class Answer:
    """What a scenario may use of an answer for its next requests."""

    response: httpx.Response

    def pick(self, path: str) -> str:
        """The value at a dotted path of the body, or `missing`."""
        try:
            value = self.response.json()
            for key in path.split("."):
                value = value[int(key) if isinstance(value, list) else key]
        except (ValueError, LookupError, TypeError):
            return "missing"
        return str(value)

    @property
    def token(self) -> str:
        return self.header("X-Subject-Token")

    def header(self, name: str) -> str:
        return str(self.response.headers.get(name, "missing"))


class Script:
    """One scenario's run against one service of a cloud; use as a context manager.

    `service` is "identity", "image" or "object-store"; paths are relative to that service's root, such as `/v3/users`.
    """

    def __init__(self, cloud: Cloud, service: str) -> None:
        self._stores = service == "object-store"
        self.known = Known(OBJECT_FORMS) if self._stores else Known()
        self.steps: list[Step] = []
        self.cloud = cloud
        self._tokens: dict[str, str] = {}
        self._projects: dict[str, str] = {}
        self._users: dict[str, str] = {}
        self._undo: list[tuple[str, str]] = []
        self._suffix = secrets.token_hex(4)
        identity, image = cloud.identity_url.removesuffix("/v3"), cloud.image_url.removesuffix("/v2")
        self._url = cloud.object_url if self._stores else {"identity": identity, "image": image}[service]
        self._identity = identity
        self._http = httpx.Client(timeout=SECONDS)
        for value, name in ((identity, "identity"), (image, "image"), (_root(self._url), "host")):
            self.known.learn(value, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: object, trace: TracebackType | None) -> None:
        for method, url in reversed(self._undo):
            self._http.request(method, url, headers={"X-Auth-Token": self.token_of("admin")})
        self._http.close()

    # What scenarios call.

    def name(self, label: str) -> str:
        """A name nobody else has, which reads `{label}` in recordings."""
        made = f"oracle-{label}-{self._suffix}"
        self.known.learn(made, label)
        return made

    def uuid(self, label: str) -> str:
        """A new UUID, which reads `{label}` in recordings."""
        made = str(uuid.uuid4())
        self.known.learn(made, label)
        return made

    def send(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        by: str | None = "admin",
        content: bytes | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        keep: str = "",
        loose: bool = False,
    ) -> Answer:
        """Sends and records one request.

        `by` names a person, None is nobody. `keep="user=user.id"` gives the id at that path of the answer
        the name `user` and deletes what was made at the end. `loose`: see `Step`.
        """
        sent = self._headers(by, json, content, headers)
        body = {"json": json} if json is not None else {"content": content}
        request = self._http.build_request(method, self._url + path, headers=sent, **body)
        if self._stores:  # names may hold `..` and `//`, which httpx would tidy
            request.extensions["target"] = self.path_on_host(path).encode()
        response = self._http.send(request)
        answer = Answer(response)
        if keep:
            self._keep(answer, path, keep)
        asked = self._request(method, path, by, headers, json, content)
        self.steps.append(Step(asked, self._response(response), loose))
        return answer

    def get(self, path: str, **options: Any) -> Answer:
        return self.send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.send("POST", path, json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.send("PUT", path, json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.send("PATCH", path, json, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.send("DELETE", path, **options)

    def head(self, path: str, **options: Any) -> Answer:
        return self.send("HEAD", path, **options)

    def path_on_host(self, path: str) -> str:
        """A path of the service as those see it who know the service's URL."""
        return httpx.URL(self._url).path.rstrip("/") + path

    def wait_until(self, status: int, path: str, by: str) -> None:
        """Asks, unrecorded, until the answer to HEAD has that status, or half a minute has passed."""
        deadline = time.monotonic() + 30
        headers = {"X-Auth-Token": self.token_of(by)}
        while time.monotonic() < deadline and self._http.head(self._url + path, headers=headers).status_code != status:
            time.sleep(0.1)

    # People. They are made on first use, by requests that are not recorded.

    def token_of(self, person: str) -> str:
        """The token of `admin`, `unscoped`, `system`, or of someone with one role in a project of
        their own: `member`, `reader`, `other` (another project's member), `reseller` (Swift's administrator)."""
        if person not in self._tokens:
            self._tokens[person] = self._introduce(person)
            self.known.learn(self._tokens[person], f"token of {person}")
        return self._tokens[person]

    def project_of(self, person: str) -> str:
        """The id of that person's own project."""
        self.token_of(person)
        return self._projects[person]

    def user_of(self, person: str) -> str:
        """The id of that person's user."""
        self.token_of(person)
        return self._users[person]

    def enter(self, person: str, token: str) -> None:
        """From now on `by=person` sends this token."""
        self.known.learn(token, f"token of {person}")
        self._tokens[person] = token

    def _introduce(self, person: str) -> str:
        scopes = {
            "admin": {"project": {"name": self.cloud.project, "domain": {"id": "default"}}},
            "unscoped": "unscoped",
            "system": {"system": {"all": True}},
        }
        if person in scopes:
            return self._login(self.cloud.username, self.cloud.password, scopes[person])
        role = {"reader": "reader", "reseller": RESELLER}.get(person, "member")
        user, project = self.name(f"{person}-user"), self.name(f"{person}-project")
        project_id = self._make("project", {"name": project, "domain_id": "default"})
        user_id = self._make("user", {"name": user, "domain_id": "default", "password": PASSWORD})
        if role == RESELLER:  # nobody's from the start; a conflict where it is there
            self._quiet("POST", "/v3/roles", {"role": {"name": role}})
        role_id = Answer(self._quiet("GET", f"/v3/roles?name={role}")).pick("roles.0.id")
        self._quiet("PUT", f"/v3/projects/{project_id}/users/{user_id}/roles/{role_id}")
        self._projects[person], self._users[person] = project_id, user_id
        self.known.learn(project_id, f"{person}-project id")
        if self._stores:
            self.known.learn(self.path_on_host(f"/v1/AUTH_{project_id}"), f"account of {person}")
        self.known.learn(user_id, f"{person}-user id")
        return self._login(user, PASSWORD, {"project": {"id": project_id}})

    def _login(self, user: str, password: str, scope: Any) -> str:
        who = {"name": user, "domain": {"id": "default"}, "password": password}
        asked = {"identity": {"methods": ["password"], "password": {"user": who}}, "scope": scope}
        response = self._http.post(self._identity + "/v3/auth/tokens", json={"auth": asked})
        return Answer(response).token

    def _make(self, noun: str, what: dict[str, str]) -> str:
        made = Answer(self._quiet("POST", f"/v3/{noun}s", {noun: what})).pick(f"{noun}.id")
        self._undo.append(("DELETE", f"{self._identity}/v3/{noun}s/{made}"))
        return made

    def _quiet(self, method: str, path: str, json: Any = None) -> httpx.Response:
        headers = {"X-Auth-Token": self.token_of("admin")}
        return self._http.request(method, self._identity + path, json=json, headers=headers)

    # Recording.

    def _headers(self, by: str | None, json: Any, content: object, extra: Mapping[str, str] | None) -> dict[str, str]:
        headers = {"Accept": "*/*"} | dict(extra or {})
        if by:
            headers["X-Auth-Token"] = self.token_of(by)
        if content is not None and json is None and not self._stores:
            headers.setdefault("Content-Type", "application/octet-stream")
        return headers

    def _keep(self, answer: Answer, path: str, keep: str) -> None:
        name, _, where = keep.partition("=")
        value = answer.pick(where)
        if value != "missing":
            self.known.learn(value, name)
            self._undo.append(("DELETE", f"{self._url}{path.partition('?')[0]}/{value}"))

    def _request(
        self,
        method: str,
        path: str,
        by: str | None,
        headers: Mapping[str, str] | None,
        json: Any,
        content: object,
    ) -> dict[str, Json]:
        said: dict[str, Json] = {"method": method, "path": self.known.text(path), "by": by or "nobody"}
        if headers:
            said["headers"] = {name: self.known.text(value) for name, value in headers.items()}
        if json is not None:
            said["body"] = self.known.json(json)
        elif content is not None:
            shown = objects.words(content) if isinstance(content, bytes) else "<a stream of bytes>"
            said["body"] = self.known.text(shown) if self._stores else shown
        return said

    def _response(self, response: httpx.Response) -> dict[str, Json]:
        if self._stores:
            return objects.normal(self.known, response)
        headers: dict[str, Json] = {**self.known.headers(response.headers)}
        body: Json = None
        if "json" in response.headers.get("Content-Type", "") and response.content:
            try:
                body = self.known.json(response.json())
            except ValueError:
                body = "<not JSON> " + self.known.text(objects.words(response.content))
        elif response.content:
            body = self.known.text(objects.words(response.content))
        return {"status": response.status_code, "headers": headers, "body": body}


def _root(url: str) -> str:
    where = httpx.URL(url)
    return f"{where.scheme}://{where.netloc.decode()}"
