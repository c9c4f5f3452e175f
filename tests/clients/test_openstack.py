"""`openstack container …`, `object …`, `object store account …`, `ec2 credentials …` and `volume …`: lines typed at its
prompt."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.person import Person
from tests.conformance.discovery import Api

pytestmark = pytest.mark.slow
PROGRAM = Path(sys.executable).with_name("openstack")
CONTAINERS = """
container create blue red
container list -f json
container set blue --property colour=blue --property size=9
container show blue -f json
container unset blue --property size
container show blue -f json
container create open --public
container show open -f json
"""
OBJECTS = """
container create box
object create box tree/a tree/ü -f json
object create box tree/a --name other
object list box -f json --long
object list box -f json --prefix tree/
object set box tree/a --property colour=blue --property size=9
object show box tree/a -f json
object unset box tree/a --property size
object show box tree/a -f json
object save box tree/ü --file saved
object delete box other
object store account set --property colour=red
object store account show -f json
object store account unset --property colour
object store account show -f json
"""
VOLUMES = (
    """
volume create --size 1 --property a=b --description d one -f json
""",
    """
volume set --size 3 --name uno --property c=d --bootable one
volume unset --property a uno
""",
    """
volume show uno -f json
volume snapshot create --volume uno snap
volume snapshot set --name shot --property x=y snap
""",
    """
volume create --snapshot shot --size 4 two
volume create --source uno three
volume set --image-property k=v three
""",
    """
volume snapshot list --long -f json
volume list --long -f json
volume type list -f json
volume attachment list -f json
quota show --volume -f json
volume delete three
volume delete --purge uno
volume delete two
""",
)
"""Between them what was asked for is made."""
KEYS = """
ec2 credentials create -f json
ec2 credentials list -f json
"""


def said(person: Person, lines: str) -> list[Any]:
    """The documents that the program prints, if all that is asked of it is done. Its prompt always ends with 1."""
    found = person.attempt(PROGRAM, typed=lines, **person.openstack_variables)
    assert not found.stderr, found.stdout + found.stderr
    return list(_documents(found.stdout))


def _documents(text: str) -> Iterator[Any]:
    """JSON, one after the other; tables between them are left out."""
    decoder, lines = json.JSONDecoder(), text.splitlines(keepends=True)
    rest = "".join(line for line in lines if not line.startswith(("+", "|"))).strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        yield document
        rest = rest[end:].strip()


def test_containers(person: Person) -> None:
    listed, described, less, opened = said(person, CONTAINERS)
    assert [one["Name"] for one in listed] == ["blue", "red"]
    assert described["properties"] == {"colour": "blue", "size": "9"}
    assert less["properties"] == {"colour": "blue"}
    assert opened["read_acl"] == ".r:*,.rlistings"
    person.write("up/deep/a", b"saved")
    said(person, "container delete red open\nobject create blue up/deep/a\ncontainer save blue\n")
    assert (person.folder / "up/deep/a").read_bytes() == b"saved"
    assert said(person, "container delete --recursive blue\ncontainer list -f json\n") == [[]]


def test_objects(person: Person) -> None:
    content = {"tree/a": b"first", "tree/ü": os.urandom(100_000)}
    for name, data in content.items():
        person.write(name, data)
    created, listed, below, described, less, account, unset = said(person, OBJECTS)
    assert {one["object"]: one["etag"] for one in created} == {
        name: hashlib.md5(data).hexdigest() for name, data in content.items()
    }
    assert [(one["Name"], one["Bytes"]) for one in listed] == [("other", 5), ("tree/a", 5), ("tree/ü", 100_000)]
    assert [one["Name"] for one in below] == list(content)
    assert described["properties"] == {"colour": "blue", "size": "9"}
    assert "properties" not in less  # a POST to an object replaces them all, and that is what the program sends
    assert (person.folder / "saved").read_bytes() == content["tree/ü"]
    assert (account["Objects"], account["properties"]) == ("2", {"colour": "red"})
    assert "properties" not in unset


def test_access_keys(person: Person) -> None:
    made, listed = said(person, KEYS)
    assert {one["Access"] for one in listed} == {person.access, made["access"]}
    assert made["project_id"] == person.project_id
    person.run(PROGRAM, "ec2", "credentials", "delete", made["access"], **person.openstack_variables)
    assert [one["Access"] for one in said(person, "ec2 credentials list -f json")[0]] == [person.access]


@pytest.mark.nightly
def test_volumes(person: Person) -> None:
    api = Api(person.cloud)
    found = []
    with api.client:
        for lines in VOLUMES:
            found += said(person, lines)
            while any(status.endswith("ing") for status in _statuses(api)):
                pass
        assert _statuses(api) == []
    made, changed, snapshots, volumes, types, attachments, quotas = found
    assert (made["name"], made["size"]) == ("one", 1)
    assert (changed["size"], changed["bootable"], changed["properties"]) == (3, True, {"c": "d"})
    assert [(one["Name"], one["Status"], one["Properties"]) for one in snapshots] == [("shot", "available", {"x": "y"})]
    assert sorted((one["Name"], one["Size"]) for one in volumes) == [("three", 3), ("two", 4), ("uno", 3)]
    assert [one["Name"] for one in types] == ["__DEFAULT__"]
    assert attachments == []
    assert {one["Resource"]: one["Limit"] for one in quotas}["volumes"] == 10


def _statuses(api: Api) -> list[str]:
    """Of all volumes and snapshots."""
    found = (api.get("block-storage", f"/{kind}/detail?all_tenants=1")[kind] for kind in ("volumes", "snapshots"))
    return [one["status"] for things in found for one in things]
