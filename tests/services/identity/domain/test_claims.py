"""Tokens carry exactly what was packed, and no other bytes pass for one."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.services.identity.domain.claims import METHODS, Claims, Scope, ScopeKind, audit_text, pack, unpack

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
hexadecimal = st.uuids().map(lambda u: u.hex)
ids = st.one_of(hexadecimal, st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=64))
audits = st.binary(min_size=16, max_size=16).map(audit_text)


@st.composite
def claims(draw: st.DrawFn) -> Claims:
    kind = draw(st.sampled_from(ScopeKind))
    issued = NOW + timedelta(microseconds=draw(st.integers(0, 10**15)))
    return Claims(
        user_id=draw(ids),
        methods=tuple(m for m in METHODS if draw(st.booleans())),
        scope=Scope(kind, draw(ids) if kind in (ScopeKind.PROJECT, ScopeKind.DOMAIN) else ""),
        audit_ids=tuple(draw(st.lists(audits, min_size=1, max_size=2))),
        issued_at=issued,
        expires_at=issued + timedelta(seconds=draw(st.integers(0, 10**7))),
        user_epoch=draw(st.integers(0, 2**32 - 1)),
        scope_epoch=draw(st.integers(0, 2**32 - 1)),
    )


@given(claims())
def test_unpack_gives_what_was_packed(said: Claims) -> None:
    assert unpack(pack(said)) == said


@given(claims(), st.data())
def test_a_truncated_token_is_refused(said: Claims, data: st.DataObject) -> None:
    """Cut anywhere it is refused, or (at a boundary of audit ids) it says something else."""
    whole = pack(said)
    part = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with contextlib.suppress(ValueError):
        assert unpack(part) != said


@given(st.binary(max_size=200))
def test_any_bytes_are_claims_or_a_value_error(data: bytes) -> None:
    try:
        found = unpack(data)
    except ValueError:
        return
    assert isinstance(found, Claims)


def test_another_format_is_refused() -> None:
    said = Claims("u", ("password",), Scope(ScopeKind.SYSTEM), (audit_text(bytes(16)),), NOW, NOW, 0, 0)
    with pytest.raises(ValueError, match="format"):
        unpack(b"\x02" + pack(said)[1:])
