"""What one operation works on: made by the administrator, or the user it belongs to, when it is first asked for;
removed when the operation has changed it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any
from urllib.parse import urlencode

from .rows import PASSWORD, RECIPES, ROBOTS, V3, Recipe
from .stage import Stage, log_in

_NAME = re.compile(r"\$(\w+)|\{(\w+)\}")
_NUMBERS = count(1)


class Things:
    """Values by name; use `clear` to begin anew."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._values: dict[str, Any] = {}
        self._answers: dict[str, Any] = {}
        self._undo: list[str] = []

    async def get(self, name: str) -> Any:
        """The id of a thing, or what is worked out under that name."""
        if name == "new":
            return f"made-{next(_NUMBERS)}"
        if name in self.stage.things:
            return self.stage.things[name]
        if name not in self._values:
            make = WORKED_OUT.get(name)
            self._values[name] = await (make(self) if make else self._make(name, RECIPES[name]))
        return self._values[name]

    async def answer(self, name: str) -> Any:
        """What the service said when it made a thing."""
        await self.get(name)
        return self._answers[name]

    async def fill(self, value: Any) -> Any:
        """The value with every `$name` and `{name}` replaced; a text that is one name alone becomes its value."""
        if isinstance(value, dict):
            return {key: await self.fill(each) for key, each in value.items()}
        if isinstance(value, list):
            return [await self.fill(each) for each in value]
        if not isinstance(value, str):
            return value
        if value.startswith("$") and (whole := _NAME.fullmatch(value)):
            return await self.get(whole[1])
        for found in list(_NAME.finditer(value)):
            value = value.replace(found[0], await self.get(found[1] or found[2]), 1)
        return value

    async def clear(self) -> None:
        """Remove what was made and is still there, the last first."""
        for path in reversed(self._undo):
            await self._remove(path)
        self._values.clear()
        self._answers.clear()
        self._undo.clear()

    async def link(self, path: str) -> None:
        """Have what a PUT to this path makes."""
        if path not in self._undo:
            await self.stage.must("PUT", path)
            self.remove_later(path)

    async def unlink(self, path: str, gone: bool) -> None:
        """Have it no more, if it is not gone already; what it links stays."""
        self._undo = [each for each in self._undo if each != path]
        if not gone:
            await self._remove(path)

    def remove_later(self, path: str) -> None:
        self._undo.append(path)

    async def _remove(self, path: str) -> None:
        """Whether it is there or not."""
        await self.stage.send("DELETE", path, None, self.stage.admin)

    async def _make(self, name: str, recipe: Recipe) -> str:
        for needed in recipe.needs:
            await self.get(needed)
        path, token = await self.fill(recipe.path), ""
        body = await self.fill(recipe.body)
        if recipe.by == "self":
            token = await self.get("self_token")
        self._answers[name] = answer = await self.stage.must("POST", path, body, token)
        this = pick(answer, recipe.key)
        self.remove_later(f"{path}/{this}")
        for method, after, more in recipe.after:
            await self.stage.must(method, await self.fill(after.replace("$this", this)), more)
        return this


def pick(answer: Any, path: str) -> str:
    """The value at a dotted path."""
    for key in path.split("."):
        answer = answer[int(key) if isinstance(answer, list) else key]
    return str(answer)


async def _log_in(things: Things) -> str:
    who = {"methods": ["password"], "password": {"user": {"id": await things.get("user"), "password": PASSWORD}}}
    return await log_in(things.stage.http, who, {"project": {"id": await things.get("project")}})


async def _free_rule(things: Things) -> str:
    """An access rule that no application credential has any more."""
    rule = await things.get("access_rule")
    robot = (await things.answer("access_rule"))["application_credential"]["id"]
    await things.stage.must("DELETE", f"{await things.fill(ROBOTS)}/{robot}")
    return str(rule)


async def _now(things: Things) -> str:
    """The service's own time, to the second: when it issued a token."""
    shown = await things.stage.send(
        "GET", f"{V3}/auth/tokens", None, things.stage.admin, {"X-Subject-Token": await things.get("self_token")}
    )
    return str(shown.json()["token"]["issued_at"])[:19] + "Z"


async def _signed_for_ec2(things: Things) -> Any:
    """What the EC2 API sends on of a request signed with version 2."""
    made = (await things.answer("ec2"))["credential"]
    params = {"AWSAccessKeyId": made["access"], "SignatureMethod": "HmacSHA256", "SignatureVersion": "2"}
    params["Timestamp"] = await _now(things)
    text = "\n".join(("GET", "ec2.example", "/", urlencode(sorted(params.items()))))
    asked = {"host": "ec2.example", "verb": "GET", "path": "/", "params": params}
    return {"credentials": {"access": made["access"], **asked, "signature": _sign(made["secret"], text, "sha256")}}


async def _signed_for_s3(things: Things) -> Any:
    made = (await things.answer("ec2"))["credential"]
    text = "GET\n\n\n\n/bucket"
    token = base64.urlsafe_b64encode(text.encode()).decode()
    return {"credentials": {"access": made["access"], "token": token, "signature": _sign(made["secret"], text, "sha1")}}


def _sign(secret: str, text: str, algorithm: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), getattr(hashlib, algorithm)).digest()).decode()


WORKED_OUT: dict[str, Callable[[Things], Awaitable[Any]]] = {
    "self_token": _log_in,
    "free_rule": _free_rule,
    "signed_for_ec2": _signed_for_ec2,
    "signed_for_s3": _signed_for_s3,
}
