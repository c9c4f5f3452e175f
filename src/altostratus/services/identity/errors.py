"""Identity's faults, and how Keystone words and renders them.

https://docs.openstack.org/api-ref/identity/v3/#http-status-codes
"""

from http import HTTPStatus
from typing import Any

from altostratus.kernel.errors import BadRequest, Conflict, Fault, Forbidden, NotFound, TooManyRequests, Unauthorized
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


class NoMarker(NotFound):
    """Marker {marker} could not be found."""

    def __init__(self, marker: str) -> None:
        super().__init__(f"Marker {marker} could not be found.")


class Duplicate(Conflict):
    """Another one has this name or id."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"Conflict occurred attempting to store {kind} - {reason}.")


class NotAllowed(Forbidden):
    """You are not authorized to perform the requested action."""


class Refused(Forbidden):
    """You are not authorized to perform the requested action: {reason}."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"You are not authorized to perform the requested action: {reason}.")


class NotWithDelegation(Forbidden):
    """Using a delegated token to create another token is not allowed."""


class NotDelegated(Forbidden):
    """You are not authorized to perform the requested action: Delegated tokens cannot access credentials directly."""


class PasswordExpired(Unauthorized):
    """Only whoever knows the password hears of it; clients look for these words."""

    def __init__(self, user_id: str) -> None:
        super().__init__(f"The password is expired and needs to be changed for user: {user_id}.")


class PasswordLocked(BadRequest):
    """The user has the option `lock_password`."""

    def __init__(self) -> None:
        super().__init__(
            "You cannot change your password at this time due to password policy disallowing password changes. "
            "Please contact your administrator to reset your password."
        )


class PasswordTooYoung(BadRequest):
    """The user has to keep the password that it chose for some `days`, of which so many are `left`."""

    def __init__(self, days: int, left: int) -> None:
        super().__init__(
            "You cannot change your password at this time due to the minimum password age. Once you change your "
            f"password, it must be used for {days} day(s) before it can be changed. Please try again in {left} day(s) "
            "or contact your administrator to reset your password."
        )


class PasswordReused(BadRequest):
    """It is among the user's last `count`."""

    def __init__(self, count: int) -> None:
        super().__init__(
            "The new password cannot be identical to a previous password. "
            f"The total number which includes the new password must be unique is {count}."
        )


class NoReceipt(Unauthorized):
    """The receipt that came with a login is not good (any more), or another user's."""

    def __init__(self, receipt: str) -> None:
        super().__init__(f"Could not find auth receipt: {receipt[:255]}.")


class TooManyFailures(TooManyRequests):
    """Too many wrong passwords."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many wrong passwords; try again in {seconds} seconds.")
        self.headers = (("Retry-After", str(seconds)),)


class ScopedCredential(Unauthorized):
    """Error authenticating with application credential: Application credentials cannot request a scope."""


class BadMethod(Unauthorized):
    """Attempted to authenticate with an unsupported method."""


def fault_format(fault: Fault, context: Context) -> Rendered:
    """A fault as Keystone answers it."""
    error: dict[str, Any] = {"code": fault.status, "message": fault.message, "title": HTTPStatus(fault.status).phrase}
    if isinstance(fault, BadMethod | ScopedCredential):
        error["identity"] = {"methods": list(METHODS)} if isinstance(fault, BadMethod) else {}
    headers = [("vary", "X-Auth-Token")]
    if fault.status == 401:
        headers.append(("www-authenticate", f'Keystone uri="{context.base_url}/identity/v3"'))
    return json_response(fault.status, {"error": error}, *headers)
