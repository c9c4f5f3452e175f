"""Faults of Swift's API, and how Swift shows faults. Clients look at the status alone."""

from html import escape

from altostratus.kernel.errors import BadRequest, Fault, Unauthorized
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Rendered


class Malformed(BadRequest):
    """The request is not valid."""


class NotSigned(Unauthorized):
    """The signature is not valid, or has expired."""


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


_WORDS = {
    400: ("Bad Request", "The server could not comply with the request since it is either malformed or incorrect."),
    401: ("Unauthorized", "This server could not verify that you are authorized to access the document you requested."),
    403: ("Forbidden", "Access was denied to this resource."),
    404: ("Not Found", "The resource could not be found."),
    405: ("Method Not Allowed", "The method is not allowed for this resource."),
    406: ("Not Acceptable", "The resource is not available in a format acceptable to your browser."),
    409: ("Conflict", "There was a conflict when trying to complete your request."),
    411: ("Length Required", "Content-Length header required."),
    412: ("Precondition Failed", "A precondition for this request was not met."),
    413: ("Request Entity Too Large", ""),
    416: ("Requested Range Not Satisfiable", "The Range requested is not available."),
    422: ("Unprocessable Entity", "Unable to process the contained instructions"),
    499: ("Client Disconnect", "The client was disconnected during request."),
    503: ("Service Unavailable", "The server is currently unavailable. Please try again at a later time."),
    507: ("Insufficient Storage", "There was not enough space to save the resource. Drive: storage"),
}


def fault_format(fault: Fault, context: Context) -> Rendered:
    """As Swift shows them: most of what is wrong with a request as text, what is Malformed and the rest as a small
    page."""
    explained = fault.message != type(fault)().message
    if explained and fault.status in (400, 409) and not isinstance(fault, Malformed):
        return Rendered(fault.status, (("content-type", "text/plain"),), fault.message.encode())
    if isinstance(fault, NotSigned):
        return Rendered(fault.status, (("content-type", "text/html; charset=UTF-8"),), fault.message.encode())
    title, text = _WORDS.get(fault.status, ("Error", fault.message))
    page = f"<html><h1>{title}</h1><p>{escape(fault.message if explained or not text else text)}</p></html>"
    typed = any(name == "content-type" for name, _ in fault.headers)
    kind = () if typed else (("content-type", "text/html; charset=UTF-8"),)
    return Rendered(fault.status, kind, page.encode())
