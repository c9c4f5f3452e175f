"""Takes out of requests and answers what differs from run to run: ids, times, tokens, addresses, made-up names.

What is known by name becomes `{name}`; the rest, by its form, `<form>`. The form of a time is kept, because
clients parse it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

Forms: TypeAlias = Sequence[tuple[re.Pattern[str], str]]

FORMS: Forms = (
    (re.compile(r"req-[0-9a-f-]{36}"), "<request id>"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<hex id>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash id>"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"), "<time with microseconds Z>"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"), "<time with microseconds>"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "<time Z>"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d"), "<time>"),
    (re.compile(r"\bgAAAA[\w=-]{60,}"), "<token>"),
    (re.compile(r"(?<![\w-])[\w-]{86}(?![\w-])"), "<secret>"),
)
# Of object storage, where hexadecimal words are hashes of what was sent, and so are the same each time.
OBJECT_FORMS: Forms = (
    (re.compile(r"\btx[0-9a-f]{21}-[0-9a-f]{10}"), "<request id>"),
    *(form for form in FORMS if form[1].startswith("<time")),
    (re.compile(r"\b\w{3}, \d\d \w{3} 20\d\d \d\d:\d\d:\d\d GMT"), "<time of HTTP>"),
    (re.compile(r"\b1\d{9}\.\d{5}\b"), "<seconds with five digits>"),
    (re.compile(r"\b1\d{9}\b"), "<seconds>"),
)
# Content hashes are facts about the content, not ids; these keys keep their values.
KEPT = {"checksum", "os_hash_value", "updated"}
# Ids of tokens, which only those have a name that a scenario looks at.
AUDIT = {"audit_ids", "audit_id", "audit_chain_id"}
# Kept from answers: what a client may act upon. The others belong to the server program, not to the API.
DROPPED_HEADERS = {"date", "server", "connection", "via", "transfer-encoding", "keep-alive"}


class Known:
    """The values of one run that have a name of their own."""

    def __init__(self, forms: Forms = FORMS) -> None:
        self._names: dict[str, str] = {}
        self._forms = forms

    def learn(self, value: str, name: str) -> None:
        """From now on `value` reads `{name}`; the first name of a value stays.

        Values too short to be one of a kind are left alone, as is the placeholder of a missing one.
        """
        if len(value) >= 8:
            self._names.setdefault(value, "{" + name + "}")

    def name_of(self, value: str) -> str | None:
        """What a known value reads."""
        return self._names.get(value)

    def text(self, text: str) -> str:
        """`text` with known values and known forms replaced, longest values first."""
        for value in sorted(self._names, key=len, reverse=True):
            text = text.replace(value, self._names[value])
        for form, name in self._forms:
            text = form.sub(name, text)
        return text

    def json(self, value: Json, key: str = "") -> Json:
        """A JSON value likewise, keys included."""
        if isinstance(value, dict):
            return {self.text(k): self.json(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.json(v, key) for v in value]
        if not isinstance(value, str) or key in KEPT:
            return value
        return self._names.get(value, "<audit id>") if key in AUDIT else self.text(value)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Names in lower case, sorted, without what belongs to the server program."""
        kept = {name.lower(): value for name, value in headers.items()}
        for name in DROPPED_HEADERS & set(kept):
            del kept[name]
        # The length of JSON depends on spacing and on the length of the address; that of data does not.
        if kept.get("content-length", "0") != "0" and kept.get("content-type") != "application/octet-stream":
            kept["content-length"] = "<length>"
        return {name: self._header(name, value) for name, value in sorted(kept.items())}

    def _header(self, name: str, value: str) -> str:
        if name in ("x-auth-token", "x-subject-token") and value:
            return self.text(value) if value in self._names else "<token>"
        if name == "content-md5":
            return value
        if name == "allow":
            return ", ".join(sorted(value.split(", ")))
        return self.text(value)
