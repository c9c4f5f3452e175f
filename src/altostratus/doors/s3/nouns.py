"""What S3's XML speaks of, as plain values.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Types_Amazon_Simple_Storage_Service.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from altostratus.doors.s3.checksums import Algorithm, ChecksumType

Checksums = Mapping[Algorithm, str]
"""Checksums as headers have them."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose something is: a canonical id and a name."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    name: str
    created: datetime
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An object, or one version of it, in a listing. A delete marker has no size, tag or checksum."""

    key: str
    modified: datetime
    etag: str = ""
    size: int = 0
    storage_class: str = "STANDARD"
    owner: Owner | None = None
    algorithm: Algorithm | None = None
    checksum_type: ChecksumType | None = None
    version_id: str = "null"
    latest: bool = True
    delete_marker: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing and what was asked for. `encode`: names are percent-encoded (encoding-type=url)."""

    bucket: str
    prefix: str = ""
    delimiter: str = ""
    most: int = 1000
    truncated: bool = False
    encode: bool = False
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload in parts that is under way."""

    key: str
    id: str
    started: datetime
    owner: Owner | None = None
    storage_class: str = "STANDARD"
    algorithm: Algorithm | None = None
    checksum_type: ChecksumType | None = None


@dataclass(frozen=True, slots=True)
class Part:
    number: int
    etag: str = ""
    size: int = 0
    modified: datetime | None = None
    checksums: Checksums = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObjectName:
    """An object, or a version of it, to delete; with an entity tag, only if it still has that."""

    key: str
    version_id: str | None = None
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """A batch of objects to delete. `quiet`: only what failed is reported."""

    names: tuple[ObjectName, ...]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of one: `marker_id` is of the delete marker that was made or taken away."""

    key: str
    version_id: str | None = None
    marker_id: str | None = None


@dataclass(frozen=True, slots=True)
class NotDeleted:
    key: str
    code: str
    message: str
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Versioning:
    """`status` is Enabled, Suspended, or nothing where it was never set."""

    status: str | None = None
    mfa_delete: str | None = None


@dataclass(frozen=True, slots=True)
class LifecycleFilter:
    """Which objects a rule is about: all conditions hold."""

    prefix: str | None = None
    tags: tuple[Tag, ...] = ()
    larger_than: int | None = None
    smaller_than: int | None = None

    @property
    def conditions(self) -> int:
        others = (self.prefix, self.larger_than, self.smaller_than)
        return sum(value is not None for value in others) + len(self.tags)


@dataclass(frozen=True, slots=True)
class Expiration:
    """When objects go: so many days after they came, or on a day, or markers with nothing behind them."""

    days: int | None = None
    date: datetime | None = None
    lone_markers: bool | None = None


@dataclass(frozen=True, slots=True)
class NoncurrentExpiration:
    """When older versions go; `newer` of them are kept."""

    days: int | None = None
    newer: int | None = None


@dataclass(frozen=True, slots=True)
class LifecycleRule:
    """`old_form`: the prefix was given without a Filter, and is shown so."""

    id: str
    enabled: bool
    filter: LifecycleFilter = LifecycleFilter()
    old_form: bool = False
    expiration: Expiration | None = None
    noncurrent: NoncurrentExpiration | None = None
    abort_days: int | None = None


@dataclass(frozen=True, slots=True)
class CorsRule:
    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    expose: tuple[str, ...] = ()
    max_age: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Grantee:
    """`kind` is CanonicalUser (`id`), Group (`id` is its URI) or AmazonCustomerByEmail (`id` is the address)."""

    kind: str
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    grantee: Grantee
    permission: str


@dataclass(frozen=True, slots=True)
class Acl:
    owner: Owner
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class ObjectLock:
    """A bucket's lock, and what new objects get: a mode, for so many days or years."""

    mode: str | None = None
    days: int | None = None
    years: int | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """GOVERNANCE or COMPLIANCE, until when; neither takes a retention away."""

    mode: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublicAccessBlock:
    block_acls: bool = False
    ignore_acls: bool = False
    block_policy: bool = False
    restrict_buckets: bool = False


@dataclass(frozen=True, slots=True)
class Encryption:
    """What a bucket has written into it encrypted with: AES256."""

    algorithm: str
    bucket_key: bool | None = None
