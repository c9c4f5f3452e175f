"""Whether an actor that is bound to certain requests may make this one: access rules of application credentials.

In a rule's path `*` and `{name}` stand for one segment, `**` for anything. Anybody may write rules, so they do not
become regular expressions: such a one may take for ever.
https://docs.openstack.org/keystone/latest/user/application_credentials.html#access-rules
"""

import re
from collections.abc import Iterable, Mapping

from altostratus.kernel.actor import Permit

_PARTS = re.compile(r"(?P<rest>\*\*)|(?P<segment>\*|\{[^{}]*\})|(?P<text>[^*{]+|\{)")
_SLASHES = re.compile("//+")
_TOKENS = "/v3/auth/tokens"
LONGEST = 2048
"""Characters in a path that any rule may fit."""


def is_permitted(permits: Iterable[Permit], service: str, method: str, paths: Iterable[str]) -> bool:
    """`paths`: the request's path as a client may name it, with and without the service's prefix. Anyone may look at a
    token, whatever the rules say: services do so to find the rules."""
    wanted = [_routed(path) for path in paths if len(path) <= LONGEST]
    if (service, method) == ("identity", "GET") and _TOKENS in wanted:
        return True
    rules = [_routed(permit.path) for permit in permits if (permit.service, permit.method) == (service, method)]
    return any(_fits_any(rules, path) for path in wanted)


def _routed(path: str) -> str:
    """As requests are routed: '//' is '/', and a slash at the end is none."""
    return _SLASHES.sub("/", path).rstrip("/") or "/"


def _fits_any(rules: Iterable[str], path: str) -> bool:
    places: dict[str, int] = {}
    for place, character in enumerate(path):
        places[character] = places.get(character, 0) | 1 << place
    return any(_fits(rule, places, len(path)) for rule in rules)


def _fits(rule: str, places: Mapping[str, int], length: int) -> bool:
    """Goes through the rule once. Bits of numbers are places in the path: those that the rule may have come to, in
    `places` those of each character."""
    everywhere = (1 << length + 1) - 1
    inside = everywhere >> 1 & ~places.get("/", 0)
    reached = 1
    for part in _PARTS.finditer(rule):
        if part["rest"]:
            reached = everywhere & -(reached & -reached)  # from the first of them on
        elif part["segment"]:
            reached = (reached & inside) << 1
            reached |= (reached & inside) + inside ^ inside  # a carry runs to the end of the segment
        else:
            for character in part["text"]:
                reached = (reached & places.get(character, 0)) << 1
    return bool(reached >> length)
