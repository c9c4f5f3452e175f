"""Faults of Swift's API, and how Swift shows faults: a line of text. Clients look at the status alone."""

from altostratus.kernel.errors import Fault
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Rendered


class LengthRequired(Fault):
    """Missing Content-Length header."""

    status = 411


class Unprocessable(Fault):
    """The ETag does not match the data."""

    status = 422


class BadName(Fault):
    """The path is not valid: it must be UTF-8 without NUL."""

    status = 412


class ClientDisconnected(Fault):
    """The request ended before all data had arrived."""

    status = 499


def fault_format(fault: Fault, context: Context) -> Rendered:
    """As text, or in HTML as Swift does it?  Text: it can be read."""
    return Rendered(fault.status, (("content-type", "text/plain; charset=UTF-8"),), f"{fault.message}\n".encode())
