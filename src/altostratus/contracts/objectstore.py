"""What others may ask of the object store: accounts, containers, objects, whoever speaks of them.

Moments are microseconds since 1970. `meta` is what users say of a thing, by lower-case name; `system` and `settings`
are what the doors keep with it, each under names of its own (`s3:policy`), and what all know: `content-encoding` and
the other headers of HTTP. Nothing here asks who may: that is the doors' part.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from altostratus.kernel.errors import Conflict, Forbidden, NotFound, TooLarge, Unavailable
from altostratus.kernel.errors import StorageFull as StorageFull
from altostratus.kernel.tx import Tx

T = TypeVar("T")
Values = Mapping[str, Any]
SEALED = "sealed"
"""In `system` of an object whose bytes mean something to nobody but the door that wrote them: it has been sealed with a
key of the client's. Nobody else gives them out."""
RETENTION, HOLD = "retention", "legal-hold"
"""In `system` of a version that must not be taken away: until a moment (`until`, in ISO 8601), or while it is held."""
NULL = "null"
"""The version of what was written while versions were not kept."""


class NoSuchAccount(NotFound):
    """There is no such account."""


class NoSuchContainer(NotFound):
    """There is no such container."""


class NoSuchObject(NotFound):
    """There is no such object."""


class NoSuchUpload(NotFound):
    """There is no such upload."""


class NotEmpty(Conflict):
    """There is something in it."""


class NameTaken(Conflict):
    """Another account has a bucket of this name."""


class Locked(Forbidden):
    """The version is locked: it must not be taken away yet."""


class QuotaExceeded(TooLarge):
    """Upload exceeds quota."""


class Damaged(Unavailable):
    """The stored data is damaged; it is not given out."""


@dataclass(frozen=True, slots=True)
class Account:
    """The containers of one project."""

    id: int
    name: str
    created_at: int
    changed_at: int
    meta: Values
    settings: Values


@dataclass(frozen=True, slots=True)
class Usage:
    """What is in an account or a container; noncurrent versions do not count."""

    objects: int
    bytes: int
    containers: int = 0


@dataclass(frozen=True, slots=True)
class Container:
    """`versioning` is '', 'enabled' or 'suspended'; `bucket` its name among all accounts' buckets, if it has one."""

    id: int
    account_id: int
    account: str
    account_meta: Values
    name: str
    bucket: str | None
    created_at: int
    changed_at: int
    meta: Values
    settings: Values
    versioning: str


@dataclass(frozen=True, slots=True)
class Object:
    """One version of an object. `expires_at` is in seconds; `blob_id` None where its bytes are several extents, or
    none; `origin` the id of the version that was the first of its name, None where this one is."""

    id: int
    container_id: int
    name: str
    latest: bool
    versioned: bool
    marker: bool
    size: int
    etag: str
    content_type: str
    modified_at: int
    expires_at: int | None
    blob_id: str | None
    meta: Values
    system: Values
    origin: int | None = None

    def is_locked(self, now: datetime) -> bool:
        """Whether it must not be taken away."""
        retention = self.system.get(RETENTION)
        retained = retention is not None and datetime.fromisoformat(retention["until"]) > now
        return retained or bool(self.system.get(HOLD))

    @property
    def version(self) -> str:
        return str(self.id) if self.versioned else NULL

    @property
    def identity(self) -> int:
        """What stays the same, however often the object is written over."""
        return self.id if self.origin is None else self.origin


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that are on disk: how many, and their MD5 in hexadecimal."""

    size: int
    md5: str


@dataclass(frozen=True, slots=True)
class NewObject:
    """What is said of an object when it is written; `etag` where it is not the MD5 of its bytes."""

    content_type: str = "application/octet-stream"
    meta: Values = field(default_factory=dict)
    system: Values = field(default_factory=dict)
    expires_at: int | None = None
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Which part of a sorted list: names with `prefix`, after `marker` and before `end_marker` (or the other way round
    if `reverse`), at most `limit`; those that have `delimiter` after the prefix are rolled up to it. `children`:
    instead of what is rolled up, only those that end with the delimiter, and not the prefix itself."""

    limit: int
    prefix: str = ""
    delimiter: str = ""
    marker: str = ""
    end_marker: str = ""
    reverse: bool = False
    children: bool = False


Guard = Callable[[Object | None], None]
"""Raises a fault unless the object, as it is in the transaction that changes it, may be changed; None: there is
none."""


def unguarded(present: Object | None) -> None:
    """Let it be changed whatever it is."""


Make = Callable[[Content], NewObject]
"""What is said of an object, once its bytes are known. May raise a fault: then nothing has happened."""


class Prefix(NamedTuple):
    """What several names of a list begin with, up to a delimiter."""

    name: str


@dataclass(frozen=True, slots=True)
class Upload:
    """An object that is put together from parts."""

    id: str
    container_id: int
    name: str
    started_at: int
    content_type: str
    meta: Values
    system: Values


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an upload, as it was last written."""

    id: int
    number: int
    size: int
    etag: str
    modified_at: int
    system: Values


class Reading(Protocol):
    """The bytes of one version, checked against their sums before anybody sees them."""

    @property
    def size(self) -> int: ...

    def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `stop`. Raises Damaged before those that are."""
        ...


