"""Values in JSON: text, or base64. What blocks for a while: run it in a lane."""

import binascii
from collections.abc import AsyncIterator, Sequence

from altostratus.kernel.errors import BadRequest


def read_base64(text: str) -> bytes:
    """Raises BadRequest."""
    try:
        return binascii.a2b_base64(text, strict_mode=True) if text else b""
    except ValueError as error:
        raise BadRequest(f"The value is not base64: {error}") from error


def read_text(text: str) -> bytes:
    """Raises BadRequest."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise BadRequest("The value is not Unicode.") from error


def write_base64(chunks: Sequence[bytes]) -> str:
    return binascii.b2a_base64(b"".join(chunks), newline=False).decode()


def write_text(chunks: Sequence[bytes]) -> str | None:
    """None for what is not UTF-8."""
    try:
        return b"".join(chunks).decode()
    except UnicodeDecodeError:
        return None


async def once(data: bytes) -> AsyncIterator[bytes]:
    """A value that is in memory, as a body."""
    if data:
        yield data
