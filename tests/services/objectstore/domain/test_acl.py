"""Access lists: how they are written, and whom they let in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.services.objectstore.domain.acl import clean_acl, read_acl
from altostratus.services.objectstore.errors import Malformed

READ, WRITE = "x-container-read", "x-container-write"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("bob, sue", "bob,sue"),
        ("bob,,,sue ,", "bob,sue"),
        (".r : * , .rlistings", ".r:*,.rlistings"),
        (".referrer:*", ".r:*"),
        (".ref:*.example.com", ".r:.example.com"),
        (".referer:-*.example.com", ".r:-.example.com"),
        (".r: - example.com", ".r:-example.com"),
        (".r:*example.com", ".r:example.com"),
        (".r:-*", ".r:-*"),
        (".r:**:", ".r::"),
        ("a:b:c", "a:b:c"),
        ("a : b", "a : b"),
        ("*:*", "*:*"),
        (".rlistings", ".rlistings"),
        ("%C3%A9:x", "%C3%A9:x"),
        ("", ""),
    ],
)
def test_lists_are_kept_in_one_form(said: str, kept: str) -> None:
    assert clean_acl(READ, said) == kept


@pytest.mark.parametrize("said", [".r:", ".r:-", ".r:.", ".r:*.", ".r:**", ".nonsense:x", ".x:*"])
def test_lists_that_make_no_sense_are_refused(said: str) -> None:
    with pytest.raises(Malformed):
        clean_acl(READ, f"good,{said}")


def test_nobody_may_write_by_where_he_comes_from() -> None:
    with pytest.raises(Malformed):
        clean_acl(WRITE, ".r:*")
    assert clean_acl(WRITE, ".rlistings,a:b") == ".rlistings,a:b"


@given(st.text(alphabet=".r:*-, ab", max_size=20))
def test_what_was_kept_is_kept_again(said: str) -> None:
    try:
        kept = clean_acl(READ, said)
    except Malformed:
        return
    assert clean_acl(READ, kept) == kept


@pytest.mark.parametrize(
    ("listed", "referrer", "allowed"),
    [
        (".r:*", None, True),
        (".r:*", "nonsense", True),
        ("", "http://example.com/", False),
        (".rlistings", "http://example.com/", False),
        (".r:example.com", "http://example.com/page", True),
        (".r:example.com", "https://example.com:8080/", True),
        (".r:example.com", "http://www.example.com/", False),
        (".r:example.com", None, False),
        (".r:.example.com", "http://www.example.com/", True),
        (".r:.example.com", "http://example.com/", False),
        (".r:.example.com", "http://badexample.com/", False),
        (".r:*,.r:-bad.com", "http://bad.com/", False),
        (".r:*,.r:-bad.com", "http://good.com/", True),
        (".r:*,.r:-.bad.com", "http://www.bad.com/", False),
        (".r:-bad.com,.r:*", "http://bad.com/", True),
        (".r:*,.r:-*", "http://example.com/", True),
        (".r:*", "http://[bad", True),
        (".r:unknown", None, True),
    ],
)
def test_referrers(listed: str, referrer: str | None, allowed: bool) -> None:
    assert read_acl(listed).allows_referrer(referrer) == allowed


def test_names_are_compared_as_they_are_and_roles_without_case() -> None:
    acl = read_acl("project:user,%C3%A9:x,Painter,.rlistings")
    assert acl.allows({"project:user"})
    assert acl.allows({"é:x"})
    assert not acl.allows({"Project:user", "project", "user"})
    assert acl.allows_role({"painter"})
    assert not acl.allows_role({"member"})
    assert acl.lists
