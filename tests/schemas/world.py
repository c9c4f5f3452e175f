"""A simulated cloud beside the test, and everything that a request in `examples.py` may refer to."""

import asyncio
import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from altostratus.kernel.testing.client import ApiClient
from tests.harness import eventually, running_system
from tests.schemas.examples import (
    CPU,
    EXAMPLES,
    ID,
    MINE,
    NET,
    PARAMETERS,
    RECIPES,
    REPLACED,
    SIGNED,
    SIGNED_TEXT,
    VOL,
    Example,
    Request,
)

SERVICES = ("identity", "image", "network", "compute", "volume", "operator")
UNLIMITED = ("network", "subnet", "port", "router", "floatingip", "security_group", "security_group_rule")
OPTIONS: dict[str, dict[str, Any]] = {
    "network": {"external_cidr": "198.18.0.0/16", **{f"quota_{name}": -1 for name in UNLIMITED}},
    "compute": {"instances": 500, "cores": -1, "ram": -1, "key_pairs": -1},
    "volume": {"volumes": -1, "snapshots": -1, "gigabytes": -1},
}
"""Quotas that do not stop the tests, and addresses for all of them."""
_MADE_SLOWLY = (f"{CPU}/servers", f"{VOL}/volumes", f"{VOL}/snapshots")
_PLACEHOLDER = re.compile(r"\$([a-z_]+)")
_PARAMETER = re.compile(r"\{(\w+)\}")
_NUMBERS = count(1)
Tried = tuple[dict[str, str], list[httpx.Response]]
"""The path parameters and the answers."""


@dataclass(frozen=True)
class Operation:
    """A method on a path template, as the OpenAPI document `described` it."""

    method: str
    path: str
    described: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def service(self) -> str:
        """By the word for it in headers."""
        return self.path.split("/")[1]

    @property
    def example(self) -> Example:
        """The valid requests; an operation with a body must have some."""
        example = EXAMPLES.get(str(self), Example())
        assert "requestBody" not in self.described or example.bodies != (None,), f"examples.py lacks {self}"
        return example


def operations_of(document: dict[str, Any]) -> Iterator[Operation]:
    """Every operation of an OpenAPI document."""
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield Operation(method.upper(), path, described)


class Things:
    """What one operation works on: made when it is first asked for."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._found: dict[str, str] = {}

    async def fill(self, value: Any) -> Any:
        """The value with every `$name` in it replaced."""
        if isinstance(value, str):
            for name in _PLACEHOLDER.findall(value):
                value = value.replace(f"${name}", await self.get(name), 1)
            return value
        if isinstance(value, list):
            return [await self.fill(each) for each in value]
        if isinstance(value, dict):
            return {await self.fill(key): await self.fill(each) for key, each in value.items()}
        return value

    async def get(self, name: str) -> str:
        """The id of the thing of that name."""
        if name == "new":
            return f"n{next(_NUMBERS)}"
        if name not in self._found:
            self._found[name] = await (self._make(name) if name in RECIPES else self._look_up(name))
        return self._found[name]

    async def parameters(self, operation: Operation) -> dict[str, str]:
        """The path parameters of an operation."""
        return {name: await self.fill(_source(operation, name)) for name in _PARAMETER.findall(operation.path)}

    async def send(self, method: str, path: str, body: Any, headers: Any = None) -> httpx.Response:
        """A request; bytes go out as they are, everything else as JSON."""
        headers = {"OpenStack-API-Version": "compute latest, volume latest", **(headers or {})}
        if isinstance(body, bytes):
            headers = {"Content-Type": "application/octet-stream", **headers}
            return await self._client.request(method, path, content=body, headers=headers)
        return await self._client.request(method, path, headers=headers, **({} if body is None else {"json": body}))

    async def must(self, request: Request) -> Any:
        """A request that succeeds."""
        method, path, body = request
        answer = await self.send(method, await self.fill(path), await self.fill(body))
        assert answer.is_success, f"{request}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def _make(self, name: str) -> str:
        recipe = RECIPES[name]
        if recipe.path == f"{CPU}/servers":  # a generated request may have taken the host out of use
            await self.must(("PUT", f"{CPU}/os-services/$hypervisor", {"status": "enabled", "forced_down": False}))
        made = await self.must(("POST", recipe.path, recipe.body))
        thing = str(_one_of(made, recipe.key)[recipe.key])
        if recipe.path in _MADE_SLOWLY:
            await eventually(partial(self._is_made, recipe.path, thing))
        for method, path, body in recipe.after:
            self._found["self"] = thing
            await self.must((method, path, body))
        return thing

    async def is_settled(self, server: str) -> bool:
        """Nothing is being done with a server."""
        shown = (await self.must(("GET", f"{CPU}/servers/{server}", None)))["server"]
        return shown["OS-EXT-STS:task_state"] is None and shown["status"] != "BUILD"

    async def _is_made(self, path: str, key: str) -> bool:
        if path == f"{CPU}/servers":
            return await self.is_settled(key)
        shown = await self.must(("GET", f"{path}/{key}", None))
        return bool(next(iter(shown.values()))["status"] == "available")

    async def _look_up(self, name: str) -> str:
        """What is there from the start, or with another thing."""
        if name in ("me", "my_project"):
            return self._client.user_id if name == "me" else self._client.project_id
        if name in ("token", "my_token"):
            return await self._token() if name == "token" else str(self._client.token)
        if name.endswith("_signature"):
            return await self._sign(name)
        if name == "deactivated_image":
            await self.must(("POST", "/image/v2/images/$image/actions/deactivate", None))
            return await self.get("image")
        path, look = _PRESENT[name]
        return str(look(await self.must(("GET", path, None))))

    async def _sign(self, name: str) -> str:
        """Of a request to the EC2 API (version 2), or to the S3 API."""
        shown = await self.must(("GET", f"{MINE}/credentials/OS-EC2/$access_key", None))
        secret = str(shown["credential"]["secret"]).encode()
        text = base64.b64decode(SIGNED_TEXT)
        if name == "query_signature":
            text = f"GET\n{SIGNED['host']}\n/\n{urlencode(sorted(SIGNED['params'].items()))}".encode()
        digest = hmac.new(secret, text, hashlib.sha256 if name == "query_signature" else hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    async def _token(self) -> str:
        """A token of another user's, for what would revoke it."""
        user = {"id": await self.get("user"), "password": "old"}
        auth = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}
        return str((await self.send("POST", f"{ID}/auth/tokens", auth)).headers["x-subject-token"])


