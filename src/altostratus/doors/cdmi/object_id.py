"""Object IDs as CDMI has them (version 1.1.1, section 5.10): eight bytes that say whose they are, how long, and a sum,
and then what only we understand: what kind of thing, and its number in the database.

The enterprise number is 0, which IANA reserves: the project has none.
"""

from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple

ENTERPRISE = 0
LENGTH = 16
_NUMBER = 7
"""Bytes of the number."""


class Kind(IntEnum):
    """What an ID may name."""

    ROOT = 0
    CONTAINER = 1
    OBJECT = 2
    CAPABILITY = 3


class Identity(NamedTuple):
    """What an ID says."""

    kind: Kind
    number: int


def write_id(kind: Kind, number: int) -> str:
    """In hexadecimal, as URIs and JSON have it."""
    data = bytes([kind]) + number.to_bytes(_NUMBER, "big")
    return (_head(crc16(_head(0) + data)) + data).hex().upper()


def read_id(text: str) -> Identity | None:
    """None for what is none of ours."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return None
    if len(raw) != LENGTH or raw[8] >= len(Kind):
        return None
    found = Identity(Kind(raw[8]), int.from_bytes(raw[9:], "big"))
    return found if write_id(*found) == text.upper() else None


def root_id(account: str) -> str:
    """Of the container above all containers of an account."""
    return write_id(Kind.ROOT, int.from_bytes(sha256(account.encode()).digest()[:_NUMBER], "big"))


def crc16(data: bytes) -> int:
    """CRC-16 with the polynomial 0x8005, reflected: 0xBB3D of '123456789'."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def _head(crc: int) -> bytes:
    return b"\0" + ENTERPRISE.to_bytes(3, "big") + b"\0" + bytes([LENGTH]) + crc.to_bytes(2, "big")
