"""Block storage's options, the [volume] table of altostratus.toml."""

import msgspec


class VolumeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Quotas are per project, -1 is unlimited."""

    copy_seconds: float = 3600.0
    """How long making a volume or a snapshot may take before it is tried again."""

    unused_base_seconds: float = 86400.0
    """How long the storage keeps its copy of an image that no volume rests on any more."""
    orphan_seconds: float = 30 * 86400.0
    """How long a volume or snapshot stays in the storage that no row knows (as after a restore of an old backup)."""
    volumes: int = 10
    snapshots: int = 10
    gigabytes: int = 1000
    """GiB of volumes and snapshots together."""
    per_volume_gigabytes: int = -1
    """GiB of the largest volume."""
    metadata_items: int = 128
    """Most metadata items of a volume or a snapshot."""
