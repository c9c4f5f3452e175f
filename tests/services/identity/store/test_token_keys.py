from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from altostratus.services.identity.domain.claims import Claims, Scope, ScopeKind, audit_text
from altostratus.services.identity.store.token_keys import LONGEST, open_token_keys

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AUDITS = (audit_text(b"a" * 16), audit_text(b"b" * 16))
SAID = Claims(
    "0123456789abcdef" * 2,
    ("password", "token"),
    Scope(ScopeKind.PROJECT, "fedcba9876543210" * 2),
    AUDITS,
    NOW,
    NOW + timedelta(hours=1),
    3,
    4,
)


def test_the_first_start_makes_a_key_that_only_the_owner_reads(tmp_path: Path) -> None:
    folder = tmp_path / "keys" / "tokens"
    token = open_token_keys(folder).seal(SAID)
    assert (folder / "1").stat().st_mode & 0o077 == 0
    assert open_token_keys(folder).open(token, NOW) == SAID


def test_ids_are_short_even_with_ids_from_elsewhere(tmp_path: Path) -> None:
    """A federated user's id has 64 hexadecimal digits."""
    keys = open_token_keys(tmp_path)
    longest = Claims("ab" * 32, SAID.methods, SAID.scope, AUDITS, NOW, NOW, 2**32 - 1, 2**32 - 1)
    assert len(keys.seal(longest)) <= LONGEST


def test_the_newest_key_seals_and_all_open(tmp_path: Path) -> None:
    old = open_token_keys(tmp_path).seal(SAID)
    (tmp_path / "10").write_bytes(Fernet.generate_key())
    both = open_token_keys(tmp_path)
    new = both.seal(SAID)
    assert both.open(old, NOW) == both.open(new, NOW) == SAID
    (tmp_path / "1").unlink()
    only_new = open_token_keys(tmp_path)
    assert only_new.open(new, NOW) == SAID
    assert only_new.open(old, NOW) is None


def test_what_was_not_sealed_here_is_not_opened(tmp_path: Path) -> None:
    keys = open_token_keys(tmp_path)
    token = keys.seal(SAID)
    flipped = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    for wrong in ("", "junk", "é", "x" * 300, token[:-4], flipped, token + "AAAA", "gAAAAA" * 20):
        assert keys.open(wrong, NOW) is None


def test_an_expired_token_is_not_opened(tmp_path: Path) -> None:
    keys = open_token_keys(tmp_path)
    token = keys.seal(SAID)
    assert keys.open(token, NOW + timedelta(minutes=59, seconds=59)) == SAID
    assert keys.open(token, NOW + timedelta(hours=1)) is None
