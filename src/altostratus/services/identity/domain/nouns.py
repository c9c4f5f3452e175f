"""Identity's nouns as frozen values, one field a column."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Extra = Mapping[str, Any]
"""What clients said beyond the fields that the API names; kept and given back."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project, or a domain (`is_domain`; then it has no domain and no parent). `epoch` grows whenever the
    tokens scoped to it must end."""

    id: str
    name: str
    domain_id: str | None
    parent_id: str | None
    is_domain: bool
    enabled: bool
    description: str | None
    epoch: int
    options: Mapping[str, Any]
    extra: Extra

    @property
    def immutable(self) -> bool:
        return bool(self.options.get("immutable"))


@dataclass(frozen=True, slots=True)
class User:
    """A user. `epoch` grows whenever all of its tokens must end; `last_active_at` is of the day, not of the request;
    `password_changed_at` is None when an administrator has set the password."""

    id: str
    domain_id: str
    name: str
    enabled: bool
    default_project_id: str | None
    password_hash: str | None
    password_expires_at: datetime | None
    password_changed_at: datetime | None
    created_at: datetime | None
    last_active_at: datetime | None
    failed_auth_count: int
    failed_auth_at: datetime | None
    epoch: int
    options: Mapping[str, Any]
    extra: Extra


@dataclass(frozen=True, slots=True)
class Group:
    """Users of one domain who are granted roles together."""

    id: str
    domain_id: str
    name: str
    description: str | None
    extra: Extra


@dataclass(frozen=True, slots=True)
class Role:
    """A role; of one domain, or (domain_id None) of the whole cloud."""

    id: str
    name: str
    domain_id: str | None
    description: str | None
    options: Mapping[str, Any]
    extra: Extra

    @property
    def immutable(self) -> bool:
        return bool(self.options.get("immutable"))


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role granted to a user or group on a project, a domain or the system ('system', 'all')."""

    actor_kind: str
    actor_id: str
    target_kind: str
    target_id: str
    role_id: str
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    id: str
    description: str
    parent_region_id: str | None
    extra: Extra


@dataclass(frozen=True, slots=True)
class CatalogService:
    id: str
    type: str
    name: str | None
    enabled: bool
    extra: Extra


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service is; `url` may hold $(project_id)s."""

    id: str
    service_id: str
    region_id: str | None
    interface: str
    url: str
    enabled: bool
    extra: Extra


@dataclass(frozen=True, slots=True)
class Credential:
    """A user's secret for another service; `blob` is encrypted with the master key."""

    id: str
    user_id: str
    project_id: str | None
    type: str
    blob: str
    extra: Extra


@dataclass(frozen=True, slots=True)
class Trust:
    """A trustor lets a trustee act with some of the trustor's roles in a project."""

    id: str
    trustor_user_id: str
    trustee_user_id: str
    project_id: str | None
    impersonation: bool
    expires_at: datetime | None
    remaining_uses: int | None
    redelegation_count: int
    redelegated_trust_id: str | None
    deleted_at: datetime | None
    extra: Extra


@dataclass(frozen=True, slots=True)
class ApplicationCredential:
    """A secret with which a program acts as its user in one project, with some of the user's roles; or, made with a
    token of no scope, in no project and without roles. An unrestricted one may make and delete others of its kind;
    `unrestricted` is None where nothing was said of it."""

    id: str
    name: str
    user_id: str
    project_id: str | None
    secret_hash: str
    description: str | None
    expires_at: datetime | None
    unrestricted: bool | None


@dataclass(frozen=True, slots=True)
class AccessRule:
    """What an application credential may be used for: a method and a path of a service; a user's, to be used again."""

    id: str
    user_id: str
    service: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class RegisteredLimit:
    """How much of something of a service anyone may have, unless a limit says otherwise; of one region or of all."""

    id: str
    service_id: str
    region_id: str | None
    resource_name: str
    default_limit: int
    description: str | None


@dataclass(frozen=True, slots=True)
class Limit:
    """How much one project or domain may have."""

    id: str
    registered_limit_id: str
    project_id: str | None
    domain_id: str | None
    resource_limit: int
    description: str | None


@dataclass(frozen=True, slots=True)
class EndpointGroup:
    """The endpoints that fit all of `filters` (service_id, region_id, interface)."""

    id: str
    name: str
    description: str | None
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RevocationEvent:
    """Tokens that it fits, issued before, have ended."""

    id: str
    audit_id: str | None
    audit_chain_id: str | None
    user_id: str | None
    project_id: str | None
    domain_id: str | None
    role_id: str | None
    trust_id: str | None
    issued_before: datetime
    revoked_at: datetime
    expires_at: datetime
