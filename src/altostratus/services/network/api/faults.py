"""Faults as Neutron writes them, and the service's edge."""

import re

from altostratus.kernel import errors
from altostratus.kernel.errors import Fault
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Edge, Rendered, json_response

_KERNEL_TYPES: dict[type[Fault], str] = {
    Fault: "HTTPInternalServerError",
    errors.BadRequest: "HTTPBadRequest",
    errors.Forbidden: "PolicyNotAuthorized",
    errors.NotFound: "HTTPNotFound",
    errors.MethodNotAllowed: "HTTPMethodNotAllowed",
    errors.Conflict: "HTTPConflict",
    errors.TooLarge: "HTTPRequestEntityTooLarge",
    errors.NotImplementedHere: "HTTPNotImplemented",
    errors.Unavailable: "HTTPServiceUnavailable",
}


def neutron_fault(fault: Fault, context: Context) -> Rendered:
    """{"NeutronError": {"type", "message", "detail"}}; for a missing token what the authentication layer says."""
    if isinstance(fault, errors.Unauthorized):
        body = {"error": {"code": 401, "title": "Unauthorized", "message": fault.message}}
        return json_response(401, body, ("www-authenticate", f"Keystone uri='{context.base_url}/identity'"))
    name = _KERNEL_TYPES.get(type(fault), type(fault).__name__)
    return json_response(fault.status, {"NeutronError": {"type": name, "message": fault.message, "detail": ""}})


def edge() -> Edge:
    """The service from outside: only the list of versions needs no token."""
    return Edge(name="network", prefix="/network", fault=neutron_fault, public=re.compile(r"/?"))
