"""What OpenStack's own descriptions say that answers look like (`openstack/*.json.gz`, made by `extract.py`)."""

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

FOLDER = Path(__file__).parent / "openstack"
SPECIFIED = ("identity", "image", "network", "compute", "volume")
FORMATS = FormatChecker()
_PREFIX = re.compile(r"/(identity|image|network|compute|volume)(?=/|$)")
_PARAMETER = re.compile(r"\{\w+\}")


@FORMATS.checks("uuid", raises=ValueError)
def is_uuid(text: object) -> bool:
    """With dashes or without, as Keystone has them."""
    return not isinstance(text, str) or bool(UUID(text))


def shape_of(path: str) -> str:
    """A path template by its shape alone: neither our prefix nor names of parameters nor a last slash."""
    return _PARAMETER.sub("{}", _PREFIX.sub("", path, count=1)).rstrip("/")


@cache
def described(service: str) -> dict[str, Any]:
    """One of the files."""
    found: dict[str, Any] = json.loads(gzip.decompress((FOLDER / f"{service}.json.gz").read_bytes()))
    return found


@cache
def validators(service: str, operation: str, version: str, action: str | None) -> tuple[Draft202012Validator, ...]:
    """Those that an answer of the operation ("GET /v2.1/servers/{}") must satisfy one of; none: nothing is said."""
    document = described(service)
    variants = document["operations"].get(operation, ())
    chosen = [v["$ref"] for v in variants if _covers(v, version) and v.get("action") in (None, action)]
    components = {"components": {"schemas": document["schemas"]}}
    return tuple(
        Draft202012Validator({"$ref": f"#/components/schemas/{name}", **components}, format_checker=FORMATS)
        for name in chosen
    )


def versions_of(service: str, highest: str) -> list[str]:
    """The microversions at which a description changes, and the highest that we have."""
    major, most = highest.split(".")[0], int(highest.split(".")[1])
    variants = [v for found in described(service)["operations"].values() for v in found]
    minors = {int(v["min"].split(".")[1]) for v in variants if "min" in v} | {1, most}
    return [f"{major}.{minor}" for minor in sorted(minors) if 1 <= minor <= most]


def _covers(variant: dict[str, str], version: str) -> bool:
    minor = int(version.split(".")[1])
    return int(variant.get("min", "2.0").split(".")[1]) <= minor <= int(variant.get("max", "2.999").split(".")[1])


def complaints(found: tuple[Draft202012Validator, ...], answer: Any) -> list[str]:
    """What is wrong with an answer, by the variant that it fits best; "where: what", without values."""
    if not found:
        return []
    return min(([text for error in one.iter_errors(answer) for text in _told(error)] for one in found), key=len)


def _told(error: ValidationError) -> Iterator[str]:
    """Errors inside alternatives one by one, where one of the alternatives is nearly met."""
    if error.validator in ("anyOf", "oneOf") and error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for inner in error.context:
            branches.setdefault(inner.relative_schema_path[0], []).append(inner)
        for inner in min(branches.values(), key=len):
            yield from _told(inner)
        return
    where = "/".join("*" if isinstance(step, int) else str(step) for step in error.absolute_path)
    if error.validator in ("additionalProperties", "required"):
        yield f"{where}: {error.message}"
    else:
        yield f"{where}: {error.instance!r} against {error.validator} {error.validator_value!r}"
