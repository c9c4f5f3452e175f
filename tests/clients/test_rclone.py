"""rclone, Debian's: its backend for Swift and its backend for S3."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from tests.clients.person import REGION, Person

pytestmark = pytest.mark.slow
MIB = 1 << 20


class Rclone:
    """The program as one person, with one remote: `to:`."""

    def __init__(self, program: Path, person: Person, variables: dict[str, str]) -> None:
        self.program, self.person, self.variables = program, person, variables

    def __call__(self, *arguments: object) -> str:
        return self.person.run(self.program, *arguments, **self.variables)

    def names(self, place: str) -> list[str]:
        return sorted(self("lsf", "--recursive", "--files-only", place).splitlines())


def swift(person: Person) -> dict[str, str]:
    """From the variables of an `openrc`."""
    options = {"TYPE": "swift", "ENV_AUTH": "true", "CHUNK_SIZE": "5M"}
    return person.openstack_variables | _remote(options)


def s3(person: Person) -> dict[str, str]:
    return _remote(
        {
            "TYPE": "s3",
            "PROVIDER": "Other",
            "ACCESS_KEY_ID": person.access,
            "SECRET_ACCESS_KEY": person.secret,
            "ENDPOINT": f"{person.cloud.url}/s3",
            "REGION": REGION,
            "CHUNK_SIZE": "5M",
            "UPLOAD_CUTOFF": "5M",
        }
    )


def _remote(options: dict[str, str]) -> dict[str, str]:
    return {f"RCLONE_CONFIG_TO_{name}": value for name, value in options.items()}


@pytest.fixture(params=[swift, s3])
def run(request: pytest.FixtureRequest, rclone: Path, person: Person) -> Rclone:
    return Rclone(rclone, person, request.param(person))


def test_a_tree_is_kept_in_step(run: Rclone) -> None:
    person, box = run.person, f"to:{run.person.name}"
    content = {"a": b"first", "deep/ü b": os.urandom(100_000), "empty": b"", "gone": b"x"}
    for name, data in content.items():
        person.write(f"tree/{name}", data)
    run("mkdir", box)
    assert run("lsd", "to:").split()[-1] == person.name
    run("copy", "tree", f"{box}/tree")
    assert run.names(f"{box}/tree") == sorted(content)
    run("check", "tree", f"{box}/tree")
    told = {
        name: digest for digest, name in (line.split("  ", 1) for line in run("md5sum", f"{box}/tree").splitlines())
    }
    assert told == {name: hashlib.md5(data).hexdigest() for name, data in content.items()}
    (person.folder / "tree/gone").unlink()
    person.write("tree/a", b"changed")
    run("sync", "tree", f"{box}/tree")
    run("check", "tree", f"{box}/tree")
    assert run("cat", f"{box}/tree/a") == "changed"
    run("moveto", f"{box}/tree/a", f"{box}/moved")
    run("copyto", f"{box}/moved", f"{box}/copy")
    assert run.names(box) == ["copy", "moved", "tree/deep/ü b", "tree/empty"]
    run("sync", box, "down")
    assert (person.folder / "down/tree/deep/ü b").read_bytes() == content["deep/ü b"]
    assert json.loads(run("size", "--json", box))["bytes"] == 2 * len("changed") + 100_000
    run("delete", f"{box}/tree")
    run("purge", box)
    assert run("lsd", "to:") == ""


def test_large_files_go_in_parts(run: Rclone) -> None:
    person, box = run.person, f"to:{run.person.name}"
    data = os.urandom(6 * MIB).hex().encode()
    path = person.write("up/large", data)
    os.utime(path, (1_500_000_000, 1_500_000_000))
    run("copy", "up", box)
    found = json.loads(run("lsjson", "--hash", box))[0]
    assert (found["Size"], found["ModTime"][:10]) == (len(data), "2017-07-14")
    run("check", "--download", "up", box)
    assert run("cat", "--offset", 5 * MIB - 3, "--count", 6, f"{box}/large") == data[5 * MIB - 3 : 5 * MIB + 3].decode()
    run("copyto", f"{box}/large", f"{box}/copy")
    run("copy", f"{box}/copy", "down")
    assert (person.folder / "down/copy").read_bytes() == data
    run("purge", box)
