"""What became of a request that does many things: the answer is 200, and its body says the rest."""

from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import quote
from xml.sax.saxutils import escape

import msgspec

from altostratus.kernel.errors import Fault, NotAcceptable
from altostratus.services.objectstore.api.listing import JSON, XML, XML_TEXT


@dataclass
class Report:
    """Facts by name, and what has failed: names as they are quoted in URLs, each with its status."""

    facts: dict[str, str | int] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)

    def fail(self, name: str, reason: Fault | str) -> None:
        """A fault is named by its status."""
        said = reason if isinstance(reason, str) else status_line(reason.status)
        self.errors.append((quote(name.encode(errors="surrogateescape")), said))

    def end(self, status: int, body: str = "") -> None:
        """What the whole has come to."""
        self.facts |= {"Response Status": status_line(status), "Response Body": body}

    def refuse(self, fault: Fault) -> None:
        """The whole has come to this."""
        self.end(fault.status, "" if isinstance(fault, NotAcceptable) else fault.message)

    def body(self, kind: str, root: str) -> bytes:
        if kind == JSON:
            return msgspec.json.encode({**self.facts, "Errors": self.errors})
        if kind in (XML, XML_TEXT):
            return self._xml(root)
        facts = "".join(f"{name}: {value}\n" for name, value in sorted(self.facts.items()))
        return f"{facts}Errors:\n{''.join(f'{name}, {said}{chr(10)}' for name, said in self.errors)}".encode()

    def _xml(self, root: str) -> bytes:
        tags = ((name.replace(" ", "_").lower(), escape(str(value))) for name, value in sorted(self.facts.items()))
        facts = "".join(f"<{tag}>{value}</{tag}>\n" for tag, value in tags)
        errors = "".join(
            f"<object><name>{escape(name)}</name><status>{escape(said)}</status></object>\n"
            for name, said in self.errors
        )
        return f"<{root}>\n{facts}<errors>\n{errors}</errors>\n</{root}>\n".encode()


def status_line(status: int) -> str:
    """404 Not Found"""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Error"
