"""What headers say of a container that the store or this API acts upon: lists of who may, where old versions go."""

from typing import Any
from urllib.parse import unquote

from altostratus.contracts.accounts import is_own
from altostratus.contracts.objectstore import Container, Values
from altostratus.kernel.errors import BadRequest, PreconditionFailed
from altostratus.services.objectstore.api.metadata import check_text
from altostratus.services.objectstore.api.request import Headers, SwiftRequest, is_true
from altostratus.services.objectstore.api.views import POLICY
from altostratus.services.objectstore.domain.access import DEFAULT, NAMES_OF, READ, WRITE
from altostratus.services.objectstore.domain.acl import clean_acl
from altostratus.services.objectstore.domain.path import LONGEST_CONTAINER, check_name
from altostratus.services.objectstore.errors import Malformed
from altostratus.services.objectstore.usecases.archive import HISTORY, STACK

ACLS = {"x-container-read": READ, "x-container-write": WRITE}
ARCHIVES = {"x-versions-location": STACK, "x-history-location": HISTORY}
LONGEST = 8192
"""Bytes of one list."""


def read_settings(request: SwiftRequest) -> dict[str, Any]:
    """What is said of them; '' takes one away. Raises BadRequest, PreconditionFailed."""
    policy = request.headers.get("x-storage-policy", "")
    if policy and policy.lower() != POLICY:
        raise BadRequest(f"Invalid X-Storage-Policy '{policy}'")
    _check_quotas(request)
    return _read_lists(request) | _read_archive(request)


def read_versioning(request: SwiftRequest, settings: Values) -> str | None:
    """Whether versions are kept from now on; None: as it was."""
    said = request.headers.get("x-versions-enabled")
    if said is None:
        return None
    if not is_true(said) and said.lower() not in {"false", "0", "no", "off", "f", "n"}:
        raise Malformed("X-Versions-Enabled must be true or false")
    if is_true(said) and any(settings.get(key) for key in ARCHIVES.values()):
        raise Malformed("Only one way to keep versions is allowed")
    return "enabled" if is_true(said) else "suspended"


def changed_settings(present: Values, said: Values, versioning: str | None = None) -> dict[str, Any]:
    """What was there and is said now. Raises BadRequest."""
    if versioning == "enabled" and any(present.get(key) for key in ARCHIVES.values()):
        raise Malformed("Only one way to keep versions is allowed")
    return {key: value for key, value in {**present, **said}.items() if said.get(key) != ""}


def shown_settings(found: Container, owner: bool) -> Headers:
    """As headers; only owners see the lists."""
    shown = ARCHIVES | ACLS if owner else ARCHIVES
    headers = [(header, found.settings[key]) for header, key in shown.items() if found.settings.get(key)]
    versioning = [("x-versions-enabled", str(found.versioning == "enabled"))] if found.versioning else []
    return [*headers, *versioning]


def _read_lists(request: SwiftRequest) -> dict[str, str]:
    found = {}
    for header, key in ACLS.items():
        if header in request.headers:
            found[key] = clean_acl(header, request.headers[header])
        elif f"x-remove-{header.removeprefix('x-')}" in request.headers:
            found[key] = ""
    check_text(*found.values())
    if any(len(value.encode()) > LONGEST for value in found.values()):
        raise BadRequest("The access control list is too long.")
    actor = request.actor
    if actor and is_own(actor, request.path.account) and actor.project_domain_id not in (None, DEFAULT):
        found[NAMES_OF] = actor.project_domain_id
    return found


def _read_archive(request: SwiftRequest) -> dict[str, str]:
    """Where old versions go: one place takes the other's."""
    given = {key: request.headers[header] for header, key in ARCHIVES.items() if header in request.headers}
    named = {key: value for key, value in given.items() if value}
    check_text(*named.values())
    if len(named) > 1:
        raise BadRequest("Only one of X-Versions-Location and X-History-Location may be specified")
    if any("/" in value for value in named.values()):
        raise PreconditionFailed("The location of versions must not have a slash")
    for value in named.values():
        check_name("Container", unquote(value), LONGEST_CONTAINER)
    removed = any(f"x-remove-{header.removeprefix('x-')}" in request.headers for header in ARCHIVES)
    return {**dict.fromkeys(ARCHIVES.values(), ""), **named} if given or removed else {}


def _check_quotas(request: SwiftRequest) -> None:
    for what in ("bytes", "count"):
        value = request.headers.get(f"x-container-meta-quota-{what}", "")
        if value and not (value.isascii() and value.isdigit()):
            raise Malformed(f"Invalid {what} quota.")
