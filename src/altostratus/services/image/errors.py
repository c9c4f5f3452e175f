"""Faults of the image service and how Glance words and renders them.

Glance's faults are webob's: a page of HTML, or JSON or plain text where the Accept header asks for it.
"""

import html
import json
from http import HTTPStatus

from altostratus.kernel.errors import (
    BadRequest,
    Conflict,
    Fault,
    Forbidden,
    Gone,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    Unauthorized,
    UnsupportedMediaType,
)
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Rendered

PATCH_TYPES = ("application/openstack-images-v2.0-json-patch", "application/openstack-images-v2.1-json-patch")

_TITLES = {416: "Request Range Not Satisfiable"}

Headers = tuple[tuple[str, str], ...]


class ImageNotFound(NotFound):
    """No image found with ID {id}"""


class DuplicateImage(Conflict):
    """Image ID {id} already exists!"""


class WrongStatus(Conflict):
    """Image status transition from {old} to {new} is not allowed"""


class ImageGone(Gone):
    """Image {id} could not be found after upload. The image may have been deleted during the upload."""


class NotMatchingSchema(BadRequest):
    """Provided object does not match schema 'image': {reason}"""


class InvalidImageData(UnsupportedMediaType):
    """The data is not an image that can be kept as what it is said to be."""


class NotAPatch(UnsupportedMediaType):
    """Image PATCH expects Content-Type one of: application/openstack-images-v2.0-json-patch, \
application/openstack-images-v2.1-json-patch"""

    headers = (("accept-patch", ", ".join(PATCH_TYPES)),)


class NotForData(MethodNotAllowed):
    """The method is not allowed for image data."""

    headers = (("allow", "GET, HEAD, PUT"),)


class ReadOnly(Forbidden):
    """Attribute '{name}' is read-only."""


class Reserved(Forbidden):
    """Attribute '{name}' is reserved."""


class NoSuchProperty(Conflict):
    """Property {name} does not exist."""


class LimitExceeded(TooLarge):
    """A limit of the project is reached."""


class StorageFull(TooLarge):
    """Image storage media is full."""


def render(fault: Fault, context: Context) -> Rendered:
    """A fault as webob renders it: HTML unless the client asks for something else alone."""
    title = _TITLES.get(fault.status) or HTTPStatus(fault.status).phrase
    code = f"{fault.status} {title}"
    headers: Headers = ()
    if isinstance(fault, Unauthorized):
        headers = (("www-authenticate", f'Keystone uri="{context.base_url}/identity"'),)
    media, body = _body(code, title, fault.message, context.asked.get("accept", ""))
    return Rendered(fault.status, (("content-type", media), *headers), body.encode())


def _body(code: str, title: str, message: str, accept: str) -> tuple[str, str]:
    if not accept or "*/*" in accept or "html" in accept:
        lines = ("<html>", " <head>", f"  <title>{code}</title>", " </head>", " <body>", f"  <h1>{code}</h1>")
        text = f"  {html.escape(message)}<br /><br />\n\n\n\n </body>\n</html>"
        return "text/html; charset=UTF-8", "\n".join((*lines, text))
    if "json" in accept:
        return "application/json", json.dumps({"message": f"{message}<br /><br />\n\n\n", "code": code, "title": title})
    return "text/plain; charset=UTF-8", f"{code}\n\n{message}\n\n   "
