"""A small client of the cloud's APIs for the user verbs: http.client, because importing httpx alone costs 0.3 s
(docs/design/0004-command-line.md) and `alto ls` is to be there in 0.35 s."""

import http.client
import json
import os
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode, urlsplit

import yaml

from altostratus.cli import Problem, places

CHUNK = 1 << 20


class ApiError(Problem):
    """The cloud refused; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Client:
    """Logged in to one cloud as the user of its clouds.yaml."""

    def __init__(self, clouds_yaml: Path) -> None:
        cloud = _read_cloud(clouds_yaml)
        self._auth: dict[str, str] = cloud["auth"]
        self.base = self._auth["auth_url"].removesuffix("/v3").removesuffix("/identity")
        self._tls = ssl.create_default_context(cafile=cloud.get("cacert")) if self.base.startswith("https") else None
        self._token = ""
        self.project_id = ""

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: Any) -> Any:
        return self.call("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self.call("PUT", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request; the decoded JSON answer, None when it has none. ApiError says what the cloud said."""
        if not self._token:
            self._login()
        content = None if body is None else json.dumps(body).encode()
        headers = {"X-Auth-Token": self._token, "Content-Type": "application/json"}
        headers["OpenStack-API-Version"] = "compute 2.90"
        return self._send(method, path, content, headers)[0]

    def upload(self, path: str, file: BinaryIO, progress: Callable[[int], None]) -> None:
        """PUT a file as application/octet-stream, telling `progress` the bytes sent so far."""
        if not self._token:
            self._login()

        def chunks() -> Iterator[bytes]:
            sent = 0
            while chunk := file.read(CHUNK):
                yield chunk
                sent += len(chunk)
                progress(sent)

        headers = {"X-Auth-Token": self._token, "Content-Type": "application/octet-stream"}
        self._send("PUT", path, chunks(), headers)

    def _login(self) -> None:
        user = {
            "name": self._auth["username"],
            "password": self._auth["password"],
            "domain": {"name": self._auth.get("user_domain_name", "Default")},
        }
        project = {
            "name": self._auth["project_name"],
            "domain": {"name": self._auth.get("project_domain_name", "Default")},
        }
        auth = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": project},
        }
        body = json.dumps({"auth": auth}).encode()
        headers = {"Content-Type": "application/json"}
        answer, found = self._send("POST", "/identity/v3/auth/tokens?nocatalog", body, headers)
        self._token = found["X-Subject-Token"] or ""
        self.project_id = answer["token"]["project"]["id"]

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[Any, Any]:
        connection = self._connect()
        try:
            url = urlsplit(self.base).path + path
            connection.request(method, url, body, headers, encode_chunked=not isinstance(body, bytes | None))
            response = connection.getresponse()
            content = response.read()
        except OSError as error:
            raise Problem(f"the cloud at {self.base} does not answer ({error}). Is it up? alto up") from error
        finally:
            connection.close()
        if response.status >= 400:
            raise ApiError(response.status, _message(content, response.status))
        return (json.loads(content) if content[:1] in (b"{", b"[") else None), response.headers

    def _connect(self) -> http.client.HTTPConnection:
        url = urlsplit(self.base)
        assert url.hostname
        if self._tls:
            return http.client.HTTPSConnection(url.hostname, url.port or 443, timeout=300, context=self._tls)
        return http.client.HTTPConnection(url.hostname, url.port or 80, timeout=300)


def log_in(data_dir: Path | None) -> Client:
    """A client of the cloud that is meant."""
    return Client(places.clouds_yaml(data_dir))


def wait(
    what: str, look: Callable[[], Any], seconds: float, every: float = 0.3, why: Callable[[], str] = lambda: ""
) -> Any:
    """Look until there is something; Problem when there is nothing in time, with what `why` knows of it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(every)
    raise Problem(f"{what} took longer than {seconds:.0f} s{why()}")


def _read_cloud(path: Path) -> dict[str, Any]:
    try:
        clouds = yaml.safe_load(path.read_text())["clouds"]
    except PermissionError:
        raise Problem(f"{path} is not yours to read; run this as who started the cloud, or with sudo.") from None
    except (OSError, TypeError, KeyError, yaml.YAMLError) as error:
        raise Problem(f"{path} is no clouds.yaml: {error}") from error
    name = os.environ.get("OS_CLOUD", next(iter(clouds)))
    if name not in clouds:
        raise Problem(f"{path} has no cloud '{name}'; it has {', '.join(clouds)}")
    cloud: dict[str, Any] = clouds[name]
    return cloud


def _message(content: bytes, status: int) -> str:
    """The message in a fault of any service's format."""
    try:
        body = json.loads(content)
        inner = next(iter(body.values())) if isinstance(body, dict) and body else {}
        return str(inner["message"])
    except (ValueError, KeyError, TypeError):
        return f"the cloud answered {status}"
