"""The AWS command line: `aws s3` and `aws s3api`."""

import json
import os
from pathlib import Path

import httpx
import pytest

from tests.clients.person import REGION, Person

pytestmark = pytest.mark.slow
MIB = 1 << 20


class Aws:
    """The program, as one person."""

    def __init__(self, programs: Path, person: Person) -> None:
        self.program, self.person = programs / "aws", person

    def __call__(self, *arguments: object) -> str:
        variables = {
            "AWS_ACCESS_KEY_ID": self.person.access,
            "AWS_SECRET_ACCESS_KEY": self.person.secret,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        return self.person.run(self.program, f"--endpoint-url={self.person.cloud.url}/s3", *arguments, **variables)

    def names(self, place: str) -> list[str]:
        return [line.split(None, 3)[3] for line in self("s3", "ls", place, "--recursive").splitlines()]


@pytest.fixture
def aws(programs: Path, person: Person) -> Aws:
    return Aws(programs, person)


def test_a_tree_is_kept_in_step(aws: Aws) -> None:
    person = aws.person
    content = {"tree/a": b"first", "tree/deep/ü b": os.urandom(100_000), "tree/gone": b"x"}
    for name, data in content.items():
        person.write(name, data)
    aws("s3", "mb", "s3://tree-box")
    aws("s3", "sync", "tree", "s3://tree-box/tree")
    assert aws.names("s3://tree-box") == sorted(content)
    assert [line.split()[-1] for line in aws("s3", "ls", "s3://tree-box/tree/").splitlines()] == ["deep/", "a", "gone"]
    (person.folder / "tree/gone").unlink()
    assert aws("s3", "sync", "tree", "s3://tree-box/tree", "--delete").strip() == "delete: s3://tree-box/tree/gone"
    aws("s3", "sync", "s3://tree-box/tree", "down")
    for name in ("a", "deep/ü b"):
        assert (person.folder / "down" / name).read_bytes() == content[f"tree/{name}"]
    aws("s3", "mv", "s3://tree-box/tree/a", "s3://tree-box/moved")
    assert aws("s3", "cp", "s3://tree-box/moved", "-") == "first"
    assert aws.names("s3://tree-box") == ["moved", "tree/deep/ü b"]
    aws("s3", "rm", "s3://tree-box/tree", "--recursive")
    aws("s3", "rb", "s3://tree-box", "--force")
    assert aws("s3", "ls") == ""


def test_large_files_go_in_parts(aws: Aws) -> None:
    data = os.urandom(20 * MIB)
    aws.person.write("large", data)
    aws("s3", "mb", "s3://large-box")
    aws("s3", "cp", "large", "s3://large-box/large", "--metadata", "colour=blue", "--content-type", "text/x-a")
    head = json.loads(aws("s3api", "head-object", "--bucket", "large-box", "--key", "large"))
    assert (head["ContentLength"], head["Metadata"], head["ContentType"]) == (len(data), {"colour": "blue"}, "text/x-a")
    assert head["ETag"].endswith('-3"')
    aws("s3", "cp", "s3://large-box/large", "s3://large-box/copy")
    aws("s3", "cp", "s3://large-box/copy", "down")
    assert (aws.person.folder / "down").read_bytes() == data
    assert aws("s3api", "list-multipart-uploads", "--bucket", "large-box", "--query", "Uploads").strip() == "null"


def test_signed_urls(aws: Aws) -> None:
    aws.person.write("a", b"for a minute")
    aws("s3", "mb", "s3://url-box")
    aws("s3", "cp", "a", "s3://url-box/a b")
    url = aws("s3", "presign", "s3://url-box/a b", "--expires-in", 60).strip()
    assert httpx.get(url).content == b"for a minute"
    assert httpx.get(url.partition("?")[0]).status_code == 403
