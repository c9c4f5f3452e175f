"""What CDMI's JSON says of containers and data objects."""

from typing import Any

from altostratus.contracts.objectstore import Object, ObjectStore
from altostratus.doors.cdmi.metadata import shown
from altostratus.doors.cdmi.place import PREFIX, Node, find_node
from altostratus.kernel.clock import from_micros, iso_plain
from altostratus.kernel.errors import NotImplementedHere
from altostratus.kernel.tx import Tx

CONTAINER = "application/cdmi-container"
OBJECT = "application/cdmi-object"
ENCODING, PARTIAL = "cdmi:encoding", "cdmi:partial"
"""Of an object: how its value is written in JSON; that it is not complete."""
UTF8, BASE64 = "utf-8", "base64"
_ASSEMBLED = ("x-object-manifest", "link")
"""What Swift keeps with objects that only Swift puts together from others when they are read."""


def container_fields(store: ObjectStore, tx: Tx, node: Node) -> dict[str, Any]:
    """All but the children."""
    kind = "container/" if node.place.text else "container/root/"
    return {**_common(store, tx, node, CONTAINER, kind), "metadata": shown(node.meta, node.system)}


def object_fields(store: ObjectStore, tx: Tx, node: Node, entry: Object) -> dict[str, Any]:
    """All but the value."""
    measured = {"cdmi_size": str(entry.size), "cdmi_mtime": instant(entry.modified_at)}
    fields = _common(store, tx, node, OBJECT, "dataobject/")
    if entry.system.get(PARTIAL):
        fields["completionStatus"] = "Processing"
    return {
        **fields,
        "mimetype": entry.content_type,
        "metadata": shown(entry.meta, entry.system) | measured,
        "valuetransferencoding": encoding_of(entry),
    }


def check_value(entry: Object) -> None:
    """Raises NotImplementedHere where what is stored is not what is meant."""
    if any(name in entry.system for name in _ASSEMBLED):
        raise NotImplementedHere("Swift puts this object together from others: read it there.")


def encoding_of(entry: Object) -> str:
    """As it was put in CDMI; of other objects as their content type says."""
    return str(entry.system.get(ENCODING) or encoding_of_type(entry.content_type))


def encoding_of_type(content_type: str) -> str:
    return UTF8 if "charset=utf-8" in content_type.lower().replace(" ", "").replace('"', "") else BASE64


def instant(micros: int) -> str:
    """2026-11-20T10:43:19.000000Z"""
    return iso_plain(from_micros(micros)) + "Z"


def _common(store: ObjectStore, tx: Tx, node: Node, kind: str, capabilities: str) -> dict[str, Any]:
    fields = {
        "objectType": kind,
        "objectID": node.id,
        "objectName": node.place.own_name,
        "parentURI": node.place.parent.uri if node.place.text else None,
        "parentID": _parent_id(store, tx, node) if node.place.text else None,
        "capabilitiesURI": f"{PREFIX}/cdmi_capabilities/{capabilities}",
        "completionStatus": "Complete",
    }
    return {name: value for name, value in fields.items() if value is not None}


def _parent_id(store: ObjectStore, tx: Tx, node: Node) -> str | None:
    parent = find_node(store, tx, node.place.parent)
    return parent.id if parent else None
