"""The whole of identity

Revision 0003, after 0002. Application credentials with access rules, limits, endpoint groups, what password rules need
to know of users, and revocation events, which revoked tokens become. A project or group may have no description, which
is not the same as an empty one; trusts are found by their end and by what they were passed on from.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from altostratus.kernel.db.schema import Instant, Json, Name

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _allow_no_description()
    _index("identity_trust", "expires_at", "redelegated_trust_id")
    _extend_users()
    _create_application_credentials()
    _create_limits()
    _create_endpoint_groups()
    _create_token_keys()
    _create_revocation_events()


def _id(name: str = "id", length: int = 64, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), **{"nullable": False, **options})


def _to(table: str, column: str, target: str, cascade: bool = True) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(name), ondelete="CASCADE" if cascade else None)


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _allow_no_description() -> None:
    for table in ("identity_project", "identity_group"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column("description", existing_type=sa.Text(), nullable=True)


def _extend_users() -> None:
    for name in ("password_changed_at", "created_at", "last_active_at", "failed_auth_at"):
        op.add_column("identity_user", sa.Column(name, Instant()))
    count = sa.Column("failed_auth_count", sa.Integer(), nullable=False, server_default="0")
    op.add_column("identity_user", count)
    table = "identity_password_history"
    op.create_table(
        table,
        _id("user_id"),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        _to(table, "user_id", "identity_user"),
        _primary(table, "user_id", "ordinal"),
    )


def _create_application_credentials() -> None:
    table = "identity_application_credential"
    op.create_table(
        table,
        _id(),
        sa.Column("name", Name(255), nullable=False),
        _id("user_id"),
        _id("project_id", nullable=True),
        sa.Column("secret_hash", sa.String(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("expires_at", Instant()),
        sa.Column("unrestricted", sa.Boolean()),
        _to(table, "user_id", "identity_user"),
        _to(table, "project_id", "identity_project"),
        _primary(table, "id"),
        _unique(table, "user_id", "name"),
    )
    _index(table, "project_id", "expires_at")
    _join("identity_application_credential_role", table, "role_id", "identity_role")
    rules = "identity_access_rule"
    op.create_table(
        rules,
        _id(),
        _id("user_id"),
        _id("service"),
        _id("method", 16),
        _id("path", 128),
        _to(rules, "user_id", "identity_user"),
        _primary(rules, "id"),
        _unique(rules, "user_id", "service", "method", "path"),
    )
    _join("identity_application_credential_rule", table, "access_rule_id", rules, cascade=False)
    _index("identity_application_credential_rule", "access_rule_id")


def _join(table: str, credentials: str, column: str, target: str, cascade: bool = True) -> None:
    op.create_table(
        table,
        _id("application_credential_id"),
        _id(column),
        _to(table, "application_credential_id", credentials),
        _to(table, column, target, cascade),
        _primary(table, "application_credential_id", column),
    )


def _create_limits() -> None:
    table = "identity_registered_limit"
    op.create_table(
        table,
        _id(),
        _id("service_id"),
        _id("region_id", 255, nullable=True),
        _id("region_scope", 255),
        sa.Column("resource_name", Name(255), nullable=False),
        sa.Column("default_limit", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text()),
        _primary(table, "id"),
        _unique(table, "service_id", "region_scope", "resource_name"),
    )
    _index(table, "region_id")
    limits = "identity_limit"
    op.create_table(
        limits,
        _id(),
        _id("registered_limit_id"),
        _id("project_id", nullable=True),
        _id("domain_id", nullable=True),
        _id("holder_id"),
        sa.Column("resource_limit", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text()),
        _to(limits, "registered_limit_id", table, cascade=False),
        _to(limits, "project_id", "identity_project"),
        _to(limits, "domain_id", "identity_project"),
        _primary(limits, "id"),
        _unique(limits, "registered_limit_id", "holder_id"),
    )
    _index(limits, "project_id", "domain_id")


def _create_endpoint_groups() -> None:
    groups = "identity_endpoint_group"
    op.create_table(
        groups,
        _id(),
        sa.Column("name", Name(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("filters", Json(), nullable=False),
        _primary(groups, "id"),
    )
    for table, column, target in (
        ("identity_project_endpoint", "endpoint_id", "identity_endpoint"),
        ("identity_project_endpoint_group", "endpoint_group_id", groups),
    ):
        op.create_table(
            table,
            _id("project_id"),
            _id(column),
            _to(table, "project_id", "identity_project"),
            _to(table, column, target),
            _primary(table, "project_id", column),
        )
        _index(table, column)


def _create_token_keys() -> None:
    number = sa.Column("number", sa.Integer(), nullable=False, autoincrement=False)
    table = "identity_token_key"
    columns = [sa.Column("key", sa.Text(), nullable=False), sa.Column("created_at", Instant(), nullable=False)]
    op.create_table(table, number, *columns, _primary(table, "number"))


def _create_revocation_events() -> None:
    table = "identity_revocation_event"
    named = [_id(name, nullable=True) for name in ("user_id", "project_id", "domain_id", "role_id", "trust_id")]
    times: list[sa.Column[Any]] = [
        sa.Column(name, Instant(), nullable=False) for name in ("issued_before", "revoked_at", "expires_at")
    ]
    audits = [_id(name, 32, nullable=True) for name in ("audit_id", "audit_chain_id")]
    op.create_table(table, _id(), *audits, *named, *times, _primary(table, "id"))
    _index(table, "audit_id", "audit_chain_id", "revoked_at", "expires_at")
    op.execute(
        "INSERT INTO identity_revocation_event (id, audit_id, issued_before, revoked_at, expires_at)"
        " SELECT audit_id, audit_id, expires_at, expires_at, expires_at FROM identity_revoked_token"
    )
    op.drop_table("identity_revoked_token")
