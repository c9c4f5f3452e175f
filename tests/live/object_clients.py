"""Clients for a power cut that do what takes more than one row or one request: keep versions, put objects together."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from tests.services.objectstore.load import SIZES, Client, Session, sum_of

VERSIONED = 5
"""Names."""
REMOVALS = 0.2
OPEN = 3
"""Uploads at a time."""
PIECE = 5 << 20
"""The least that S3 takes as a part that is not the last."""


class Keeper(Client):
    """Writes versions and removes some for good. `may` has for a name and a version the sums of what it may be; `asked`
    has for a name those of what was asked for and never answered: which version that is nobody knows."""

    def __init__(self, session: Session, container: str, seed: int) -> None:
        super().__init__(session, container, seed)
        self.may: dict[tuple[str, str], set[bytes | None]] = {}
        self.asked: dict[str, set[bytes]] = {str(name): set() for name in range(VERSIONED)}

    def prepare(self) -> None:
        super().prepare()
        with self.connected():
            assert self.ask("POST", "", headers={"X-Versions-Enabled": "true"}).status == 204

    def step(self) -> None:
        kept = [which for which, contents in self.may.items() if contents != {None}]
        if kept and self.random.random() < REMOVALS:
            self._remove(*self.random.choice(kept))
        else:
            self._write(self.random.choice([*self.asked]), self.random.randbytes(self.random.choice(SIZES)))

    def _write(self, name: str, content: bytes) -> None:
        self.asked[name].add(sum_of(content))
        answer = self.ask("PUT", f"/{name}", content)
        assert answer.status == 201
        self.asked[name].remove(sum_of(content))
        self.may[name, answer.headers["X-Object-Version-Id"]] = {sum_of(content)}

    def _remove(self, name: str, version: str) -> None:
        self.may[name, version].add(None)
        assert self.ask("DELETE", f"/{name}?version-id={version}").status == 204
        self.may[name, version] = {None}

    def check(self) -> None:
        with self.connected():
            listed = self.listed("?versions&format=json")
            found = {(entry["name"], entry["version_id"]): self._read(entry) for entry in listed}
        for name, version in found.keys() - self.may.keys():
            self.may[name, version] = {*self.asked[name]}
        for which, contents in self.may.items():
            assert found.get(which) in contents, which
            self.may[which] = {found.get(which)}
        self.asked = {name: set() for name in self.asked}

    def _read(self, entry: dict[str, Any]) -> bytes:
        answer = self.ask("GET", f"/{entry['name']}?version-id={entry['version_id']}")
        assert (answer.status, len(answer.body), answer.headers["ETag"]) == (200, entry["bytes"], entry["hash"])
        return sum_of(answer.body)


@dataclass
class Upload:
    """Its parts, as they are acknowledged, and what is in them."""

    key: str
    parts: list[dict[str, Any]] = field(default_factory=list)
    content: bytes = b""


class Assembler(Client):
    """Puts objects together of two parts each, by S3, in a bucket of its own. `may` has the sums of what may be there;
    `uploads` those that are acknowledged and not known to be complete."""

    def __init__(self, session: Session, container: str, seed: int) -> None:
        super().__init__(session, container, seed)
        self.may: dict[str, set[bytes | None]] = {}
        self.uploads: dict[str, Upload] = {}

    def prepare(self) -> None:
        self._s3 = _s3_client(self.session)
        self._s3.create_bucket(Bucket=self.container)

    def step(self) -> None:
        try:
            self._step()
        except BotoCoreError as error:
            raise ConnectionError from error

    def _step(self) -> None:
        if len(self.uploads) < OPEN:
            self._begin(f"{len(self.may)}")
            return
        which = self.random.choice([*self.uploads])
        if len(self.uploads[which].parts) < 2:
            self._add_part(which, self.uploads[which])
        else:
            self._complete(which)

    def _begin(self, key: str) -> None:
        self.may[key] = {None}
        upload = self._s3.create_multipart_upload(Bucket=self.container, Key=key)["UploadId"]
        self.uploads[upload] = Upload(key)

    def _add_part(self, which: str, upload: Upload) -> None:
        number = len(upload.parts) + 1
        content = self.random.randbytes(1 << 10) * (PIECE >> 10) if number == 1 else self.random.randbytes(70_000)
        where = {"Bucket": self.container, "Key": upload.key, "UploadId": which}
        made = self._s3.upload_part(**where, PartNumber=number, Body=content)
        upload.parts.append({"PartNumber": number, "ETag": made["ETag"]})
        upload.content += content

    def _complete(self, which: str) -> None:
        upload = self.uploads[which]
        self.may[upload.key] = {None, sum_of(upload.content)}
        where = {"Bucket": self.container, "Key": upload.key, "UploadId": which}
        self._s3.complete_multipart_upload(**where, MultipartUpload={"Parts": upload.parts})
        self.may[upload.key] = {sum_of(upload.content)}
        del self.uploads[which]

    def check(self) -> None:
        """What was begun can be completed of the parts that were acknowledged."""
        open_ = {each["UploadId"] for each in self._listed("list_multipart_uploads", "Uploads")}
        for which, upload in [*self.uploads.items()]:
            assert which in open_ or len(self.may[upload.key]) > 1, "an upload is lost"
            if which in open_ and upload.parts:
                self._complete(which)
        found = {each["Key"]: self._read(each) for each in self._listed("list_objects_v2", "Contents")}
        assert found.keys() <= self.may.keys()
        for key, contents in self.may.items():
            assert found.get(key) in contents, key
            self.may[key] = {found.get(key)}
        self.uploads = {}

    def _listed(self, verb: str, what: str) -> list[dict[str, Any]]:
        pages = self._s3.get_paginator(verb).paginate(Bucket=self.container)
        return [each for page in pages for each in page.get(what, ())]

    def _read(self, listed: dict[str, Any]) -> bytes:
        answer = self._s3.get_object(Bucket=self.container, Key=listed["Key"])
        body: bytes = answer["Body"].read()
        assert (len(body), answer["ETag"]) == (listed["Size"], listed["ETag"])
        return sum_of(body)


def _s3_client(session: Session) -> Any:
    body = json.dumps({"tenant_id": session.project})
    headers = {"X-Auth-Token": session.token, "Content-Type": "application/json"}
    with closing(session.connect()) as connection:
        connection.request("POST", f"/identity/v3/users/{session.user}/credentials/OS-EC2", body, headers)
        key = json.loads(connection.getresponse().read())["credential"]
    keys = {"aws_access_key_id": key["access"], "aws_secret_access_key": key["secret"]}
    patient = Config(
        s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, read_timeout=int(session.seconds)
    )
    where = f"http://127.0.0.1:{session.port}/s3"
    return boto3.Session(region_name="RegionOne", **keys).client("s3", endpoint_url=where, config=patient)
