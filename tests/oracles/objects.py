"""What a recording keeps of object storage's answers.

There the bodies are anything, and the headers say what the JSON of other services does. Pages and words of errors
are left out; listings in XML are kept in canonical form, pages that list a container as their links.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

import httpx

from .normal import DROPPED_HEADERS, Json, Known

# What is in an account is counted later, by a part of Swift that runs when it likes.
TOTAL_HEADERS = re.compile(r"x-account-(object-count|bytes-used)")
# The policy's name is the operator's choice.
POLICY_HEADERS = "x-account-storage-policy-"
TOTALS_IN_XML = re.compile(r"<(count|bytes)>\d+</\1>(?=<(bytes|last_modified)>)")
POLICY_IN_XML = re.compile("<storage_policy>.*?</storage_policy>")
# What Swift says in words, even of a success.
WORDS = b"<html><h1>"
SETS = ("allow", "access-control-allow-methods", "access-control-allow-headers", "access-control-expose-headers")
LISTING = "text/plain; charset=utf-8"


def normal(known: Known, response: httpx.Response) -> dict[str, Json]:
    """Status, headers and body of an answer, as a recording has them."""
    kind = response.headers.get("Content-Type", "")
    _learn(known, response.headers, kind)
    body = _body(known, response, kind)
    headers: dict[str, Json] = {
        name.lower(): _header(known, response, name.lower(), value)
        for name, value in sorted(response.headers.items())
        if name.lower() not in DROPPED_HEADERS and not name.lower().startswith(POLICY_HEADERS)
    }
    return {"status": response.status_code, "headers": headers, "body": body}


def _learn(known: Known, headers: httpx.Headers, kind: str) -> None:
    """What is made up anew each time: boundaries; and etags of manifests, which hold the times of segments."""
    if "multipart/byteranges" in kind:
        known.learn(kind.partition("boundary=")[2], "boundary")
    shows_manifest = "X-Static-Large-Object" in headers and "charset=utf-8" in kind
    if etag := headers.get("X-Manifest-Etag") or (shows_manifest and headers.get("ETag")):
        known.learn(etag, "manifest etag")


def _header(known: Known, response: httpx.Response, name: str, value: str) -> str:
    if TOTAL_HEADERS.fullmatch(name):
        return "<total>"
    if name == "content-length" and value != "0":
        return value if _is_measured(response) else "<length>"
    if name == "x-object-version-id" and value != "null":
        return known.name_of(value) or "<version id>"
    if name in SETS:
        return ", ".join(sorted(value.split(", ")))
    return known.text(value)


def _is_measured(response: httpx.Response) -> bool:
    """Whether its length is a fact; that of a listing depends on spacing, that of an error on its words."""
    kind = response.headers.get("Content-Type", "")
    listing = "charset=utf-8" in kind and ("json" in kind or "xml" in kind)
    page = response.status_code >= 400 or response.content.startswith(WORDS) or b"<title>Listing of" in response.content
    return not (listing or page or "multipart/byteranges" in kind)


def _body(known: Known, response: httpx.Response, kind: str) -> Json:
    if not response.content:
        return None
    if "json" in kind:
        try:
            return _json(known, response.json())
        except ValueError:
            return known.text(words(response.content))
    if response.status_code >= 400 or response.content.startswith(WORDS):
        return None
    if "xml" in kind:
        return _xml(known, response.text)
    if "html" in kind and "<title>Listing of" in response.text:
        return [*map(known.text, re.findall(r'href="([^"]*)"', response.text))]
    return known.text(response.text if kind == LISTING else words(response.content))


def _json(known: Known, value: Json) -> Json:
    if isinstance(value, list):
        return [_json(known, one) for one in value]
    if not isinstance(value, dict):
        return known.text(value) if isinstance(value, str) else value
    plain = {known.text(name): _json(known, one) for name, one in value.items() if name != "storage_policy"}
    if "count" in value:
        plain |= {"count": "<total>", "bytes": "<total>"}
    if value.get("version_id", "null") != "null":
        plain["version_id"] = known.name_of(str(value["version_id"])) or "<version id>"
    return plain


def _xml(known: Known, text: str) -> str:
    try:
        canonical = ElementTree.canonicalize(text, strip_text=True)
    except ElementTree.ParseError:
        return known.text(text)
    return known.text(TOTALS_IN_XML.sub(r"<\1><total></\1>", POLICY_IN_XML.sub("", canonical)))


def words(content: bytes) -> str:
    """Bytes as a recording shows them: short text as it is, the rest by size."""
    if len(content) > 4096 or not content.isascii():
        return f"<{len(content)} bytes>"
    return content.decode()
