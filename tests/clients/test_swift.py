"""python-swiftclient: the program `swift`, and its library's connections."""

import json
import os
from pathlib import Path

import httpx
import pytest

from tests.clients.person import Person, make_person

pytestmark = pytest.mark.slow
MIB = 1 << 20
LIBRARY = """
import io, os, swiftclient
cloud = swiftclient.Connection(
    authurl=os.environ["OS_AUTH_URL"], user=os.environ["OS_USERNAME"], key=os.environ["OS_PASSWORD"],
    tenant_name=os.environ["OS_PROJECT_NAME"], auth_version="3",
    os_options={"user_domain_id": "default", "project_domain_id": "default"},
)
cloud.put_container("shelf", headers={"X-Container-Meta-Colour": "röd"})
assert cloud.head_container("shelf")["x-container-meta-colour"] == "röd"
etag = cloud.put_object("shelf", "naïve/☃", contents=io.BytesIO(b"abc" * 1000), chunk_size=512)
headers, body = cloud.get_object("shelf", "naïve/☃", resp_chunk_size=700)
assert b"".join(body) == b"abc" * 1000 and headers["etag"] == etag
assert cloud.get_object("shelf", "naïve/☃", headers={"Range": "bytes=3-5"})[1] == b"abc"
for number in range(25):
    cloud.put_object("shelf", f"n{number:02}", contents=b"")
assert len(cloud.get_container("shelf", limit=10, full_listing=True)[1]) == 26
assert [one["subdir"] for one in cloud.get_container("shelf", delimiter="/")[1] if "subdir" in one] == ["naïve/"]
cloud.post_object("shelf", "n00", {"X-Object-Meta-Size": "0"})
cloud.copy_object("shelf", "n00", "/shelf/copied")
assert cloud.head_object("shelf", "copied")["x-object-meta-size"] == "0"
try:
    cloud.get_object("shelf", "none")
except swiftclient.ClientException as error:
    assert error.http_status == 404
else:
    raise AssertionError("there is no such object")
"""


class Swift:
    """The program `swift`, as one person."""

    def __init__(self, programs: Path, person: Person) -> None:
        self.program, self.person = programs / "swift", person

    def __call__(self, *arguments: object) -> str:
        return self.person.run(self.program, *arguments, **self.person.openstack_variables)

    def stat(self, *place: str) -> dict[str, str]:
        lines = (line.partition(":") for line in self("stat", *place).splitlines())
        return {name.strip(): value.strip() for name, _, value in lines}


@pytest.fixture
def swift(programs: Path, person: Person) -> Swift:
    return Swift(programs, person)


def test_a_tree_goes_up_and_comes_down(swift: Swift) -> None:
    person = swift.person
    swift("post", "box", "--header", "X-Container-Meta-Colour: blue")
    assert swift.stat("box")["Meta Colour"] == "blue"
    content = {"tree/a": b"first", "tree/deep/ü b": os.urandom(100_000), "tree/empty": b""}
    for name, data in content.items():
        person.write(name, data)
    swift("upload", "box", "tree")
    assert swift("list", "box").splitlines() == sorted(content)
    assert swift("list", "box", "--prefix", "tree/", "--delimiter", "/").splitlines() == [
        "tree/a",
        "tree/deep/",
        "tree/empty",
    ]
    person.write("tree/a", b"changed")
    before = {name: swift.stat("box", name)["X-Timestamp"] for name in ("tree/a", "tree/empty")}
    swift("upload", "box", "tree", "--changed")
    assert swift.stat("box", "tree/a")["X-Timestamp"] > before["tree/a"]
    assert swift.stat("box", "tree/empty")["X-Timestamp"] == before["tree/empty"]
    swift("download", "box", "--output-dir", "down")  # which compares etags
    for name, data in (content | {"tree/a": b"changed"}).items():
        assert (person.folder / "down" / name).read_bytes() == data
    account = swift.stat()
    assert (account["Containers"], account["Objects"]) == ("1", "3")
    swift("delete", "box", "--prefix", "tree/deep")
    assert swift("list", "box").splitlines() == ["tree/a", "tree/empty"]
    swift("delete", "box")
    assert swift("list") == ""


