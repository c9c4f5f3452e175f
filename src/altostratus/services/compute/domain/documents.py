"""What a guest is told of itself: OpenStack's metadata documents, for the config drive and the metadata service.

Each version has what Nova of its time had, so that a guest which asks for an old one finds what it knows.
https://docs.openstack.org/nova/latest/user/metadata.html
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from altostratus.contracts.network import Port
from altostratus.services.compute.domain.server import Server

T = TypeVar("T")
VERSIONS = (
    "2012-08-10",
    "2013-04-04",
    "2013-10-17",
    "2015-10-15",
    "2016-06-30",
    "2016-10-06",
    "2017-02-22",
    "2018-08-27",
    "2020-10-14",
    "latest",
)
_SINCE = {
    "vendor_data.json": "2013-10-17",
    "network_data.json": "2015-10-15",
    "vendor_data2.json": "2016-10-06",
    # and items of meta_data.json
    "project_id": "2015-10-15",
    "devices": "2016-06-30",
    "dedicated_cpus": "2020-10-14",
}
"""The first version of what was not always there. Source: nova/api/metadata/base.py."""


def documents(
    server: Server, ports: Sequence[Port], version: str, admin_pass: str | None = None
) -> Mapping[str, bytes]:
    """File name to content in one of VERSIONS. There is a `user_data` only when the user gave one."""
    found = {"meta_data.json": _json(_of(version, _meta_data(server, admin_pass)))}
    if server.user_data is not None:
        found["user_data"] = base64.b64decode(server.user_data)
    found["vendor_data.json"] = _json({})
    found["network_data.json"] = _json(_network_data(ports))
    found["vendor_data2.json"] = _json({})
    return _of(version, found)


def drive_files(server: Server, ports: Sequence[Port], admin_pass: str | None) -> Mapping[str, bytes]:
    """Everything on the config drive, by path."""
    return {
        f"openstack/{version}/{name}": body
        for version in VERSIONS
        for name, body in documents(server, ports, version, admin_pass).items()
    }


def _of(version: str, everything: Mapping[str, T]) -> dict[str, T]:
    """What a version has of everything there is; 'latest' sorts behind every date."""
    return {name: value for name, value in everything.items() if _SINCE.get(name, "") <= version}


def _meta_data(server: Server, admin_pass: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "uuid": server.id,
        "name": server.name,
        "hostname": server.hostname,
        "launch_index": server.launch_index,
        "project_id": server.project_id,
        "availability_zone": server.availability_zone or "nova",
        "meta": server.metadata,
        "devices": [],
        "dedicated_cpus": [],
    }
    if server.public_key is not None:
        found["public_keys"] = {server.key_name: server.public_key}
        found["keys"] = [{"name": server.key_name, "type": server.key_type, "data": server.public_key}]
    if admin_pass is not None:
        found["admin_pass"] = admin_pass
    return found


def _network_data(ports: Sequence[Port]) -> dict[str, Any]:
    links = [
        {
            "id": port.tap,
            "vif_id": port.id,
            "type": "bridge",
            "mtu": port.mtu,
            "ethernet_mac_address": port.mac,
        }
        for port in ports
    ]
    networks = [
        {
            "id": f"network{index}",
            "type": f"ipv{address.version}_dhcp",
            "link": port.tap,
            "network_id": port.network_id,
        }
        for index, (port, address) in enumerate((p, a) for p in ports for a in p.addresses[:1])
    ]
    return {"links": links, "networks": networks, "services": []}


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
