"""The tables of objects, in a database of their own. Moments are microseconds since 1970, because there are many.

An object is a row for each of its versions; `latest` marks the one that is listed. Its bytes are a blob, or, of an
object put together from parts, several extents of blobs in their order. Blobs never change and may be shared.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from altostratus.kernel.db.schema import NAMES, Json, Name

metadata = MetaData(naming_convention=NAMES)
Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER PRIMARY KEY by itself
BLOB_ID = String(32)

account = Table(
    "objectstore_account",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("name", Name(), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("meta", Json(), nullable=False),
    Column("settings", Json(), nullable=False),
    Column("containers", BigInteger, nullable=False, default=0),
    Column("objects", BigInteger, nullable=False, default=0),
    Column("bytes", BigInteger, nullable=False, default=0),
)
"""`meta` is what users say of it; `settings` what the doors keep. The totals lack what `usage_delta` has."""

container = Table(
    "objectstore_container",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("account_id", Number, ForeignKey("objectstore_account.id"), nullable=False),
    Column("name", Name(256), nullable=False),
    Column("bucket", Name(63)),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("meta", Json(), nullable=False),
    Column("settings", Json(), nullable=False),
    Column("versioning", String(16), nullable=False, default=""),
    Column("objects", BigInteger, nullable=False, default=0),
    Column("bytes", BigInteger, nullable=False, default=0),
    Index(None, "account_id", "name", unique=True),
    Index(None, "bucket", unique=True),
)
"""`bucket` is its name among the buckets of all accounts, where it has one. `versioning` is '', 'enabled' or
'suspended'."""

object_ = Table(
    "objectstore_object",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("container_id", Number, ForeignKey("objectstore_container.id"), nullable=False),
    Column("name", Name(1024), nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("versioned", Boolean, nullable=False),
    Column("marker", Boolean, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("etag", String(80), nullable=False),
    Column("content_type", Text, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("blob_id", BLOB_ID, ForeignKey("objectstore_blob.id")),
    Column("meta", Json(), nullable=False),
    Column("system", Json(), nullable=False),
    Column("origin", BigInteger),
    sqlite_autoincrement=True,  # a version's number is never used again
)
"""A later version has a greater `id`. `versioned`: written while versions were kept, so that it has an id of its own;
otherwise it is the one null version of its name. `marker`: a version that says that there is nothing. `expires_at` is
in seconds. `meta` is what users say of it, `system` what the doors know by name. `origin` is the `id` that the object
had first, where it has been written over since: by it doors find again what they have named by a number."""
Index(
    "uq_objectstore_object_latest",
    object_.c.container_id,
    object_.c.name,
    unique=True,
    sqlite_where=text("latest = 1"),  # word for word as queries say it, or SQLite does not use it
    postgresql_where=text("latest"),
)
Index(
    "ix_objectstore_object_versions",
    object_.c.container_id,
    object_.c.name,
    object_.c.id.desc(),  # as lists of versions have them
    sqlite_where=text("latest = 0"),
    postgresql_where=text("NOT latest"),
)
Index(
    "ix_objectstore_object_expires_at",
    object_.c.expires_at,
    sqlite_where=object_.c.expires_at.is_not(None),
    postgresql_where=object_.c.expires_at.is_not(None),
)
Index("ix_objectstore_object_blob_id", object_.c.blob_id)
Index(
    "ix_objectstore_object_origin",
    object_.c.origin,
    sqlite_where=text("latest = 1 AND origin IS NOT NULL"),
    postgresql_where=text("latest AND origin IS NOT NULL"),
)

blob = Table(
    "objectstore_blob",
    metadata,
    Column("id", BLOB_ID, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("sums", LargeBinary, nullable=False),
    Column("pack", String(32)),
    Column("offset", BigInteger, nullable=False, default=0),
    Column("checked_at", BigInteger, nullable=False),
    Column("damaged", Boolean, nullable=False, default=False),
    Column("key", Text),
    Column("tags", LargeBinary, nullable=False, default=b""),
    Column("data", LargeBinary),  # last, so that who looks at the others need not pass by
    Index(None, "pack", "offset"),
    Index(None, "checked_at"),
)
"""Bytes: a file of their own, or `size` bytes of a pack from `offset`; small ones are `data` at first. `sums` has a
CRC-32C of four bytes for each MiB. `key`, itself encrypted with a master key, and `tags` are there if the bytes are
encrypted (drivers/encryption.py)."""
Index(
    "ix_objectstore_blob_fresh",
    blob.c.id,
    sqlite_where=blob.c.data.is_not(None),
    postgresql_where=blob.c.data.is_not(None),
)

Index(
    "ix_objectstore_blob_encrypted",  # where those are whose keys are to be encrypted with another master key
    blob.c.id,
    sqlite_where=blob.c.key.is_not(None),
    postgresql_where=blob.c.key.is_not(None),
)

extent = Table(
    "objectstore_extent",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("object_id", Number, ForeignKey("objectstore_object.id")),
    Column("part_id", Number, ForeignKey("objectstore_part.id")),
    Column("number", Integer, nullable=False),
    Column("blob_id", BLOB_ID, ForeignKey("objectstore_blob.id"), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Index(None, "object_id", "number"),
    Index(None, "part_id", "number"),
    Index(None, "blob_id"),
)
"""A piece of an object, or of a part of an upload that is not complete."""

upload = Table(
    "objectstore_upload",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("container_id", Number, ForeignKey("objectstore_container.id"), nullable=False),
    Column("name", Name(1024), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("meta", Json(), nullable=False),
    Column("system", Json(), nullable=False),
    Index(None, "container_id", "name", "id"),
)
"""An object that is put together from parts."""

part = Table(
    "objectstore_part",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("upload_id", String(32), ForeignKey("objectstore_upload.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("etag", String(80), nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("system", Json(), nullable=False),
    Index(None, "upload_id", "number", unique=True),
)

usage_delta = Table(
    "objectstore_usage_delta",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("account_id", Number, nullable=False),
    Column("container_id", Number, nullable=False),
    Column("containers", BigInteger, nullable=False, default=0),
    Column("objects", BigInteger, nullable=False, default=0),
    Column("bytes", BigInteger, nullable=False, default=0),
    Index(None, "account_id"),
    Index(None, "container_id"),
)
"""What totals have changed by and do not say yet; container_id 0 is the account alone."""

garbage = Table(
    "objectstore_garbage",
    metadata,
    Column("blob_id", BLOB_ID, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Index(None, "since"),
)
"""Blobs that something ceased to refer to: perhaps nothing does any more."""
