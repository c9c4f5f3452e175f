"""Tables of the image service. The stored status is queued, active or deactivated; saving is an upload row alive."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from altostratus.kernel.db import Instant, Name, metadata


def _owner_image(**options: bool) -> Column[str]:
    return Column("image_id", String(36), ForeignKey("image.id", ondelete="CASCADE"), **options)  # type: ignore[arg-type]


image = Table(
    "image",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", Name()),
    Column("status", String(16), nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("owner", Name()),
    Column("disk_format", String(16)),
    Column("container_format", String(16)),
    Column("size", BigInteger),
    Column("virtual_size", BigInteger),
    Column("min_disk", Integer, nullable=False),
    Column("min_ram", Integer, nullable=False),
    Column("protected", Boolean, nullable=False),
    Column("os_hidden", Boolean, nullable=False),
    Column("checksum", String(32)),
    Column("os_hash_algo", String(16)),
    Column("os_hash_value", String(128)),
    Column("file", String(80), unique=True),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(None, "owner"),
    Index(None, "visibility"),
    Index(None, "created_at", "id"),
)

image_property = Table(
    "image_property",
    metadata,
    _owner_image(),
    Column("name", Name()),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("image_id", "name"),
    Index(None, "name"),
)

image_tag = Table(
    "image_tag",
    metadata,
    _owner_image(),
    Column("value", Name()),
    PrimaryKeyConstraint("image_id", "value"),
    Index(None, "value"),
)

# A lease on the right to give an image its data. Nothing is stuck in one: when it is not renewed it means nothing.
image_upload = Table(
    "image_upload",
    metadata,
    _owner_image(primary_key=True),
    Column("file", String(80), nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

# Ids are never used twice, as in Glance.
image_deleted = Table(
    "image_deleted",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("deleted_at", Instant, nullable=False),
)
