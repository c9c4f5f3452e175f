"""Text that XML 1.0 can hold, and documents as bytes.

A key may hold characters that XML 1.0 cannot (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html,
encoding-type). S3 writes them as character references that no strict parser reads; here they become U+FFFD where
the client has not asked for encoding-type=url, so that one odd key does not make a whole listing unreadable.
"""

import re

from lxml import etree

_UNREADABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def readable(text: str) -> str:
    """The text, with U+FFFD for what XML 1.0 cannot hold."""
    return _UNREADABLE.sub("\ufffd", text)


def declared(root: etree._Element) -> bytes:
    """A document with its declaration, double-quoted as S3 writes it."""
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(etree.tostring(root, encoding="UTF-8"))
