"""A place where roles are granted: to a user or group, on a project, a domain or the system; and what granted roles
come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """`actor_kind` is 'user' or 'group'; `target_kind` 'project', 'domain' or 'system' (its id is 'all'). What is
    granted as `inherited` counts on the projects beneath, not on the target itself."""

    actor_kind: str
    actor_id: str
    target_kind: str
    target_id: str
    inherited: bool = False

    def rule(self, verb: str) -> str:
        """The policy rule for 'list', 'check', 'create' or 'revoke' here."""
        noun = "grants" if verb == "list" else "grant"
        on_system = self.target_kind == "system"
        return f"identity:{verb}_system_{noun}_for_{self.actor_kind}" if on_system else f"identity:{verb}_{noun}"


def chains(role_id: str, implied: Mapping[str, Sequence[str]]) -> list[tuple[str, str | None]]:
    """The role, and every role that it comes to with the one that implies it there; each such pair once, however the
    rules go round."""
    found: list[tuple[str, str | None]] = [(role_id, None)]
    for prior, _ in found:
        found.extend(pair for role in implied.get(prior, ()) if (pair := (role, prior)) not in found)
    return found
