"""A cloud with the S3 door for each test that asks for one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.doors.s3.cloud import S3Cloud, code_of, open_s3


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[S3Cloud]:
    with open_s3(tmp_path) as opened:
        yield opened


@pytest.fixture
def s3(cloud: S3Cloud) -> Any:
    """boto3's client, with a bucket named box."""
    client: Any = cloud.client()
    client.create_bucket(Bucket="box")
    return client


def refused(call: Callable[..., Any], *args: Any, **options: Any) -> tuple[int, str]:
    """The status and the code with which something is refused."""
    with pytest.raises(ClientError) as caught:
        call(*args, **options)
    return code_of(caught.value)