def _one_of(made: Any, key: str) -> Any:
    """What was made: bare, in an envelope, or the one of a list in an envelope."""
    if key in made:
        return made
    found = next(iter(made.values()))
    return found[0] if isinstance(found, list) else found


_PRESENT: dict[str, tuple[str, Callable[[Any], Any]]] = {
    # not any external network: those that requests of the fuzzing have made may have no subnet
    "public": (f"{NET}/subnets?name=public-subnet", lambda found: found["subnets"][0]["network_id"]),
    "member_role": (f"{ID}/roles?name=member", lambda found: found["roles"][0]["id"]),
    "access_rule": (
        f"{MINE}/application_credentials/$ruled_credential",
        lambda found: found["application_credential"]["access_rules"][0]["id"],
    ),
    "hypervisor": (f"{CPU}/os-hypervisors", lambda found: found["hypervisors"][0]["id"]),
    "network_of_server": (f"{CPU}/servers/$server/ips", lambda found: next(iter(found["addresses"]))),
    "port_of_server": (
        f"{CPU}/servers/$server/os-interface",
        lambda found: found["interfaceAttachments"][0]["port_id"],
    ),
    "request_of_server": (
        f"{CPU}/servers/$server/os-instance-actions",
        lambda found: found["instanceActions"][0]["request_id"],
    ),
}
"""Where to look for what is there already."""


def _source(operation: Operation, name: str) -> str:
    """What fills a path parameter: the longest end of the path up to it that there is a row for."""
    until = operation.path[: operation.path.index(f"{{{name}}}") + len(name) + 2]
    rows = PARAMETERS | REPLACED.get(str(operation), {})
    return rows[max((end for end in rows if until.endswith(end)), key=len)]


class World:
    """A running cloud with its administrator, for code in another thread."""

    def __init__(self, client: ApiClient, loop: asyncio.AbstractEventLoop) -> None:
        self._client = client
        self._loop = loop

    def wait(self, work: Any) -> Any:
        """The result of a coroutine on the cloud's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request as the administrator."""
        answer: httpx.Response = self.wait(self._client.request(method, path, **options))
        return answer

    def document(self, service: str) -> dict[str, Any]:
        """A service's OpenAPI document."""
        found: dict[str, Any] = self.send("GET", f"/operator/v1/openapi/{service}").json()
        return found

    def things(self) -> Things:
        return Things(self._client)

    def try_example(self, operation: Operation, version: str | None = None) -> Tried:
        """Send an operation's valid requests, in this microversion or in their own."""
        tried: Tried = self.wait(self._try(operation, version))
        return tried

    async def _try(self, operation: Operation, version: str | None) -> Tried:
        things, example, answers = self.things(), operation.example, []
        for request in example.before:
            await things.must(request)
        parameters = await things.parameters(operation)
        headers = {
            "OpenStack-API-Version": f"{operation.service} {version or example.version}",
            **await things.fill(example.headers),
        }
        for body in example.bodies:
            if server := parameters.get("server_id"):
                await eventually(partial(things.is_settled, server))
            filled = await things.fill(body)
            answers.append(await things.send(operation.method, operation.path.format(**parameters), filled, headers))
        return parameters, answers


def in_world(data_dir: Path, test: Callable[[World], None]) -> None:
    """Run a plain function beside a cloud."""

    async def main() -> None:
        async with running_system(data_dir, settings={"services": OPTIONS}) as (_, client):
            await asyncio.to_thread(test, World(client, asyncio.get_running_loop()))

    asyncio.run(main())
