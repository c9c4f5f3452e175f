"""What is known of a request before any service looks at it; lives in the ASGI scope under `KEY`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from altostratus.kernel.actor import Actor

KEY = "altostratus"


class Version(NamedTuple):
    """A microversion: 2.90 is Version(2, 90)."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


NO_VERSION = Version(0, 0)


@dataclass(slots=True)
class Context:
    """One request. `base_url` is the public URL of the cloud without a trailing slash; `client` the address that it
    came from; `asked` the headers that it came with, names in lower case, of repeated ones the last; `state` has what
    each service's handlers stand on, under its name; `head` says that a GET was asked for as HEAD."""

    request_id: str
    base_url: str
    service: str
    client: str = ""
    asked: Mapping[str, str] = field(default_factory=dict, repr=False)  # with tokens in it
    state: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor | None = None
    head: bool = False
    version: Version = NO_VERSION
    body: bytes | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, scope: Any) -> "Context":
        context: Context = scope[KEY]
        return context
