"""XML from outside, read with bounds: no DTD, no entities, no network, so big, so deep, in any namespace.

Whoever reads says which elements there may be; all else is MalformedXML, as S3 validates against its schema
(https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
"""

import re
from datetime import UTC, datetime

from lxml import etree

from altostratus.doors.s3.errors import S3Error

DEEPEST = 12
MOST_TAGS = 200_000
"""An element takes a hundred times its bytes in memory. Ten thousand parts with all their checksums have 160,000."""
_TOO_DEEP = "/".join("*" * DEEPEST)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def malformed() -> S3Error:
    return S3Error("MalformedXML")


def parse(body: bytes, root: str, most: int) -> "Node":
    """The document's root, which must have this name. `most` bytes are read."""
    if len(body) > most:
        raise S3Error("MaxMessageLengthExceeded", MaxMessageLengthBytes=str(most))
    if b"<!DOCTYPE" in body or body.count(b"<") > MOST_TAGS:
        raise malformed()
    # UTF-8 whatever the document declares, so that nothing can hide from the line above
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        tree = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise malformed() from error
    node = Node(tree)
    if node.name != root or tree.find(_TOO_DEEP) is not None:
        raise malformed()
    return node


def _local(element: etree._Element) -> str:
    """Its name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _content(element: etree._Element) -> str:
    """The text of an element that has no children."""
    if len(element):
        raise malformed()
    return element.text or ""


class Node:
    """An element. What it does not find, finds twice or cannot read is MalformedXML."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element
        self._children: dict[str, list[etree._Element]] = {}
        for child in element:
            self._children.setdefault(_local(child), []).append(child)

    @property
    def name(self) -> str:
        return _local(self._element)

    @property
    def type(self) -> str:
        """What xsi:type says."""
        return str(self._element.get(_TYPE, ""))

    def only(self, *names: str) -> "Node":
        """This node, if it has no other children than these."""
        if not self._children.keys() <= set(names):
            raise malformed()
        return self

    def all(self, name: str) -> list["Node"]:
        return [Node(element) for element in self._children.get(name, ())]

    def maybe(self, name: str) -> "Node | None":
        element = self._single(name)
        return None if element is None else Node(element)

    def one(self, name: str) -> "Node":
        found = self.maybe(name)
        if found is None:
            raise malformed()
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(_content(element) for element in self._children.get(name, ()))

    def text(self, name: str) -> str | None:
        element = self._single(name)
        return None if element is None else _content(element)

    def needed(self, name: str) -> str:
        text = self.text(name)
        if text is None:
            raise malformed()
        return text

    def _single(self, name: str) -> etree._Element | None:
        found = self._children.get(name)
        if found is None:
            return None
        if len(found) > 1:
            raise malformed()
        return found[0]

    def choice(self, name: str, *values: str) -> str | None:
        """A text that must be one of these, if it is there."""
        text = self.text(name)
        if text is not None and text not in values:
            raise malformed()
        return text

    def number(self, name: str) -> int | None:
        text = self.text(name)
        if text is None:
            return None
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", text):
            raise malformed()
        return int(text)

    def boolean(self, name: str) -> bool | None:
        text = self.text(name)
        if text is None:
            return None
        if text.strip().lower() not in _BOOLEANS:
            raise malformed()
        return _BOOLEANS[text.strip().lower()]

    def moment(self, name: str) -> datetime | None:
        """An instant in ISO 8601; UTC if it says nothing else."""
        text = self.text(name)
        if text is None:
            return None
        if not _DATE.fullmatch(text.strip()):
            raise malformed()
        try:
            found = datetime.fromisoformat(text.strip())
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise malformed() from error
