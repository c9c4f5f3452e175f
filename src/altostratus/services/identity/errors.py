"""Identity's faults, and how Keystone words and renders them.

https://docs.openstack.org/api-ref/identity/v3/#http-status-codes
"""

from http import HTTPStatus
from typing import Any

from altostratus.kernel.errors import BadRequest, Conflict, Fault, Forbidden, NotFound, Unauthorized
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Rendered, json_response

MALFORMED = (
    "The server could not comply with the request since it is either malformed or otherwise incorrect. "
    "The client is assumed to be in error."
)


METHODS = ("password", "token", "application_credential")
"""Ways to authenticate that are offered."""


class Invalid(BadRequest):
    """Invalid input for field/attribute {field}. {reason}"""


class Expecting(BadRequest):
    """Expecting to find {attribute} in {target}."""

    def __init__(self, attribute: str, target: str) -> None:
        super().__init__(f"Expecting to find {attribute} in {target}. {MALFORMED}")


class Missing(NotFound):
    """Could not find {kind}: {id}."""

    def __init__(self, kind: str, id: str) -> None:  # noqa: A002
        super().__init__(f"Could not find {kind}: {id}.")


class Duplicate(Conflict):
    """Another one has this name or id."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"Conflict occurred attempting to store {kind} - {reason}.")


class NotAllowed(Forbidden):
    """You are not authorized to perform the requested action."""


class NotWithDelegation(Forbidden):
    """Using a delegated token to create another token is not allowed."""


class BadMethod(Unauthorized):
    """Attempted to authenticate with an unsupported method."""


def fault_format(fault: Fault, context: Context) -> Rendered:
    """A fault as Keystone answers it."""
    error: dict[str, Any] = {"code": fault.status, "message": fault.message, "title": HTTPStatus(fault.status).phrase}
    if isinstance(fault, BadMethod):
        error["identity"] = {"methods": list(METHODS)}
    headers = [("vary", "X-Auth-Token")]
    if fault.status == 401:
        headers.append(("www-authenticate", f'Keystone uri="{context.base_url}/identity/v3"'))
    return json_response(fault.status, {"error": error}, *headers)
