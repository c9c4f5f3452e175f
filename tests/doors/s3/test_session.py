"""boto3's session with a running cloud, over sockets: an EC2 credential from identity, the real server's framing."""

import io
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from tests.simulated_cloud import CloudProcess, simulated_cloud

pytestmark = pytest.mark.slow
PIECE = 5 << 20


@pytest.fixture(scope="module")
def cloud() -> Iterator[CloudProcess]:
    with simulated_cloud() as found:
        yield found


@pytest.fixture(scope="module")
def keys(cloud: CloudProcess) -> dict[str, str]:
    """Of the administrator, in the administrator's project."""
    identity = {"methods": ["password"], "password": {"user": {"name": "admin", "domain": {"id": "default"}}}}
    identity["password"]["user"]["password"] = cloud.password  # type: ignore[call-overload,index]
    scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
    answer = httpx.post(f"{cloud.identity_url}/auth/tokens", json={"auth": {"identity": identity, "scope": scope}})
    token = answer.json()["token"]
    path = f"{cloud.identity_url}/users/{token['user']['id']}/credentials/OS-EC2"
    headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    made = httpx.post(path, json={"tenant_id": token["project"]["id"]}, headers=headers).json()["credential"]
    return {"aws_access_key_id": made["access"], "aws_secret_access_key": made["secret"]}


def client(cloud: CloudProcess, keys: dict[str, str], **config: Any) -> Any:
    options = {"s3": {"addressing_style": "path"}, "retries": {"total_max_attempts": 1}, **config}
    return boto3.client("s3", endpoint_url=f"{cloud.url}/s3", region_name="RegionOne", config=Config(**options), **keys)


def test_a_session(cloud: CloudProcess, keys: dict[str, str]) -> None:
    s3 = client(cloud, keys)
    s3.create_bucket(Bucket="box")
    for key in ("plain", "a b/ü+%41", "a//b/../c"):
        s3.put_object(Bucket="box", Key=key, Body=key.encode(), ChecksumAlgorithm="SHA256")
        assert s3.get_object(Bucket="box", Key=key, ChecksumMode="ENABLED")["Body"].read() == key.encode()
    assert len(s3.list_objects_v2(Bucket="box")["Contents"]) == 3
    body = bytes(range(256)) * (PIECE * 3 // 256) + b"end"
    config = TransferConfig(multipart_threshold=PIECE, multipart_chunksize=PIECE, max_concurrency=3)
    s3.upload_fileobj(io.BytesIO(body), "box", "large", Config=config)
    target = io.BytesIO()
    s3.download_fileobj("box", "large", target, Config=config)
    assert target.getvalue() == body
    assert s3.head_object(Bucket="box", Key="large")["ContentLength"] == len(body)
    s3.copy_object(Bucket="box", Key="copy", CopySource="box/large")
    found = s3.get_object(Bucket="box", Key="copy", Range="bytes=-5")
    assert found["Body"].read() == body[-5:]
    names = [{"Key": each["Key"]} for each in s3.list_objects_v2(Bucket="box")["Contents"]]
    assert len(s3.delete_objects(Bucket="box", Delete={"Objects": names})["Deleted"]) == 5
    s3.delete_bucket(Bucket="box")
    assert s3.list_buckets()["Buckets"] == []


def test_presigned_and_old_signatures(cloud: CloudProcess, keys: dict[str, str]) -> None:
    for version in ("s3", "s3v4"):
        s3 = client(cloud, keys, signature_version=version)
        s3.create_bucket(Bucket=f"box-{version}")
        to = {"Bucket": f"box-{version}", "Key": "ü b"}
        assert httpx.put(s3.generate_presigned_url("put_object", to), content=b"x" * 100_000).status_code == 200
        assert httpx.get(s3.generate_presigned_url("get_object", to)).content == b"x" * 100_000
        assert httpx.head(s3.generate_presigned_url("head_object", to)).headers["content-length"] == "100000"
        assert httpx.get(f"{cloud.url}/s3/box-{version}/x").status_code == 403


def test_a_bucket_in_the_name_of_the_host(cloud: CloudProcess, keys: dict[str, str]) -> None:
    client(cloud, keys).create_bucket(Bucket="hosted")
    to = {"Bucket": "hosted", "Key": "k"}
    port = cloud.url.rpartition(":")[2]
    config = Config(s3={"addressing_style": "virtual"})
    s3 = boto3.client("s3", endpoint_url=f"http://s3.localhost:{port}", region_name="RegionOne", config=config, **keys)
    url = httpx.URL(s3.generate_presigned_url("put_object", to))
    assert url.host == "hosted.s3.localhost"
    here = url.copy_with(host="127.0.0.1")
    answer = httpx.put(here, content=b"x", headers={"host": f"{url.host}:{port}"})
    assert answer.status_code == 200, answer.text
    assert client(cloud, keys).get_object(**to)["Body"].read() == b"x"
