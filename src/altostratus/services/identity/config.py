"""What an operator may set for identity, in the `[identity]` table of altostratus.toml."""

import msgspec


class IdentityConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Times are seconds."""

    token_lifetime: int = 3600
    """How long a token is valid."""

    cached_tokens: int = 20_000
    """How many validated tokens are kept in memory; a few hundred bytes each."""

    hash_threads: int = 2
    """Passwords that are hashed at the same time, at 19 MiB each."""

    list_limit: int | None = None
    """The most elements a list shows without paging; None shows all."""

    project_depth: int = 5
    """How deep projects may lie in one another, the domain counted as the first level."""
