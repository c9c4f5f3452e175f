"""s3cmd, with buckets in the name of the host."""

import hashlib
import os
from pathlib import Path

import httpx
import pytest

from tests.clients.person import REGION, Person

pytestmark = pytest.mark.slow
MIB = 1 << 20
SETTINGS = """[default]
access_key = {access}
secret_key = {secret}
bucket_location = {region}
host_base = s3.localhost:{port}
host_bucket = %(bucket)s.s3.localhost:{port}
use_https = False
proxy_host = 127.0.0.1
proxy_port = {port}
signature_v2 = {old}
multipart_chunk_size_mb = 5
"""
"""Nothing here knows the address of `s3.localhost`: a proxy need not be asked for it, and the cloud is its own."""


class S3cmd:
    """The program, as one person."""

    def __init__(self, programs: Path, person: Person, old: bool) -> None:
        self.program, self.person = programs / "s3cmd", person
        self.port = person.cloud.url.rpartition(":")[2]
        settings = SETTINGS.format(access=person.access, secret=person.secret, region=REGION, port=self.port, old=old)
        person.write(".s3cfg", settings.encode())

    def __call__(self, *arguments: object) -> str:
        return self.person.run(self.program, "--no-progress", *arguments)

    def names(self, place: str) -> list[str]:
        return [line.split(None, 3)[3] for line in self("ls", place, "--recursive").splitlines()]


@pytest.fixture(params=["signature of version 4", "signature of version 2"])
def s3cmd(request: pytest.FixtureRequest, programs: Path, person: Person) -> S3cmd:
    return S3cmd(programs, person, request.param.endswith("2"))


def test_a_session(s3cmd: S3cmd) -> None:
    person, bucket = s3cmd.person, f"s3://{s3cmd.person.name}"
    content = {"tree/a": b"first", "tree/deep/ü b": os.urandom(100_000), "tree/gone": b"x"}
    for name, data in content.items():
        person.write(name, data)
    s3cmd("mb", bucket)
    assert s3cmd("ls").split()[-1] == bucket
    s3cmd("sync", "tree", f"{bucket}/")
    assert s3cmd.names(bucket) == [f"{bucket}/{name}" for name in sorted(content)]
    (person.folder / "tree/gone").unlink()
    assert "tree/gone" in s3cmd("sync", "--delete-removed", "tree", f"{bucket}/")
    (person.folder / "down").mkdir()
    s3cmd("sync", f"{bucket}/tree/", "down/")
    for name in ("a", "deep/ü b"):
        assert (person.folder / "down" / name).read_bytes() == content[f"tree/{name}"]
    s3cmd("cp", f"{bucket}/tree/a", f"{bucket}/copy", "--add-header", "x-amz-meta-colour: blue")
    s3cmd("mv", f"{bucket}/tree/a", f"{bucket}/moved")
    assert s3cmd("get", f"{bucket}/moved", "-") == "first"
    s3cmd("del", "--recursive", "--force", f"{bucket}/tree")
    assert s3cmd.names(bucket) == [f"{bucket}/copy", f"{bucket}/moved"]
    s3cmd("rb", "--recursive", "--force", bucket)
    assert s3cmd("ls") == ""


def test_large_files_go_in_parts(s3cmd: S3cmd) -> None:
    person, bucket = s3cmd.person, f"s3://{s3cmd.person.name}"
    data = os.urandom(12 * MIB)
    person.write("large", data)
    s3cmd("mb", bucket)
    assert "[part 3 of 3, " in s3cmd("put", "--progress", "large", f"{bucket}/large")
    lines = (line.partition(":") for line in s3cmd("info", f"{bucket}/large").splitlines())
    info = {name.strip(): value.strip() for name, _, value in lines}
    assert info["File size"] == str(len(data))
    assert info["MD5 sum"] == hashlib.md5(data).hexdigest()  # s3cmd keeps it
    s3cmd("get", f"{bucket}/large", "down")
    assert (person.folder / "down").read_bytes() == data
    assert f"{bucket}/large" not in s3cmd("multipart", bucket)


def test_all_are_let_in(s3cmd: S3cmd) -> None:
    person, bucket = s3cmd.person, f"s3://{s3cmd.person.name}"
    person.write("a", b"for all")
    s3cmd("mb", bucket)
    s3cmd("put", "a", f"{bucket}/a")
    url = f"{person.cloud.url}/s3/{person.name}/a"
    assert httpx.get(url).status_code == 403
    s3cmd("setacl", "--acl-public", f"{bucket}/a")
    assert "*anon*: READ" in s3cmd("info", f"{bucket}/a")
    assert httpx.get(url).content == b"for all"
