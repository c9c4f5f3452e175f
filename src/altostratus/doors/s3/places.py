"""Which bucket and which key a request names: in its path, or the bucket in the name of the host.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from altostratus.doors.s3.errors import S3Error

LONGEST_KEY = 1024
"""In bytes of UTF-8."""
_PORT = re.compile(r":\d*$")
_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]")
_RESERVED = re.compile(r"xn--.*|sthree-.*|amzn-s3-demo-.*|.*-s3alias|.*--ol-s3|.*\.mrap|.*--x-s3")


class Place(NamedTuple):
    """'' where nothing is named. `resources` are the paths that a version 2 signature may be made over."""

    bucket: str
    key: str
    resources: tuple[str, ...]


def place_of(host: str, path: str, below: str, hostnames: Iterable[str]) -> Place:
    """`path` is all of it, `below` what follows the door's prefix; both undecoded."""
    name = _PORT.sub("", host.lower())
    bucket = next((name.removesuffix(f".{end}") for end in hostnames if name.endswith(f".{end}")), "")
    if bucket:
        return Place(bucket, _decoded(below.removeprefix("/")), (f"/{bucket}{below or '/'}",))
    named, _, key = below.removeprefix("/").partition("/")
    slashed = f"{below}/" if named and not key and not below.endswith("/") else below  # as botocore signs buckets
    return Place(_decoded(named), _decoded(key), tuple(dict.fromkeys((path or "/", below or "/", slashed or "/"))))


def _decoded(text: str) -> str:
    try:
        found = unquote_to_bytes(text).decode()
    except UnicodeDecodeError as error:
        raise S3Error("InvalidURI") from error
    if "\0" in found:
        raise S3Error("InvalidURI")
    return found


def check_bucket_name(name: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    if not _BUCKET.fullmatch(name) or ".-" in name or "-." in name or _RESERVED.fullmatch(name):
        raise S3Error("InvalidBucketName", BucketName=name)


def check_key(key: str) -> None:
    if len(key.encode()) > LONGEST_KEY:
        raise S3Error("KeyTooLongError", Size=str(len(key.encode())), MaxSizeAllowed=str(LONGEST_KEY))
