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
    Column("description", Text),
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
    Column("password_changed_at", Instant),
    Column("created_at", Instant),
    Column("last_active_at", Instant),
    Column("failed_auth_count", Integer, nullable=False, server_default="0"),
    Column("failed_auth_at", Instant),
    Column("epoch", Integer, nullable=False),
    Column("options", Json(), nullable=False),
    _extra(),
    Unique("domain_id", "name"),
)

password_history = Table(
    "identity_password_history",
    metadata,
    _reference("user_id", "identity_user.id", nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("password_hash", String(255), nullable=False),
    PrimaryKeyConstraint("user_id", "ordinal"),
)

group = Table(
    "identity_group",
    metadata,
    _id(),
    _reference("domain_id", "identity_project.id", nullable=False),
    Column("name", Name(255), nullable=False),
    Column("description", Text),
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
    Column("expires_at", Instant, index=True),
    Column("remaining_uses", Integer),
    Column("redelegation_count", Integer, nullable=False),
    Column("redelegated_trust_id", String(64), index=True),
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

application_credential = Table(
    "identity_application_credential",
    metadata,
    _id(),
    Column("name", Name(255), nullable=False),
    _reference("user_id", "identity_user.id", nullable=False),
    _reference("project_id", "identity_project.id", index=True),
    Column("secret_hash", String(255), nullable=False),
    Column("description", Text),
    Column("expires_at", Instant, index=True),
    Column("unrestricted", Boolean),
    Unique("user_id", "name"),
)

application_credential_role = Table(
    "identity_application_credential_role",
    metadata,
    _reference("application_credential_id", "identity_application_credential.id", nullable=False),
    _reference("role_id", "identity_role.id", nullable=False),
    PrimaryKeyConstraint("application_credential_id", "role_id"),
)

access_rule = Table(
    "identity_access_rule",
    metadata,
    _id(),
    _reference("user_id", "identity_user.id", nullable=False),
    Column("service", String(64), nullable=False),
    Column("method", String(16), nullable=False),
    Column("path", String(128), nullable=False),
    Unique("user_id", "service", "method", "path"),
)

application_credential_rule = Table(
    "identity_application_credential_rule",
    metadata,
    _reference("application_credential_id", "identity_application_credential.id", nullable=False),
    Column("access_rule_id", String(64), ForeignKey("identity_access_rule.id"), nullable=False, index=True),
    PrimaryKeyConstraint("application_credential_id", "access_rule_id"),
)

registered_limit = Table(
    "identity_registered_limit",
    metadata,
    _id(),
    Column("service_id", String(64), nullable=False),
    Column("region_id", String(255), index=True),
    Column("region_scope", String(255), nullable=False),
    Column("resource_name", Name(255), nullable=False),
    Column("default_limit", Integer, nullable=False),
    Column("description", Text),
    Unique("service_id", "region_scope", "resource_name"),
)
"""`region_scope` is the region's id, or '' for a limit of every region: NULLs are never equal. A registered limit
outlives its service and region, as in Keystone."""

limit = Table(
    "identity_limit",
    metadata,
    _id(),
    Column("registered_limit_id", String(64), ForeignKey("identity_registered_limit.id"), nullable=False),
    _reference("project_id", "identity_project.id", index=True),
    _reference("domain_id", "identity_project.id", index=True),
    Column("holder_id", String(64), nullable=False),
    Column("resource_limit", Integer, nullable=False),
    Column("description", Text),
    Unique("registered_limit_id", "holder_id"),
)
"""`holder_id` is that of the project or domain that it holds for."""

endpoint_group = Table(
    "identity_endpoint_group",
    metadata,
    _id(),
    Column("name", Name(255), nullable=False),
    Column("description", Text),
    Column("filters", Json(), nullable=False),
)

project_endpoint = Table(
    "identity_project_endpoint",
    metadata,
    _reference("project_id", "identity_project.id", nullable=False),
    _reference("endpoint_id", "identity_endpoint.id", nullable=False, index=True),
    PrimaryKeyConstraint("project_id", "endpoint_id"),
)

project_endpoint_group = Table(
    "identity_project_endpoint_group",
    metadata,
    _reference("project_id", "identity_project.id", nullable=False),
    _reference("endpoint_group_id", "identity_endpoint_group.id", nullable=False, index=True),
    PrimaryKeyConstraint("project_id", "endpoint_group_id"),
)

token_key = Table(
    "identity_token_key",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

revocation_event = Table(
    "identity_revocation_event",
    metadata,
    _id(),
    Column("audit_id", String(32), index=True),
    Column("audit_chain_id", String(32), index=True),
    Column("user_id", String(64)),
    Column("project_id", String(64)),
    Column("domain_id", String(64)),
    Column("role_id", String(64)),
    Column("trust_id", String(64)),
    Column("issued_before", Instant, nullable=False),
    Column("revoked_at", Instant, nullable=False, index=True),
    Column("expires_at", Instant, nullable=False, index=True),
)
"""Why tokens ended before their time, for who validates tokens on their own. Those with an audit id end it here too;
the others only tell what has ended by an epoch or a row that is gone."""
