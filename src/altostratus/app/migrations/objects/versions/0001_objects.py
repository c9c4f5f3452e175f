"""Accounts, containers, objects and the blobs that they are made of.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "objectstore_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column(
            "name",
            sa.String(length=255).with_variant(sa.String(length=255, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("meta", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("settings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("containers", sa.BigInteger(), nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objectstore_account")),
        sa.UniqueConstraint("name", name=op.f("uq_objectstore_account_name")),
    )
    op.create_table(
        "objectstore_blob",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sums", sa.LargeBinary(), nullable=False),
        sa.Column("pack", sa.String(length=32), nullable=True),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("damaged", sa.Boolean(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("tags", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objectstore_blob")),
    )
    op.create_index(
        "ix_objectstore_blob_encrypted",
        "objectstore_blob",
        ["id"],
        unique=False,
        sqlite_where=sa.text('"key" IS NOT NULL'),
        postgresql_where=sa.text('"key" IS NOT NULL'),
    )
    op.create_index(
        "ix_objectstore_blob_fresh",
        "objectstore_blob",
        ["id"],
        unique=False,
        sqlite_where=sa.text("data IS NOT NULL"),
        postgresql_where=sa.text("data IS NOT NULL"),
    )
    op.create_index(op.f("ix_objectstore_blob_checked_at"), "objectstore_blob", ["checked_at"], unique=False)
    op.create_index(
        op.f("ix_objectstore_blob_pack_objectstore_blob_offset"), "objectstore_blob", ["pack", "offset"], unique=False
    )
    op.create_table(
        "objectstore_garbage",
        sa.Column("blob_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("blob_id", name=op.f("pk_objectstore_garbage")),
    )
    op.create_index(op.f("ix_objectstore_garbage_since"), "objectstore_garbage", ["since"], unique=False)
    op.create_table(
        "objectstore_usage_delta",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("containers", sa.BigInteger(), nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objectstore_usage_delta")),
    )
    op.create_index(
        op.f("ix_objectstore_usage_delta_account_id"), "objectstore_usage_delta", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_objectstore_usage_delta_container_id"), "objectstore_usage_delta", ["container_id"], unique=False
    )
    op.create_table(
        "objectstore_container",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "name",
            sa.String(length=256).with_variant(sa.String(length=256, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "bucket",
            sa.String(length=63).with_variant(sa.String(length=63, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("meta", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("settings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("versioning", sa.String(length=16), nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["objectstore_account.id"],
            name=op.f("fk_objectstore_container_account_id_objectstore_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objectstore_container")),
    )
    op.create_index(
        op.f("ix_objectstore_container_account_id_objectstore_container_name"),
        "objectstore_container",
        ["account_id", "name"],
        unique=True,
    )
    op.create_index(op.f("ix_objectstore_container_bucket"), "objectstore_container", ["bucket"], unique=True)
    op.create_table(
        "objectstore_object",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "name",
            sa.String(length=1024).with_variant(sa.String(length=1024, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("versioned", sa.Boolean(), nullable=False),
        sa.Column("marker", sa.Boolean(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.String(length=80), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("blob_id", sa.String(length=32), nullable=True),
        sa.Column("meta", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("system", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("origin", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["blob_id"], ["objectstore_blob.id"], name=op.f("fk_objectstore_object_blob_id_objectstore_blob")
        ),
        sa.ForeignKeyConstraint(
            ["container_id"],
            ["objectstore_container.id"],
            name=op.f("fk_objectstore_object_container_id_objectstore_container"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objectstore_object")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_objectstore_object_blob_id", "objectstore_object", ["blob_id"], unique=False)
    op.create_index(
        "ix_objectstore_object_expires_at",
        "objectstore_object",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("expires_at IS NOT NULL"),
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_index(
        "ix_objectstore_object_origin",
        "objectstore_object",
        ["origin"],
        unique=False,
        sqlite_where=sa.text("latest = 1 AND origin IS NOT NULL"),
        postgresql_where=sa.text("latest AND origin IS NOT NULL"),
    )
    op.create_index(
        "ix_objectstore_object_versions",
        "objectstore_object",
        ["container_id", "name", sa.text("id DESC")],
        unique=False,
        sqlite_where=sa.text("latest = 0"),
        postgresql_where=sa.text("NOT latest"),
    )
    op.create_index(
        "uq_objectstore_object_latest",
        "objectstore_object",
        ["container_id", "name"],
        unique=True,
        sqlite_where=sa.text("latest = 1"),
        postgresql_where=sa.text("latest"),
    )
    op.create_table(
        "objectstore_upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "name",
            sa.String(length=1024).with_variant(sa.String(length=1024, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("meta", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("system", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["container_id"],
            ["objectstore_container.id"],
            name=op.f("fk_objectstore_upload_container_id_objectstore_container"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objectstore_upload")),
    )
    op.create_index(
        op.f("ix_objectstore_upload_container_id_objectstore_upload_name_objectstore_upload_id"),
        "objectstore_upload",
        ["container_id", "name", "id"],
        unique=False,
    )
    op.create_table(
        "objectstore_part",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("upload_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.String(length=80), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("system", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["objectstore_upload.id"], name=op.f("fk_objectstore_part_upload_id_objectstore_upload")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objectstore_part")),
    )
    op.create_index(
        op.f("ix_objectstore_part_upload_id_objectstore_part_number"),
        "objectstore_part",
        ["upload_id", "number"],
        unique=True,
    )
    op.create_table(
        "objectstore_extent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("object_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("blob_id", sa.String(length=32), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["blob_id"], ["objectstore_blob.id"], name=op.f("fk_objectstore_extent_blob_id_objectstore_blob")
        ),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objectstore_object.id"], name=op.f("fk_objectstore_extent_object_id_objectstore_object")
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["objectstore_part.id"], name=op.f("fk_objectstore_extent_part_id_objectstore_part")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objectstore_extent")),
    )
    op.create_index(op.f("ix_objectstore_extent_blob_id"), "objectstore_extent", ["blob_id"], unique=False)
    op.create_index(
        op.f("ix_objectstore_extent_object_id_objectstore_extent_number"),
        "objectstore_extent",
        ["object_id", "number"],
        unique=False,
    )
    op.create_index(
        op.f("ix_objectstore_extent_part_id_objectstore_extent_number"),
        "objectstore_extent",
        ["part_id", "number"],
        unique=False,
    )
