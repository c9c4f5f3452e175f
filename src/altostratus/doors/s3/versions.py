"""Ids of versions as clients name them."""

from altostratus.contracts.objectstore import NULL
from altostratus.doors.s3.errors import S3Error


def check_version(text: str) -> None:
    """Whether there may be a version of this id."""
    if text != NULL and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise S3Error("InvalidArgument", "Invalid version id specified", ArgumentName="versionId", ArgumentValue=text)
