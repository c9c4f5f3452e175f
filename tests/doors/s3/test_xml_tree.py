"""XML from outside: bounds, and what a node refuses."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.xml_tree import DEEPEST, MOST_TAGS, Node, parse

BILLION = (
    b'<!DOCTYPE A [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><A><B>&b;</B></A>',
    b'<!DOCTYPE A SYSTEM "http://127.0.0.1:1/x"><A/>',
    b'<!DOCTYPE A [<!ENTITY a SYSTEM "file:///etc/passwd">]><A><B>&a;</B></A>',
)


def read(body: bytes) -> Node:
    return parse(body, "A", 10_000)


def code(body: bytes) -> str:
    with pytest.raises(S3Error) as caught:
        read(body)
    return caught.value.code


@pytest.mark.parametrize(
    "body",
    [
        b"<A><B>x</B></A>",
        b'<?xml version="1.0"?><A xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><B>x</B></A>',
        b'<a:A xmlns:a="urn:any"><!-- c --><a:B><?p i?>x</a:B></a:A>',
        b"<A><B><![CDATA[x]]></B></A>",
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<A><B>&#120;</B></A>',
    ],
)
def test_any_namespace(body: bytes) -> None:
    assert read(body).needed("B") == "x"


def test_comments_do_not_cut_text() -> None:
    assert read(b"<A><B>one<!-- -->two</B></A>").needed("B") == "onetwo"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"text",
        b"<A>",
        b"<B/>",
        b"<A>&nothing;</A>",
        b"<A>\xff</A>",
        "<?xml version='1.0' encoding='utf-16'?><A/>".encode("utf-16"),
        *BILLION,
        *(document.decode().encode("utf-16") for document in BILLION),
        b"<A>" * (DEEPEST + 2) + b"</A>" * (DEEPEST + 2),
        b"<A>" * 400 + b"</A>" * 400,
    ],
)
def test_documents_that_are_refused(body: bytes) -> None:
    assert code(body) == "MalformedXML"


def test_documents_of_too_many_elements() -> None:
    many = b"<A>" + b"<B/>" * (MOST_TAGS - 2) + b"</A>"
    assert len(parse(many, "A", len(many)).all("B")) == MOST_TAGS - 2
    with pytest.raises(S3Error) as caught:
        parse(many.replace(b"<A>", b"<A><B/>"), "A", 1 << 20)
    assert caught.value.code == "MalformedXML"


def test_documents_that_are_too_large() -> None:
    assert code(b"<A>" + b" " * 10_000 + b"</A>") == "MaxMessageLengthExceeded"


def test_what_a_node_reads() -> None:
    node = read(
        b"<A><N> 12 </N><T>true</T><F>0</F><D>2020-01-02T03:04:05.006Z</D>"
        b"<E>2020-01-02T03:04:05+01:00</E><L/><L>x</L></A>"
    )
    assert (node.number("N"), node.boolean("T"), node.boolean("F"), node.number("X")) == (12, True, False, None)
    assert node.moment("D") == datetime(2020, 1, 2, 3, 4, 5, 6000, UTC)
    assert node.moment("E") == datetime(2020, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert node.texts("L") == ("", "x")
    assert node.text("X") is None


@pytest.mark.parametrize(
    "inner",
    [
        b"<N>x</N>",
        b"<N>1e3</N>",
        b"<N>99999999999999999999</N>",
        b"<N/>",
        b"<N>1</N><N>1</N>",
        b"<N><M/></N>",
        b"<D>20200101</D>",
        b"<D>2020-13-01T00:00:00Z</D>",
        b"<D>0001-01-01T00:00:00+14:00</D>",
        b"<T>yes</T>",
        b"<C>c</C>",
        b"<Z/>",
    ],
)
def test_what_a_node_refuses(inner: bytes) -> None:
    node = read(b"<A>" + inner + b"</A>")
    with pytest.raises(S3Error) as caught:
        node.only("N", "D", "T", "C")
        node.number("N")
        node.moment("D")
        node.boolean("T")
        node.choice("C", "a", "b")
    assert caught.value.code == "MalformedXML"


@given(st.text(max_size=50) | st.text("<>/AB&;![]-", max_size=30))
def test_anything_gets_an_answer(text: str) -> None:
    try:
        assert read(f"<A>{text}</A>".encode()).name == "A"
    except S3Error as error:
        failure = error.code
    else:
        return
    assert failure == "MalformedXML"
