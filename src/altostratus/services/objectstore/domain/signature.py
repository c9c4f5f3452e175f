"""Signatures by a key of an account or a container, of temporary URLs and of forms.

https://docs.openstack.org/swift/latest/api/temporary_url_middleware.html
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from altostratus.contracts.objectstore import Values

DEPRECATED = ("sha1",)
DIGESTS = (*DEPRECATED, "sha256", "sha512")
"""As in Swift, whose older clients sign with SHA-1: as an HMAC it still holds."""
KEYS = ("temp-url-key", "temp-url-key-2")
"""The metadata of accounts and containers that are keys: only owners see them."""
_BY_LENGTH = {hashlib.new(name).digest_size: name for name in DIGESTS}


class Signature(NamedTuple):
    """What a client has made with a key."""

    digest: str
    value: bytes


def read_signature(text: str) -> Signature | None:
    """Hexadecimal digits, or `sha256:` and base64 of either alphabet; None for anything else."""
    name, colon, rest = text.partition(":")
    try:
        if not colon:
            value = bytes.fromhex(text)
            if value.hex() != text:
                return None
            return Signature(_BY_LENGTH[len(value)], value)
        alphabet = rest.replace("-", "+").replace("_", "/").rstrip("=")
        value = base64.b64decode(alphabet + "=" * (-len(alphabet) % 4), validate=True)
    except (KeyError, ValueError, binascii.Error):
        return None
    return Signature(name, value) if name in DIGESTS else None


def keys_of(meta: Values) -> list[str]:
    return [str(meta[name]) for name in KEYS if meta.get(name)]


def is_signed(signature: Signature, key: str, messages: Iterable[str]) -> bool:
    """Whether the signature is that of one of these messages."""
    made = (hmac.digest(key.encode(), message.encode(), signature.digest) for message in messages)
    return any(hmac.compare_digest(one, signature.value) for one in made)


def read_expiry(text: str) -> int | None:
    """Seconds since 1970, from a number of them or from 2026-11-20T10:43:19Z."""
    if text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