def test_metadata_go_with_copies(swift: Swift) -> None:
    swift.person.write("a", b"first")
    swift("upload", "box", "a")
    swift("post", "box", "a", "--meta", "Colour:red", "--header", "Content-Type: text/x-a")
    swift("copy", "box", "a", "--destination", "/box/copy", "--meta", "More:1")
    copied = swift.stat("box", "copy")
    assert (copied["Meta Colour"], copied["Meta More"], copied["Content Type"]) == ("red", "1", "text/x-a")
    swift("copy", "box", "a", "--destination", "/box/bare", "--fresh-metadata")
    assert "Meta Colour" not in swift.stat("box", "bare")


@pytest.mark.parametrize("kind", ["--use-slo", "--use-dlo"])
def test_large_objects_are_uploaded_in_segments(swift: Swift, kind: str) -> None:
    data = os.urandom(3 * MIB + 12345)
    path = swift.person.write("large", data)
    swift("upload", "box", path.name, "--segment-size", MIB, kind)
    found = swift.stat("box", "large")
    assert found["Content Length"] == str(len(data))
    assert len(swift("list", "box_segments").splitlines()) == 4
    swift("download", "box", "large", "--output", "down")
    assert (swift.person.folder / "down").read_bytes() == data
    swift("upload", "box", "large", "--segment-size", MIB, kind, "--skip-identical")
    assert swift.stat("box", "large")["X-Timestamp"] == found["X-Timestamp"]
    swift("delete", "box", "large")  # with its segments
    assert swift("list", "box_segments") == ""


def test_others_read_what_they_are_let(swift: Swift, programs: Path) -> None:
    person = swift.person
    other = make_person(person.cloud, person.folder / "other")
    account = f"{person.cloud.object_url}/v1/AUTH_{person.project_id}"
    person.write("a", b"for the other")
    swift("upload", "box", "a")
    read = ("--os-storage-url", account, "download", "box", "a", "--output", "-")
    variables = other.openstack_variables
    assert other.attempt(programs / "swift", *read, **variables).returncode == 1
    swift("post", "box", "--read-acl", f"{other.project_id}:{other.user_id}")
    assert other.run(programs / "swift", *read, **variables) == "for the other"
    assert httpx.get(f"{account}/box/a").status_code == 401
    swift("post", "box", "--read-acl", ".r:*,.rlistings")
    assert httpx.get(f"{account}/box/a").content == b"for the other"
    assert httpx.get(f"{account}/box").text == "a\n"


def test_temporary_urls(swift: Swift) -> None:
    person = swift.person
    person.write("a", b"for a minute")
    swift("upload", "box", "a")
    swift("post", "--meta", "Temp-URL-Key:secret")
    path = f"/v1/AUTH_{person.project_id}/box/a"
    found = swift("tempurl", "GET", 60, path, "secret").strip()
    assert httpx.get(person.cloud.object_url + found).content == b"for a minute"
    assert httpx.get(person.cloud.object_url + found.replace("/a?", "/b?")).status_code == 401
    here, elsewhere = (
        swift("tempurl", "GET", 60, path, "secret", "--digest", "sha512", "--iso8601", "--ip-range", address).strip()
        for address in ("127.0.0.0/8", "192.0.2.1")
    )
    assert httpx.get(person.cloud.object_url + here).content == b"for a minute"
    assert httpx.get(person.cloud.object_url + elsewhere).status_code == 401
    prefixed = swift("tempurl", "GET", 60, f"/v1/AUTH_{person.project_id}/box/", "secret", "--prefix-based").strip()
    assert httpx.get(person.cloud.object_url + prefixed.replace("/?", "/a?")).content == b"for a minute"


def test_older_versions_come_back(swift: Swift) -> None:
    person = swift.person
    swift("post", "box", "--header", "X-Versions-Enabled: true")
    for content in (b"first", b"second"):
        person.write("a", content)
        swift("upload", "box", "a")
    swift("delete", "box", "a")
    assert swift("list", "box") == ""
    lines = [line.split() for line in swift("list", "box", "--versions").splitlines()]
    ids = [fields[-3] for fields in lines if fields[-1] == "a"]
    found = [swift("download", "box", "a", "--version-id", each, "--output", "-") for each in ids[1:]]
    assert found == ["second", "first"]  # newest first, after the mark of what was deleted
    swift("delete", "--versions", "box")
    assert swift("list") == ""


def test_capabilities_are_told(swift: Swift) -> None:
    known = json.loads(swift("capabilities", "--json"))
    assert {"swift", "slo", "tempurl", "bulk_delete", "symlink"} <= known.keys()


def test_the_library(programs: Path, person: Person) -> None:
    person.run(programs / "python", "-c", LIBRARY, **person.openstack_variables)
