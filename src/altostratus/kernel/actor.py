"""Who is asking: the frozen result of validating a token, and what policy and events read of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Permit(NamedTuple):
    """A request that an actor may make at all: a method and a path pattern of a service, as in an access rule."""

    service: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A user in a scope. Exactly one of project_id, domain_id and system is set, or none (unscoped). `permits` None
    allows every request; `delegated`: it acts by a trust, an application credential or a signature; `restricted`: by
    an application credential that must not make others; `signed`: by the signature of a request to another service;
    `application_credential_id`: that it logged in with; `trust_id`: that it acts by."""

    user_id: str
    user_name: str = ""
    user_domain_id: str = "default"
    user_domain_name: str = "Default"
    project_id: str | None = None
    project_name: str | None = None
    project_domain_id: str | None = None
    project_domain_name: str | None = None
    domain_id: str | None = None
    domain_name: str | None = None
    system: bool = False
    roles: frozenset[str] = frozenset()
    token_expires: datetime | None = None
    audit_id: str = ""
    permits: tuple[Permit, ...] | None = None
    delegated: bool = False
    restricted: bool = False
    signed: bool = False
    application_credential_id: str | None = None
    trust_id: str | None = None
    credentials: dict[str, Any] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "credentials", self._credentials())

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles

    @property
    def project(self) -> str:
        """The project of a project-scoped actor, '' otherwise: never equal to a resource's owner."""
        return self.project_id or ""

    def _credentials(self) -> dict[str, Any]:
        """What oslo.policy rules read (oslo.context's to_policy_values). What is None is left out: rules compare
        texts, and an actor without a project would own every resource without one."""
        values = {
            "user_id": self.user_id,
            "user_domain_id": self.user_domain_id,
            "project_id": self.project_id,
            "project_domain_id": self.project_domain_id,
            "tenant": self.project_id,
            "domain_id": self.domain_id,
            "system_scope": "all" if self.system else None,
            "system": self.system,
            "roles": sorted(self.roles),
            "is_admin": self.is_admin,
            "is_admin_project": True,
            "service_roles": [],
        }
        return {name: value for name, value in values.items() if value is not None}


SYSTEM = Actor(user_id="system", user_name="altostratus", system=True, roles=frozenset({"admin"}))
"""The cloud itself, where it acts on nobody's behalf."""
