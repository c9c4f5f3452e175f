"""Configuration: one frozen msgspec.Struct a service; an unknown or ill-typed option is an error that names it."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

C = TypeVar("C")


def build_config(kind: type[C], service: str, options: Mapping[str, Any]) -> C:
    """The service's config class from its table of the configuration file."""
    known = {field.name for field in msgspec.structs.fields(kind)}  # type: ignore[arg-type]
    if unknown := set(options) - known:
        raise ValueError(f"[{service}] has no option {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
    try:
        return msgspec.convert(dict(options), kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"[{service}] {error}") from error
