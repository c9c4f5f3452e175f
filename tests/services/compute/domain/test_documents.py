"""Each version of the metadata has what Nova's has, on the drive and by the service."""

import base64
import json
from dataclasses import fields
from functools import partial
from typing import Any

import pytest

from altostratus.services.compute.domain.documents import VERSIONS, documents, drive_files
from altostratus.services.compute.domain.server import Server
from altostratus.services.compute.listeners.metadata_server import route

NAMES = {
    "2012-08-10": ["meta_data.json"],
    "2013-04-04": ["meta_data.json"],
    "2013-10-17": ["meta_data.json", "vendor_data.json"],
    "2015-10-15": ["meta_data.json", "vendor_data.json", "network_data.json"],
    "2016-06-30": ["meta_data.json", "vendor_data.json", "network_data.json"],
    "2016-10-06": ["meta_data.json", "vendor_data.json", "network_data.json", "vendor_data2.json"],
    "2017-02-22": ["meta_data.json", "vendor_data.json", "network_data.json", "vendor_data2.json"],
    "2018-08-27": ["meta_data.json", "vendor_data.json", "network_data.json", "vendor_data2.json"],
    "2020-10-14": ["meta_data.json", "vendor_data.json", "network_data.json", "vendor_data2.json"],
    "latest": ["meta_data.json", "vendor_data.json", "network_data.json", "vendor_data2.json"],
}
ITEMS_SINCE = {"project_id": "2015-10-15", "devices": "2016-06-30", "dedicated_cpus": "2020-10-14"}


def make_server(**columns: Any) -> Server:
    none: dict[str, Any] = dict.fromkeys((field.name for field in fields(Server)), None)
    return Server(**{**none, "id": "s", "name": "vm", "project_id": "p", "metadata": {}, **columns})


def test_the_drive_has_in_each_version_what_that_version_had() -> None:
    expected = {f"openstack/{version}/{name}" for version, names in NAMES.items() for name in names}
    assert set(drive_files(make_server(), (), None)) == expected
    assert list(NAMES) == list(VERSIONS)


def test_user_data_is_in_every_version() -> None:
    server = make_server(user_data=base64.b64encode(b"#!/bin/sh\n").decode())
    files = drive_files(server, (), None)
    assert {files[f"openstack/{version}/user_data"] for version in VERSIONS} == {b"#!/bin/sh\n"}


@pytest.mark.parametrize("version", VERSIONS)
def test_items_of_the_metadata_came_with_versions(version: str) -> None:
    found = json.loads(documents(make_server(), (), version, "secret")["meta_data.json"])
    assert found.keys() & ITEMS_SINCE.keys() == {item for item, since in ITEMS_SINCE.items() if since <= version}
    assert (found["uuid"], found["name"], found["admin_pass"]) == ("s", "vm", "secret")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_service_lists_what_it_answers(version: str) -> None:
    documents_of = partial(documents, make_server(), ())
    status, listing, _ = route(f"/openstack/{version}/", documents_of)
    assert (status, listing.decode().split("\n")) == (200, NAMES[version])
    for name in NAMES["latest"]:
        there = name in NAMES[version]
        status, body, kind = route(f"/openstack/{version}/{name}", documents_of)
        assert (status, kind) == ((200, "application/json") if there else (404, "text/plain"))
        assert body == (documents_of(version)[name] if there else b"")


def test_there_are_no_other_versions() -> None:
    documents_of = partial(documents, make_server(), ())
    status, listing, _ = route("/openstack", documents_of)
    assert (status, listing.decode().split("\n")) == (200, list(VERSIONS))
    assert route("/openstack/2011-01-01/meta_data.json", documents_of)[0] == 404
    assert route("/openstack/2011-01-01", documents_of)[0] == 404
