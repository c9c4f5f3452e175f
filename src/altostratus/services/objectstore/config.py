"""Options of the object store: the table [objectstore] of altostratus.toml."""

import msgspec


class ObjectstoreConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes, times in seconds."""

    max_file_size: int = 5 << 30
    """The most bytes that an object may be written with at once; larger ones are put together from several."""

    max_container_listing: int = 10_000
    disk_threads: int = 8
    """How many files are read and written at the same time."""

    disk_seconds: float = 60.0
    """How long one call of the file system may take."""

    upkeep_seconds: float = 2.0
    """How often totals are added up and what has expired or is garbage is removed."""

    garbage_seconds: int = 60
    """How long bytes are kept that nothing refers to any more. What this process reads it spares anyway; others on the
    same database may be reading for so long."""

    orphan_seconds: int = 24 * 3600
    """How old a file must be that no row knows before it is removed."""

    compact_seconds: int = 2 * 3600
    """How old a pack must be before what is alive in it is moved elsewhere; packs are written to for an hour."""

    scrub_seconds: int = 30 * 24 * 3600
    """All data is read and checked once in this time."""
