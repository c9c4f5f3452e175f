"""Glance's JSON schemas of images and members, and the check of an image's attributes against them; pure.

https://docs.openstack.org/api-ref/image/v2/#image-schemas
"""

import re
from collections.abc import Mapping
from typing import Any

from altostratus.kernel.errors import BadRequest
from altostratus.services.image.errors import NotMatchingSchema, ReadOnly, Reserved

_UUID = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"
STATUSES = ["queued", "saving", "active", "killed", "deleted", "uploading", "importing", "pending_delete"]
VISIBILITIES = ["community", "public", "private", "shared"]
CONTAINER_FORMATS = [None, "ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]
DISK_FORMATS = [None, "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"]
MOST_INTEGER = 2**31 - 1
MOST_NAME = 255
MOST_VALUE = 65535
MOST_OWNER = 64  # no project has a longer id


def _field(kind: str | list[str], description: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "description": description, **more}


def _seen(kind: str | list[str], description: str, **more: Any) -> dict[str, Any]:
    return _field(kind, description, readOnly=True, **more)


_TEXT = ["null", "string"]
_NUMBER = ["null", "integer"]
_VALIDATION_DATA = {
    "type": "object",
    "description": "Values to be used to populate the corresponding image properties. If the image status is not"
    " 'queued', values must exactly match those already contained in the image properties.",
    "writeOnly": True,
    "additionalProperties": False,
    "properties": {
        "checksum": {"type": "string", "minLength": 32, "maxLength": 32},
        "os_hash_algo": {"type": "string", "maxLength": 64},
        "os_hash_value": {"type": "string", "maxLength": 128},
    },
    "required": ["os_hash_algo", "os_hash_value"],
}
_LOCATION = {
    "type": "object",
    "properties": {
        "url": {"type": "string", "maxLength": 255},
        "metadata": {"type": "object"},
        "validation_data": _VALIDATION_DATA,
    },
    "required": ["url", "metadata"],
}
_STORES = (
    "Store in which image data resides.  Only present when the operator has enabled multiple stores."
    "  May be a comma-separated list of store identifiers."
)

PROPERTIES: dict[str, dict[str, Any]] = {
    "id": _field("string", "An identifier for the image", pattern=_UUID),
    "name": _field(_TEXT, "Descriptive name for the image", maxLength=255),
    "status": _seen("string", "Status of the image", enum=[*STATUSES, "deactivated"]),
    "visibility": _field("string", "Scope of image accessibility", enum=VISIBILITIES),
    "protected": _field("boolean", "If true, image will not be deletable."),
    "os_hidden": _field("boolean", "If true, image will not appear in default image list response."),
    "checksum": _seen(_TEXT, "md5 hash of image contents.", maxLength=32),
    "os_hash_algo": _seen(_TEXT, "Algorithm to calculate the os_hash_value", maxLength=64),
    "os_hash_value": _seen(
        _TEXT, "Hexdigest of the image contents using the algorithm specified by the os_hash_algo", maxLength=128
    ),
    "owner": _field(_TEXT, "Owner of the image", maxLength=255),
    "size": _seen(_NUMBER, "Size of image file in bytes"),
    "virtual_size": _seen(_NUMBER, "Virtual size of image in bytes"),
    "container_format": _field(_TEXT, "Format of the container", enum=CONTAINER_FORMATS),
    "disk_format": _field(_TEXT, "Format of the disk", enum=DISK_FORMATS),
    "created_at": _seen("string", "Date and time of image registration"),
    "updated_at": _seen("string", "Date and time of the last image modification"),
    "tags": _field("array", "List of strings related to the image", items={"type": "string", "maxLength": 255}),
    "direct_url": _seen("string", "URL to access the image file kept in external store"),
    "min_ram": _field("integer", "Amount of ram (in MB) required to boot image."),
    "min_disk": _field("integer", "Amount of disk space (in GB) required to boot image."),
    "self": _seen("string", "An image self url"),
    "file": _seen("string", "An image file url"),
    "stores": _seen("string", _STORES),
    "schema": _seen("string", "An image schema url"),
    "locations": _field("array", "A set of URLs to access the image file kept in external store", items=_LOCATION),
}


def _links(**links: str) -> list[dict[str, str]]:
    return [{"rel": rel, "href": "{" + field + "}"} for rel, field in links.items()]


IMAGE = {
    "name": "image",
    "properties": PROPERTIES,
    "additionalProperties": {"type": "string"},
    "links": _links(self="self", enclosure="file", describedby="schema"),
}
IMAGES = {
    "name": "images",
    "properties": {
        "images": {"type": "array", "items": IMAGE},
        "first": {"type": "string"},
        "next": {"type": "string"},
        "schema": {"type": "string"},
    },
    "links": _links(first="first", next="next", describedby="schema"),
}
MEMBER = {
    "name": "member",
    "properties": {
        "member_id": _field("string", "An identifier for the image member (tenantId)"),
        "image_id": _field("string", "An identifier for the image", pattern=_UUID),
        "created_at": _field("string", "Date and time of image member creation"),
        "updated_at": _field("string", "Date and time of last modification of image member"),
        "status": _field("string", "The status of this image member", enum=["pending", "accepted", "rejected"]),
        "schema": {"readOnly": True, "type": "string"},
    },
}
MEMBERS = {
    "name": "members",
    "properties": {"members": {"type": "array", "items": MEMBER}, "schema": {"type": "string"}},
    "links": _links(describedby="schema"),
}
SCHEMAS = {schema["name"]: schema for schema in (IMAGE, IMAGES, MEMBER, MEMBERS)}

_READ_ONLY = {name for name, schema in PROPERTIES.items() if schema.get("readOnly")}
_RESERVED = {"location", "locations", "deleted", "deleted_at"}
_TYPES: dict[str, type] = {"null": type(None), "string": str, "boolean": bool, "integer": int, "array": list}


def check_writable(name: str, *, new: bool = False) -> None:
    """Raise ReadOnly or Reserved for an attribute that users do not set; a new image may be given its id."""
    if name in _READ_ONLY or (name == "id" and not new):
        raise ReadOnly(name=name)
    if name in _RESERVED or name.startswith("os_glance"):
        raise Reserved(name=name)


def check_attributes(attributes: Mapping[str, Any]) -> None:
    """Raise BadRequest for the first attribute whose value Glance would refuse."""
    for name, value in attributes.items():
        if name in PROPERTIES:
            _check(value, PROPERTIES[name] | ({"maxLength": MOST_OWNER} if name == "owner" else {}))
        else:
            _check_custom(name, value)
    for name in ("min_disk", "min_ram"):
        _check_amount(name, attributes.get(name, 0))


def _check_custom(name: str, value: Any) -> None:
    if len(name) > MOST_NAME:
        raise BadRequest(f"Custom property should not be greater than {MOST_NAME} characters.")
    _check(name, {"type": "string"})
    _check(value, {"type": "string", "maxLength": MOST_VALUE})


def _check_amount(name: str, value: int) -> None:
    if value < 0:
        raise BadRequest(f"Invalid value '{value}' for parameter '{name}': Cannot be a negative value")
    if value > MOST_INTEGER:
        raise BadRequest(f"'{name}' value out of range, must not exceed {MOST_INTEGER}.")


def _check(value: Any, schema: Mapping[str, Any]) -> None:
    """The few words of JSON schema that Glance's schemas use."""
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if type(value) not in [_TYPES[kind] for kind in kinds]:
        raise NotMatchingSchema(reason=f"{value!r} is not of type {', '.join(map(repr, kinds))}")
    if "enum" in schema and value not in schema["enum"]:
        raise NotMatchingSchema(reason=f"{value!r} is not one of {schema['enum']!r}")
    if isinstance(value, str):
        _check_text(value, schema)
    if isinstance(value, list):
        for item in value:
            _check(item, schema["items"])


def _check_text(value: str, schema: Mapping[str, Any]) -> None:
    if len(value) > schema.get("maxLength", len(value)):
        raise NotMatchingSchema(reason=f"{value!r} is too long")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        raise NotMatchingSchema(reason=f"{value!r} does not match {schema['pattern']!r}")
    if "\0" in value:
        raise NotMatchingSchema(reason=f"{value!r} contains a null character")
