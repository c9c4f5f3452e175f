"""What this door can do, as clients look it up: what is not here is not done."""

from typing import Any

from altostratus.doors.cdmi.metadata import MOST_BYTES, MOST_ITEMS
from altostratus.doors.cdmi.object_id import Identity, Kind, write_id
from altostratus.doors.cdmi.place import PREFIX, Place
from altostratus.doors.cdmi.request import CdmiRequest
from altostratus.kernel.errors import MethodNotAllowed, NotAcceptable, NotFound

KIND = "application/cdmi-capability"
ROOT = "cdmi_capabilities/"


def _able(*names: str) -> dict[str, str]:
    return {f"cdmi_{name}": "true" for name in names}


TREE: dict[str, dict[str, str]] = {
    ROOT: {
        **_able("dataobjects", "object_access_by_ID"),
        "cdmi_metadata_maxitems": str(MOST_ITEMS),
        "cdmi_metadata_maxsize": str(MOST_BYTES),
        "cdmi_metadata_maxtotalsize": str(MOST_BYTES),
        "cdmi_multipart_mime": "false",
    },
    ROOT + "container/": _able(
        "list_children",
        "list_children_range",
        "read_metadata",
        "modify_metadata",
        "create_dataobject",
        "create_value_range",
        "create_container",
        "delete_container",
    ),
    ROOT + "container/root/": _able("list_children", "list_children_range", "create_container"),
    ROOT + "dataobject/": _able(
        "size",
        "mtime",
        "read_value",
        "read_value_range",
        "read_metadata",
        "modify_value",
        "modify_value_range",
        "modify_metadata",
        "delete_dataobject",
    ),
}
"""By path, each after its parent."""
NUMBERS = {path: number for number, path in enumerate(TREE)}


def path_of(identity: Identity) -> str | None:
    """The capabilities that an object ID stands for."""
    by_number = {number: path for path, number in NUMBERS.items()}
    return by_number.get(identity.number) if identity.kind is Kind.CAPABILITY else None


async def serve_capabilities(request: CdmiRequest, path: str) -> None:
    """They are the same for everybody who has a token."""
    if path not in TREE:
        raise NotFound()
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed()
    if not request.wants(KIND):
        raise NotAcceptable("Capabilities are shown in CDMI alone.")
    await request.answer_json(200, KIND, fields_of(path))


def fields_of(path: str) -> dict[str, Any]:
    place = Place("", path)
    parent = place.parent.text
    children = [other.removeprefix(path) for other in TREE if other != path and Place("", other).parent.text == path]
    return {
        "objectType": KIND,
        "objectID": write_id(Kind.CAPABILITY, NUMBERS[path]),
        "objectName": place.own_name,
        "parentURI": f"{PREFIX}/{parent}",
        **({"parentID": write_id(Kind.CAPABILITY, NUMBERS[parent])} if parent else {}),
        "capabilities": TREE[path],
        "childrenrange": f"0-{len(children) - 1}" if children else "",
        "children": children,
    }
