"""Says where our answers differ from the real service's, and which of the differences are allowed.

Compared are the status, the headers a client acts upon, and the body: keys, types, null or not, the form of
times, and values, which are equal after normalisation because the requests were. Not compared: the words of
error messages, headers we add, the order of Keystone's lists. A list that shows everything a cloud has
(`loose`, and each catalog) is compared by the shape of its elements. Where the real service breaks (5xx),
ours must only not break.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeAlias

ALLOWED = Path(__file__).parent / "allowed.toml"
VALUES = ("allow", "content-md5", "content-range", "location", "vary", "www-authenticate", "x-subject-token")
FACTS = ("x-account-", "x-container-", "x-object-", "x-copied-", "x-delete-", "x-static-", "x-symlink-", "x-history-")
FACTS += ("x-versions-", "access-control-", "content-disposition", "content-encoding", "content-range", "etag")
PRESENT = ("x-trans-id", "x-openstack-request-id", "x-storage-policy")
WORDS = ("message", "Response Body")
LOOSE_KEYS = {"catalog"}
ABSENT = "<absent>"
BREAKS = "an error inside the real service; ours should refuse"


@dataclass(frozen=True)
class Difference:
    """One difference at one step; `where` is `status`, `header <name>` or `body<path>`."""

    service: str
    scenario: str
    step: int
    request: str
    where: str
    real: str
    ours: str

    def __str__(self) -> str:
        place = f"{self.service}: {self.scenario}, step {self.step + 1}: {self.request}"
        return f"{place}\n    {self.where}: really {self.real}\n    {' ' * len(self.where)}  ours   {self.ours}"


@dataclass(frozen=True)
class Allowed:
    """Differences that are meant; each field but the reason is a pattern with `*`."""

    reason: str
    service: str = "*"
    scenario: str = "*"
    request: str = "*"
    where: str = "*"
    real: str = "*"
    ours: str = "*"

    def covers(self, found: Difference) -> bool:
        names = ("service", "scenario", "request", "where", "real", "ours")
        return all(fnmatchcase(getattr(found, name), _pattern(getattr(self, name))) for name in names)


def allowed(listed: Path = ALLOWED) -> list[Allowed]:
    """The list of allowed differences, from `allowed.toml`."""
    return [Allowed(**entry) for entry in tomllib.loads(listed.read_text()).get("allowed", [])]


def unexplained(found: list[Difference], entries: list[Allowed]) -> list[Difference]:
    return [one for one in found if not any(entry.covers(one) for entry in entries)]


def differences(
    service: str, scenario: str, real: list[dict[str, Any]], ours: list[dict[str, Any]]
) -> list[Difference]:
    """All differences between two runs of one scenario."""
    found = []
    for number, (theirs, mine) in enumerate(zip(real, ours, strict=True)):
        asked = theirs["request"]
        request = f"{asked['method']} {asked['path']} by {asked['by']}"
        for where, expected, got in _step(service, theirs, mine["response"]):
            found.append(Difference(service, scenario, number, request, where, _show(expected), _show(got)))
    return found


Found: TypeAlias = Iterator[tuple[str, Any, Any]]


def _step(service: str, step: dict[str, Any], ours: dict[str, Any]) -> Found:
    real = step["response"]
    if real["status"] >= 500:
        if ours["status"] >= 500:
            yield "status", BREAKS, ours["status"]
        return
    if real["status"] != ours["status"]:
        yield "status", _brief(real), _brief(ours)
        return
    if service == "object-store":
        yield from _headers_of_objects(real["headers"], ours["headers"])
        yield from _values("body", real["body"], ours["body"], ordered=True, loose=step["loose"])
        return
    yield from _headers(real["headers"], ours["headers"])
    if "html" in real["headers"].get("content-type", ""):
        yield from _titles(real["body"], ours)
    elif _media(real["headers"]) == _media(ours["headers"]):
        yield from _values("body", real["body"], ours["body"], ordered=service == "image", loose=step["loose"])


def _headers(real: dict[str, str], ours: dict[str, str]) -> Found:
    for name, value in real.items():
        got = ours.get(name, ABSENT)
        if name == "content-length":
            if value.isdigit() and value != "0" and value != got:
                yield f"header {name}", value, got
        elif name == "content-type":
            if _media(real) != _media(ours):
                yield f"header {name}", value, got
        elif got == ABSENT or (name in VALUES and _words(name, value) != _words(name, got)):
            yield f"header {name}", value, got


def _headers_of_objects(real: dict[str, str], ours: dict[str, str]) -> Found:
    """All that Swift says, with its value; and none of its kinds that it does not say, such as removed metadata."""
    for name in sorted(real.keys() | {name for name in ours if name.startswith(FACTS)}):
        there, here = real.get(name, ABSENT), ours.get(name, ABSENT)
        if name == "content-length" and there == "0":
            continue
        if there != here and (ABSENT in (there, here) or name not in PRESENT):
            yield f"header {name}", there, here


def _media(headers: dict[str, str]) -> str:
    return headers.get("content-type", ABSENT).partition(";")[0].strip().lower()


def _words(name: str, value: str) -> object:
    listed = name in ("allow", "vary")
    return {word.strip().lower() for word in value.split(",")} if listed else value


def _titles(real: str, ours: dict[str, Any]) -> Found:
    """Of a page, only its title; where ours is no page, the content type says so already."""
    if "html" in ours["headers"].get("content-type", "") and _title(real) != _title(ours["body"]):
        yield "body title", _title(real), _title(ours["body"])


def _title(page: object) -> str:
    found = re.search(r"<title>(.*?)</title>", str(page))
    return found[1] if found else ABSENT


def _values(where: str, real: Any, ours: Any, *, ordered: bool, loose: bool) -> Found:
    if loose:
        yield from _shapes(where, [real], [ours])
    elif isinstance(real, dict) and isinstance(ours, dict):
        for key in sorted(real.keys() | ours.keys()):
            there, here = real.get(key, ABSENT), ours.get(key, ABSENT)
            if ABSENT in (_plain(there), _plain(here)):
                yield f"{where}.{key}", there, here
            elif not (key in WORDS and isinstance(here, str)):
                yield from _values(f"{where}.{key}", there, here, ordered=ordered, loose=key in LOOSE_KEYS)
    elif isinstance(real, list) and isinstance(ours, list):
        yield from _lists(where, real, ours, ordered)
    elif type(real) is not type(ours) or real != ours:
        yield where, real, ours


def _lists(where: str, real: list[Any], ours: list[Any], ordered: bool) -> Found:
    if len(real) != len(ours):
        yield f"{where} (length)", len(real), len(ours)
        return
    if not ordered or not all(isinstance(item, dict) for item in real):
        real, ours = sorted(real, key=_show), sorted(ours, key=_show)
    for number, (there, here) in enumerate(zip(real, ours, strict=True)):
        yield from _values(f"{where}[{number}]", there, here, ordered=ordered, loose=False)


def _shapes(where: str, real: list[Any], ours: list[Any]) -> Found:
    """Elements of ours against all elements of the real list: keys, and kinds of value at each key."""
    if not real or not ours:
        if real:
            yield where, f"{len(real)} elements", "none"
        return
    strange = {_kind(item) for item in ours} - {_kind(item) for item in real}
    if strange:
        yield f"{where} (kind)", sorted({_kind(item) for item in real}), sorted(strange)
    there, here = ([item for item in items if isinstance(item, dict)] for items in (real, ours))
    if there and here:
        yield from _keys(where, there, here)
    lists = ([part for item in items if isinstance(item, list) for part in item] for items in (real, ours))
    yield from _shapes(f"{where}[]", *lists)


def _keys(where: str, real: list[dict[str, Any]], ours: list[dict[str, Any]]) -> Found:
    required = set.intersection(*(set(item) for item in real))
    known = set().union(*real)
    for item in ours:
        if missing := required - set(item):
            yield f"{where} (keys)", sorted(missing), ABSENT
        if extra := set(item) - known:
            yield f"{where} (keys)", ABSENT, sorted(extra)
    for key in sorted(known):
        there, here = ([item[key] for item in items if key in item] for items in (real, ours))
        if here:
            yield from _shapes(f"{where}.{key}", there, here)


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return value if value.startswith("<time") else "text"
    return {dict: "object", list: "list", bool: "boolean", type(None): "null"}.get(type(value), "number")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _brief(response: dict[str, Any]) -> str:
    return f"{response['status']} {_show(response['body'])}"


def _show(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) < 300 else text[:300] + "…"


def _pattern(text: str) -> str:
    """A pattern in which only `*` is special."""
    return text.replace("[", "[[]").replace("?", "[?]")
