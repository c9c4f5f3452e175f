"""What a token says, packed into as few bytes as it takes: a token id must not be longer than 255 characters."""

import base64
import struct
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from altostratus.kernel.clock import from_micros, micros

METHODS = ("password", "token", "application_credential", "totp", "ec2credential")
"""Ways to authenticate, each a bit in a token; append only."""
BY_SIGNATURE = "ec2credential"
"""With the secret of an EC2 credential: a token that other services take, and this one does not."""

_BITS = {name: 1 << number for number, name in enumerate(METHODS)}
_FORMAT = 1
_HEAD = struct.Struct(">BBBQQII")
_AUDIT_BYTES = 16


class ScopeKind(IntEnum):
    """What a token is for; the numbers are stored in tokens."""

    UNSCOPED = 0
    PROJECT = 1
    DOMAIN = 2
    SYSTEM = 3


class Scope(NamedTuple):
    """A kind and the project's or domain's id ('' for the other kinds)."""

    kind: ScopeKind
    id: str = ""


UNSCOPED = Scope(ScopeKind.UNSCOPED)
SYSTEM = Scope(ScopeKind.SYSTEM)


class DelegationKind(IntEnum):
    """In whose stead a token acts; the numbers are stored in tokens."""

    NONE = 0
    TRUST = 1
    APPLICATION_CREDENTIAL = 2


class Delegation(NamedTuple):
    """A kind and the trust's or application credential's id."""

    kind: DelegationKind
    id: str = ""


ON_ITS_OWN = Delegation(DelegationKind.NONE)


# no dataclass: a frozen one takes three times as long to make or to change, and each login makes several
class Claims(NamedTuple):
    """A token's content. `audit_ids` are its own and, when it was got with a token, that of the first of its
    chain; the epochs are those of user and scope when it was issued: when either grows, the token ends.
    `delegation` is what limits its roles beyond those of its user."""

    user_id: str
    methods: tuple[str, ...]
    scope: Scope
    audit_ids: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    user_epoch: int
    scope_epoch: int
    delegation: Delegation = ON_ITS_OWN

    @property
    def delegated(self) -> bool:
        """Whether something narrower than its user's own proof got it; then it gets no other token."""
        return bool(self.delegation.kind) or BY_SIGNATURE in self.methods

    @property
    def audit_id(self) -> str:
        return self.audit_ids[0]


def pack(claims: Claims) -> bytes:
    methods = sum([_BITS[name] for name in claims.methods])
    times = micros(claims.issued_at), micros(claims.expires_at)
    kinds = claims.delegation.kind << 4 | claims.scope.kind
    head = _HEAD.pack(_FORMAT, kinds, methods, *times, claims.user_epoch, claims.scope_epoch)
    delegated = [claims.delegation.id] if claims.delegation.kind else []
    ids = [_pack_id(one) for one in (claims.user_id, claims.scope.id, *delegated)]
    return b"".join([head, *ids, *map(_audit_bytes, claims.audit_ids)])


def unpack(data: bytes) -> Claims:
    """Raises ValueError when the bytes are not a token of this format."""
    try:
        form, kinds, bits, issued, expires, user_epoch, scope_epoch = _HEAD.unpack_from(data)
        if form != _FORMAT:
            raise ValueError(f"unknown token format {form}")
        user_id, rest = _unpack_id(data[_HEAD.size :])
        scope_id, rest = _unpack_id(rest)
        delegation_id, rest = _unpack_id(rest) if kinds >> 4 else ("", rest)
    except (struct.error, IndexError) as error:
        raise ValueError("truncated token") from error
    return Claims(
        user_id=user_id,
        methods=tuple(name for number, name in enumerate(METHODS) if bits >> number & 1),
        scope=Scope(ScopeKind(kinds & 0xF), scope_id),
        audit_ids=tuple(audit_text(rest[i : i + _AUDIT_BYTES]) for i in range(0, len(rest), _AUDIT_BYTES)),
        issued_at=from_micros(issued),
        expires_at=from_micros(expires),
        user_epoch=user_epoch,
        scope_epoch=scope_epoch,
        delegation=Delegation(DelegationKind(kinds >> 4), delegation_id),
    )


def audit_text(raw: bytes) -> str:
    """16 random bytes as Keystone prints an audit id: 22 characters of URL-safe base64."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _audit_bytes(audit_id: str) -> bytes:
    return base64.urlsafe_b64decode(audit_id + "==")


def _pack_id(text: str) -> bytes:
    """A length byte and the id; hexadecimal ids take half their length, marked by the length's highest bit."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if text and raw.hex() == text:
        return bytes([0x80 | len(raw)]) + raw
    encoded = text.encode()
    return bytes([len(encoded)]) + encoded


def _unpack_id(data: bytes) -> tuple[str, bytes]:
    length = data[0] & 0x7F
    raw, rest = data[1 : 1 + length], data[1 + length :]
    return (raw.hex() if data[0] & 0x80 else raw.decode()), rest
