"""Requests signed by botocore, and the door's view of them."""

from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from altostratus.doors.s3.claim import Request

ACCESS, SECRET, REGION = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"
CREDENTIALS = Credentials(ACCESS, SECRET)


def aws_request(
    method: str, url: str, headers: dict[str, str] | None = None, data: bytes = b"", **context: Any
) -> AWSRequest:
    """A request as botocore's signers want it."""
    request = AWSRequest(method=method, url=url, headers=headers or {}, data=data)
    request.context.update(context)
    return request


def seen(signed: AWSRequest, *, resources: tuple[str, ...] = ()) -> Request:
    """What a server sees of a request that botocore signed."""
    parts = urlsplit(signed.url)
    headers = [(name.lower(), value) for name, value in signed.headers.items()]
    if not any(name == "host" for name, _ in headers):
        headers.append(("host", parts.netloc))
    return Request(signed.method, parts.path or "/", parts.query, headers, resources)
