"""A place where roles are granted: to a user or group, on a project, a domain or the system."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """`actor_kind` is 'user' or 'group'; `target_kind` 'project', 'domain' or 'system' (its id is 'all')."""

    actor_kind: str
    actor_id: str
    target_kind: str
    target_id: str

    def rule(self, verb: str) -> str:
        """The policy rule for 'list', 'check', 'create' or 'revoke' here."""
        noun = "grants" if verb == "list" else "grant"
        on_system = self.target_kind == "system"
        return f"identity:{verb}_system_{noun}_for_{self.actor_kind}" if on_system else f"identity:{verb}_{noun}"