class ObjectStore(Protocol):
    """Functions of a `tx` run inside `read` or `write`, in the database of objects; several may share one."""

    async def read(self, fn: Callable[[Tx], T]) -> T: ...
    async def write(self, fn: Callable[[Tx], T]) -> T: ...

    def find_container(self, tx: Tx, account: str, name: str) -> Container | None: ...
    def container_by_id(self, tx: Tx, container_id: int) -> Container | None: ...
    def find_bucket(self, tx: Tx, name: str) -> Container | None:
        """The container that has this name among the buckets of all accounts."""
        ...

    def list_buckets(self, tx: Tx, after: str, limit: int) -> list[Container]:
        """Those of all accounts, by name."""
        ...

    def list_containers(self, tx: Tx, account: str, listing: Listing) -> list[tuple[Container, Usage] | Prefix]: ...
    def create_container(
        self, tx: Tx, account: str, name: str, meta: Values, settings: Values, *, bucket: bool = False
    ) -> Container:
        """There must be none of this name. Raises NameTaken where another account has such a bucket."""
        ...

    def change_container(self, tx: Tx, container_id: int, **values: Any) -> None:
        """`meta`, `settings` (each whole), `versioning`, `bucket`."""
        ...

    def delete_container(self, tx: Tx, account: str, name: str) -> None:
        """Raises NoSuchContainer, NotEmpty."""
        ...

    def container_usage(self, tx: Tx, container_id: int) -> Usage: ...

    def find_object(self, tx: Tx, container_id: int, name: str, version: str | None = None) -> Object | None:
        """What is there under this name; or one of its versions, which may be a marker."""
        ...

    def find_identity(self, tx: Tx, identity: int) -> tuple[Container, Object] | None:
        """The object of this identity as it is now, wherever it is."""
        ...

    def open_object(self, tx: Tx, found: Object, *, sealed: bool = False) -> Reading:
        """Raises NotImplementedHere for what is sealed, unless the door can open it."""
        ...

    def list_objects(self, tx: Tx, container_id: int, listing: Listing) -> list[Object | Prefix]: ...
    def list_versions(
        self, tx: Tx, container_id: int, listing: Listing, after_version: str | None = None
    ) -> list[Object | Prefix]:
        """All versions and markers, by name, the newest of each name first. `after_version`: of the name that is the
        listing's marker only what is older than this."""
        ...

    def delete_object(self, tx: Tx, account: str, container: str, name: str, guard: Guard = unguarded) -> Object:
        """What was taken away; where versions are kept, the marker that says so. Raises NoSuchObject."""
        ...

    def delete_version(
        self,
        tx: Tx,
        where: Container,
        name: str,
        version: str,
        guard: Guard = unguarded,
        *,
        unlocked: bool = False,
    ) -> Object | None:
        """Take one version away for good; what was listed before it is listed again. None when there is none. Raises
        Locked, unless `guard` has seen to that (`unlocked`)."""
        ...

    def change_object(self, tx: Tx, object_id: int, **values: Any) -> None:
        """`meta`, `system` (each whole), `content_type`, `expires_at`."""
        ...

    def copy_object(
        self, tx: Tx, source: Object, container: Container, name: str, new: NewObject, guard: Guard = unguarded
    ) -> Object:
        """Another object of the same bytes, which both refer to."""
        ...

    async def put_object(
        self,
        account: str,
        container: str,
        name: str,
        body: AsyncIterator[bytes],
        make: Make,
        *,
        announced: int | None = None,
        guard: Guard = unguarded,
        file: str | None = None,
    ) -> Object:
        """It is there when this returns, and stays. `announced` is the number of bytes that are said to come. `file` is
        an id, 32 hexadecimal digits that were never used: then its bytes are a file of their own, however few. Raises
        NoSuchContainer, QuotaExceeded, TooLarge, StorageFull, and what `body`, `make` and `guard` raise."""
        ...

    def path(self, file: str) -> Path:
        """Where that file is on this machine. It stays as long as an object refers to it; who has it open or linked
        keeps it."""
        ...

    def begin_upload(self, tx: Tx, container: Container, name: str, new: NewObject) -> Upload: ...
    def find_upload(self, tx: Tx, container_id: int, name: str, upload_id: str) -> Upload | None: ...
    def list_uploads(
        self, tx: Tx, container_id: int, listing: Listing, after_upload: str = ""
    ) -> list[Upload | Prefix]:
        """By name and then by id. `after_upload`: of the name that is the listing's marker only those behind it."""
        ...

    async def put_part(self, upload: Upload, number: int, body: AsyncIterator[bytes], make: Make) -> Part:
        """In place of an earlier one of this number. Of what `make` returns the etag and `system` count. Raises
        NoSuchUpload."""
        ...

    def copy_part(
        self, tx: Tx, upload: Upload, number: int, source: Object, start: int, stop: int, etag: str, system: Values
    ) -> Part:
        """A part that is those bytes of an object, which both refer to."""
        ...

    def list_parts(self, tx: Tx, upload_id: str, after: int = 0, limit: int = 1000) -> list[Part]: ...
    def complete_upload(
        self, tx: Tx, upload: Upload, container: Container, parts: Sequence[Part], new: NewObject, guard: Guard
    ) -> Object:
        """An object of these parts in this order; the rest is garbage. Raises QuotaExceeded."""
        ...

    def abort_upload(self, tx: Tx, upload: Upload) -> None: ...
