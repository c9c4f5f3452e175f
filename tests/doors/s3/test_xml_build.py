"""XML as text: what a parser makes of it is what went in."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from altostratus.doors.s3.xml_build import NAMESPACE, document, url_encoded


def test_values() -> None:
    moment = datetime(2009, 10, 12, 17, 50, 30, 999_999, tzinfo=UTC)
    inner = [("T", True), ("N", 5), ("M", moment), ("E", ""), ("Nothing", None), ("L", [("A", "1", ' b="c"')])]
    assert (
        document("R", inner)
        == (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<R xmlns="{NAMESPACE}"><T>true</T><N>5</N>'
            '<M>2009-10-12T17:50:30.999Z</M><E></E><L><A b="c">1</A></L></R>'
        ).encode()
    )
    assert document("R", None, namespace="").endswith(b"\n<R></R>")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")))
def test_text_comes_back(text: str) -> None:
    assert (etree.fromstring(document("R", f"{text}\t\r\n&<>\"'")).text or "") == f"{text}\t\r\n&<>\"'"


@given(st.text())
def test_any_text_is_readable(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    found = etree.fromstring(document("R", [("K", clean)])).findtext("{*}K") or ""
    assert len(found) == len(clean)


def test_characters_that_xml_cannot_hold() -> None:
    assert etree.fromstring(document("R", "a\x00\x1f\ufffe\uffff\x0bb")).text == "a" + "\ufffd" * 5 + "b"


def test_url_encoding() -> None:
    assert url_encoded("foo+1/b r\x01é", True) == "foo%2B1/b%20r%01%C3%A9"
    assert url_encoded("foo+1", False) == "foo+1"
