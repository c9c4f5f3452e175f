"""EC2 credentials: named by their access key; their blob says the secret and what they may be limited to."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from altostratus.kernel.errors import BadRequest
from altostratus.services.identity.errors import Expecting

KIND = "ec2"
LIMITS = ("trust_id", "app_cred_id", "access_token_id", "access_id")
"""What in a blob narrows the tokens got with it, and so never changes."""

Blob = Mapping[str, Any]


def is_ec2(kind: str) -> bool:
    """Whether a credential of this type has such a blob and such an id. (Only 'ec2' itself can log in.)"""
    return kind.lower() == KIND


def ec2_id(access: str) -> str:
    return hashlib.sha256(access.encode()).hexdigest()


def read_blob(text: str) -> Blob:
    """BadRequest unless it is a JSON object with an access key."""
    try:
        blob = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequest("Invalid blob in credential") from error
    if not blob or not isinstance(blob, dict):
        raise Expecting("blob", "credential")
    if not isinstance(blob.get("access"), str):
        raise Expecting("access", "credential")
    return blob


def check_limits(old: Blob, new: Blob) -> None:
    for name in LIMITS:
        if old.get(name) != new.get(name):
            raise BadRequest(f"{name} can not be updated for credential")
