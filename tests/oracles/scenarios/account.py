"""A scenario's view of object storage: requests within one person's account, by that person if nothing else is said."""

from __future__ import annotations

from typing import Any

from ..script import Answer, Script


class Account:
    """`where` is what follows the account in a path: "", "container", "container/object?query", percent-encoded."""

    def __init__(self, script: Script, owner: str = "member") -> None:
        self.script = script
        self.owner = owner
        self.name = f"AUTH_{script.project_of(owner)}"
        self.path = f"/v1/{self.name}"

    def of(self, person: str) -> Account:
        """That person's account."""
        return Account(self.script, person)

    def at(self, where: str) -> str:
        return self.path + (f"/{where}" if where and not where.startswith("?") else where)

    def on_host(self, where: str) -> str:
        """The path that is signed: as one sees it who knows the service's URL."""
        return self.script.path_on_host(self.at(where))

    def send(self, method: str, where: str = "", *, by: str | None = "", **options: Any) -> Answer:
        return self.script.send(method, self.at(where), by=self.owner if by == "" else by, **options)

    def get(self, where: str = "", **options: Any) -> Answer:
        return self.send("GET", where, **options)

    def head(self, where: str = "", **options: Any) -> Answer:
        return self.send("HEAD", where, **options)

    def put(self, where: str = "", content: Any = None, **options: Any) -> Answer:
        return self.send("PUT", where, content=content, **options)

    def post(self, where: str = "", content: Any = None, **options: Any) -> Answer:
        return self.send("POST", where, content=content, **options)

    def delete(self, where: str = "", **options: Any) -> Answer:
        return self.send("DELETE", where, **options)

    def copy(self, where: str, to: str, **options: Any) -> Answer:
        headers = {"Destination": to} | options.pop("headers", {})
        return self.send("COPY", where, headers=headers, **options)
