"""Volumes

Revision 0004, after 0003. Volumes, snapshots and attachments; and whether an operator has seen to it that nothing runs
on a host any more, which is what frees its volumes while it does not answer.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from altostratus.kernel.db.schema import Instant, Json, Name

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("compute_host", sa.Column("forced_down", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "volume",
        *_described("volume"),
        sa.Column("availability_zone", sa.String(255), nullable=False),
        sa.Column("bootable", sa.Boolean(), nullable=False),
        sa.Column("readonly", sa.Boolean(), nullable=False),
        sa.Column("image_id", sa.String(36)),
        sa.Column("snapshot_id", sa.String(36)),
        sa.Column("source_volume_id", sa.String(36)),
        sa.Column("image_metadata", Json(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("observed_generation", sa.Integer(), nullable=False),
        sa.Column("stored_size", sa.Integer(), nullable=False),
        *_observed(),
    )
    op.create_index("ix_volume_project", "volume", ["project_id", "created_at", "id"])
    op.create_table(
        "volume_snapshot",
        *_described("volume_snapshot"),
        sa.Column("volume_id", sa.String(36), nullable=False),
        *_observed(),
        _to_volume("volume_snapshot"),
    )
    op.create_index("ix_volume_snapshot_project", "volume_snapshot", ["project_id", "created_at", "id"])
    op.create_index(op.f("ix_volume_snapshot_volume_id"), "volume_snapshot", ["volume_id"])
    _create_attachments()


def _described(table: str) -> list[Any]:
    return [
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("name", Name(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("metadata", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _observed() -> list[Any]:
    return [
        sa.Column("fault", sa.Text()),
        sa.Column("fault_at", Instant()),
        sa.Column("forced_status", sa.String(32)),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("launched_at", Instant()),
        sa.Column("deleted_at", Instant()),
    ]


def _to_volume(table: str) -> Any:
    return sa.ForeignKeyConstraint(["volume_id"], ["volume.id"], name=op.f(f"fk_{table}_volume_id_volume"))


def _create_attachments() -> None:
    op.create_table(
        "volume_attachment",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("volume_id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("instance_id", sa.String(64)),
        sa.Column("host_name", Name()),
        sa.Column("device", Name(), nullable=False),
        sa.Column("readonly", sa.Boolean(), nullable=False),
        sa.Column("boot_index", sa.Integer()),
        sa.Column("delete_on_termination", sa.Boolean(), nullable=False),
        sa.Column("tag", Name()),
        sa.Column("connector", Json()),
        sa.Column("host_id", sa.String(36)),
        sa.Column("source", Json()),
        sa.Column("attached_at", Instant()),
        sa.Column("detach_asked_at", Instant()),
        sa.Column("released_at", Instant()),
        sa.Column("terminated", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_attachment")),
        _to_volume("volume_attachment"),
        sa.UniqueConstraint("volume_id", name=op.f("uq_volume_attachment_volume_id")),
        sa.UniqueConstraint("owner", "device", name=op.f("uq_volume_attachment_owner_device")),
    )
