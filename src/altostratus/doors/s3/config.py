"""Options of the S3 door: the table [s3] of altostratus.toml."""

import msgspec


class S3Config(msgspec.Struct, frozen=True, kw_only=True):
    """See each."""

    hostnames: tuple[str, ...] = ("s3.localhost",)
    """Names of hosts that are the door's alone: a bucket may be named before them, as in bucket.s3.localhost."""

    region: str = ""
    """The region that clients sign for; the cloud's own, if empty."""

    most_buckets: int = 1000
    """How many a project may make."""

    hash_threads: int = 2
    """How many bodies are hashed at the same time."""

    lifecycle_seconds: float = 3600.0
    """How long the rules of lifecycles rest between two rounds through all buckets."""

    keys_need_tls: bool = True
    """Whether a client's own key (SSE-C) is taken over TLS alone."""
