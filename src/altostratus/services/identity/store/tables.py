"""Identity's tables. A domain is a project with `is_domain`, as in Keystone, so that both share ids, roles and
tokens. `name_scope` is what a name must be unique in: the domain's id, or '' for what belongs to no domain."""

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from altostratus.kernel.db.schema import Instant, Json, Name, metadata


def _id(name: str = "id", length: int = 64) -> Column[Any]:
    return Column(name, String(length), primary_key=True)


def _reference(name: str, target: str, **options: Any) -> Column[Any]:
    return Column(name, String(64), ForeignKey(target, ondelete="CASCADE"), **options)


def _extra() -> Column[Any]:
    return Column("extra", Json(), nullable=False)


project = Table(
    "identity_project",
    metadata,
    _id(),
    Column("name", Name(64), nullable=False),
    Column("name_scope", String(64), nullable=False),
    Column("domain_id", String(64), ForeignKey("identity_project.id"), index=True),
    Column("parent_id", String(64), ForeignKey("identity_project.id"), index=True),
    Column("is_domain", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("description", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("options", Json(), nullable=False),
    _extra(),
    Unique("name_scope", "name"),
)

project_tag = Table(
    "identity_project_tag",
    metadata,
    _reference("project_id", "identity_project.id", nullable=False),
    Column("name", Name(255), nullable=False),
    PrimaryKeyConstraint("project_id", "name"),
)

user = Table(
    "identity_user",
    metadata,
    _id(),
    _reference("domain_id", "identity_project.id", nullable=False),
    Column("name", Name(255), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("default_project_id", String(64), index=True),
    Column("password_hash", String(255)),
    Column("password_expires_at", Instant),
    Column("epoch", Integer, nullable=False),
    Column("options", Json(), nullable=False),
    _extra(),
    Unique("domain_id", "name"),
)

group = Table(
    "identity_group",
    metadata,
    _id(),
    _reference("domain_id", "identity_project.id", nullable=False),
    Column("name", Name(255), nullable=False),
    Column("description", Text, nullable=False),
    _extra(),
    Unique("domain_id", "name"),
)

membership = Table(
    "identity_membership",
    metadata,
    _reference("user_id", "identity_user.id", nullable=False),
    _reference("group_id", "identity_group.id", nullable=False, index=True),
    PrimaryKeyConstraint("user_id", "group_id"),
)

role = Table(
    "identity_role",
    metadata,
    _id(),
    Column("name", Name(255), nullable=False),
    Column("name_scope", String(64), nullable=False),
    _reference("domain_id", "identity_project.id"),
    Column("description", Text),
    Column("options", Json(), nullable=False),
    _extra(),
    Unique("name_scope", "name"),
)

implied_role = Table(
    "identity_implied_role",
    metadata,
    _reference("prior_role_id", "identity_role.id", nullable=False),
    _reference("implied_role_id", "identity_role.id", nullable=False),
    PrimaryKeyConstraint("prior_role_id", "implied_role_id"),
)

assignment = Table(
    "identity_assignment",
    metadata,
    Column("actor_kind", String(8), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("target_kind", String(8), nullable=False),
    Column("target_id", String(64), nullable=False),
    _reference("role_id", "identity_role.id", nullable=False, index=True),
    Column("inherited", Boolean, nullable=False),
    PrimaryKeyConstraint("actor_kind", "actor_id", "target_kind", "target_id", "role_id", "inherited"),
    Index(None, "target_kind", "target_id"),
)

region = Table(
    "identity_region",
    metadata,
    _id(length=255),
    Column("description", Text, nullable=False),
    Column("parent_region_id", String(255), ForeignKey("identity_region.id")),
    _extra(),
)

service = Table(
    "identity_service",
    metadata,
    _id(),
    Column("type", Name(255), nullable=False),
    Column("name", Name(255)),
    Column("enabled", Boolean, nullable=False),
    _extra(),
)

endpoint = Table(
    "identity_endpoint",
    metadata,
    _id(),
    _reference("service_id", "identity_service.id", nullable=False, index=True),
    Column("region_id", String(255), ForeignKey("identity_region.id"), index=True),
    Column("interface", String(8), nullable=False),
    Column("url", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    _extra(),
)

credential = Table(
    "identity_credential",
    metadata,
    _id(),
    Column("user_id", String(64), nullable=False, index=True),
    Column("project_id", String(64), index=True),
    Column("type", String(255), nullable=False),
    Column("blob", Text, nullable=False),
    _extra(),
)

trust = Table(
    "identity_trust",
    metadata,
    _id(),
    _reference("trustor_user_id", "identity_user.id", nullable=False, index=True),
    _reference("trustee_user_id", "identity_user.id", nullable=False, index=True),
    _reference("project_id", "identity_project.id", index=True),
    Column("impersonation", Boolean, nullable=False),
    Column("expires_at", Instant),
    Column("remaining_uses", Integer),
    Column("redelegation_count", Integer, nullable=False),
    Column("redelegated_trust_id", String(64)),
    Column("deleted_at", Instant),
    _extra(),
)

trust_role = Table(
    "identity_trust_role",
    metadata,
    _reference("trust_id", "identity_trust.id", nullable=False),
    _reference("role_id", "identity_role.id", nullable=False),
    PrimaryKeyConstraint("trust_id", "role_id"),
)

revoked_token = Table(
    "identity_revoked_token",
    metadata,
    _id("audit_id", 32),
    Column("expires_at", Instant, nullable=False, index=True),
)
