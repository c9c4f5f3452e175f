"""The kinds of fault an API may answer with. Each service renders them in its own format at its edge.

`str(fault)` is for the user and says what to change; `detail` is for the operator and goes to the log only.
A subclass may be named after the type that clients match on (`class NetworkNotFound(NotFound)`); its docstring
is its default message, and `{name}` in it is filled from the keyword arguments.
"""

from typing import Any


class Fault(Exception):
    """The request could not be carried out."""

    status: int = 500
    headers: tuple[tuple[str, str], ...] = ()

    def __init__(self, message: str | None = None, *, detail: str | None = None, **values: Any) -> None:
        text = message if message is not None else (type(self).__doc__ or "").strip().splitlines()[0]
        super().__init__(text.format(**values) if values else text)
        self.detail = detail
        self.values = values

    @property
    def message(self) -> str:
        return str(self)


class BadRequest(Fault):
    """The request is not valid."""

    status = 400


class Unauthorized(Fault):
    """The request you have made requires authentication."""

    status = 401


class Forbidden(Fault):
    """You are not authorized to perform the requested action."""

    status = 403


class NotFound(Fault):
    """The resource could not be found."""

    status = 404


class MethodNotAllowed(Fault):
    """The method is not allowed for this resource."""

    status = 405


class NotAcceptable(Fault):
    """The requested version or format is not offered."""

    status = 406


class Conflict(Fault):
    """The request conflicts with the present state of the resource."""

    status = 409


class Gone(Fault):
    """The resource is no longer there."""

    status = 410


class PreconditionFailed(Fault):
    """A precondition of the request does not hold."""

    status = 412


class TooLarge(Fault):
    """The request is larger than is allowed here."""

    status = 413


class UnsupportedMediaType(Fault):
    """The content type is not supported here."""

    status = 415


class RangeNotSatisfiable(Fault):
    """The requested range lies outside the data."""

    status = 416


class OverQuota(Fault):
    """The quota does not allow this."""

    status = 403


class TooManyRequests(Fault):
    """Too many requests; try again later."""

    status = 429


class NotImplementedHere(Fault):
    """This is not implemented."""

    status = 501


class StorageFull(Fault):
    """The storage is full."""

    status = 507


class Unavailable(Fault):
    """The service is not available now; try again later."""

    status = 503


class Stale(Exception):
    """A worker lost its lease: somebody newer owns this key, and what it was about to do must not happen."""


class DeadlineExceeded(Exception):
    """A call outside did not come back in time; whether it acted is unknown, so look again."""
