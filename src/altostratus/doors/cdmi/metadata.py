"""Metadata as CDMI has it: any JSON by any name. What a header can say is kept where Swift and S3 see it too; the rest
is kept beside it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from altostratus.contracts.objectstore import Values
from altostratus.kernel.errors import BadRequest

EXTRA = "cdmi:metadata"
"""Where the rest is, in what doors keep."""
MOST_ITEMS, MOST_BYTES = 90, 4096
"""As Swift has them."""
_SYSTEM = "cdmi_"
_SECRET = ("temp-url-key", "temp-url-key-2")
"""Keys of Swift's temporary URLs, which are nobody's to read here."""
_HEADER_NAME = re.compile(r"[a-z0-9-]{1,128}")
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~]{0,254}[!-~])?")


def shown(meta: Values, system: Values) -> dict[str, Any]:
    """What users have said of it."""
    return {name: value for name, value in meta.items() if name not in _SECRET} | dict(system.get(EXTRA, {}))


def parted(present: Values, metadata: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said in place of `present`: what headers can say, and the rest."""
    secrets = {name: present[name] for name in _SECRET if name in present}
    plain = {name: value for name, value in metadata.items() if _fits_header(name, value)}
    return plain | secrets, {name: value for name, value in metadata.items() if name not in plain}


def changed(present: Mapping[str, Any], given: Mapping[str, Any] | None, names: Sequence[str]) -> dict[str, Any]:
    """What is there when `given` is put: in place of everything, or (with `names`) of these items alone. Raises
    BadRequest."""
    if given is None:
        return dict(present)
    given = {name: value for name, value in given.items() if not name.startswith(_SYSTEM) and name not in _SECRET}
    if names:
        others = {name: value for name, value in present.items() if name not in names}
        given = others | {name: value for name, value in given.items() if name in names}
    _check(given)
    return dict(given)


def _check(metadata: Mapping[str, Any]) -> None:
    if len(metadata) > MOST_ITEMS:
        raise BadRequest(f"There are more than {MOST_ITEMS} items of metadata.")
    try:
        encoded = msgspec.json.encode(metadata)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadRequest("The metadata cannot be kept.") from error
    if len(encoded) > MOST_BYTES:
        raise BadRequest(f"The metadata is larger than {MOST_BYTES} bytes.")
    if b"\\u0000" in encoded or "" in metadata:
        raise BadRequest("Metadata has names, and no NUL characters.")


def _fits_header(name: str, value: Any) -> bool:
    return isinstance(value, str) and bool(_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value))
