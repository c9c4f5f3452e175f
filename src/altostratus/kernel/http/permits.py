"""Whether an actor that is bound to certain requests may make this one: access rules of application credentials.

In a rule's path `*` and `{name}` stand for one segment, `**` for anything.
https://docs.openstack.org/keystone/latest/user/application_credentials.html#access-rules
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from altostratus.kernel.actor import Permit

_PARTS = re.compile(r"(?P<rest>\*\*)|(?P<segment>\*|\{[^{}]*\})|(?P<text>[^*{]+|\{)")


def is_permitted(permits: Iterable[Permit], service: str, method: str, paths: Iterable[str]) -> bool:
    """`paths`: the request's path as a client may name it, with and without the service's prefix. Anyone may look at a
    token, whatever the rules say: services do so to find the rules."""
    wanted = tuple(paths)
    if service == "identity" and method == "GET" and any(path.endswith("/v3/auth/tokens") for path in wanted):
        return True
    return any(
        (permit.service, permit.method) == (service, method) and any(_pattern(permit.path).fullmatch(p) for p in wanted)
        for permit in permits
    )


@lru_cache(maxsize=1024)
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("".join(_as_regex(part) for part in _PARTS.finditer(path)), re.DOTALL)


def _as_regex(part: re.Match[str]) -> str:
    return {"rest": ".*", "segment": "[^/]+"}.get(part.lastgroup or "") or re.escape(part[0])
