"""Keys that seal tokens: made, rotated, shared by processes."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from altostratus.kernel.service import Cloud
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import (
    Claims,
    Delegation,
    DelegationKind,
    Scope,
    ScopeKind,
    audit_text,
)
from altostratus.services.identity.store.token_keys import LONGEST, TokenKeys, ensure_token_key, rotate_token_keys
from tests.harness import open_test_cloud
from tests.services.identity.cloud import HandClock

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AUDITS = (audit_text(b"a" * 16), audit_text(b"b" * 16))
SAID = Claims(
    "0123456789abcdef" * 2,
    ("password", "token"),
    Scope(ScopeKind.PROJECT, "fedcba9876543210" * 2),
    AUDITS,
    NOW,
    NOW + HOUR,
    3,
    4,
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def cloud(tmp_path: Path, clock: HandClock) -> Iterator[Cloud]:
    cloud = open_test_cloud(tmp_path, clock=clock)
    cloud.db.write_now(lambda tx: ensure_token_key(tx, cloud.master_key))
    yield cloud
    cloud.db.close()


def loaded(cloud: Cloud) -> TokenKeys:
    """Those of another process."""
    keys = TokenKeys(cloud.master_key)
    cloud.db.write_now(keys.load)
    return keys


def rotate(cloud: Cloud) -> int:
    return cloud.db.write_now(lambda tx: rotate_token_keys(tx, cloud.master_key, HOUR))


def test_every_process_has_the_same_key(cloud: Cloud) -> None:
    token = loaded(cloud).seal(SAID)
    cloud.db.write_now(lambda tx: ensure_token_key(tx, cloud.master_key))
    assert loaded(cloud).open(token, NOW) == SAID


def test_a_delegation_is_part_of_a_token(cloud: Cloud) -> None:
    keys = loaded(cloud)
    for kind in (DelegationKind.TRUST, DelegationKind.APPLICATION_CREDENTIAL):
        claims = Claims(
            *(getattr(SAID, name) for name in list(Claims.__match_args__)[:-1]), Delegation(kind, "ab" * 16)
        )
        assert keys.open(keys.seal(claims), NOW) == claims


def test_ids_are_short_even_with_ids_from_elsewhere(cloud: Cloud) -> None:
    """A federated user's id has 64 hexadecimal digits."""
    delegation = Delegation(DelegationKind.TRUST, "cd" * 16)
    longest = Claims("ab" * 32, SAID.methods, SAID.scope, AUDITS, NOW, NOW, 2**32 - 1, 2**32 - 1, delegation)
    assert len(loaded(cloud).seal(longest)) <= LONGEST


def test_no_two_tokens_have_a_block_in_common(cloud: Cloud) -> None:
    keys = loaded(cloud)
    sealed = [urlsafe_b64decode(keys.seal(SAID) + "==") for _ in range(3)]
    blocks = [token[i : i + 16] for token in sealed for i in range(9, len(token) - 32, 16)]
    assert len(set(blocks)) == len(blocks) == 3 * len(sealed[0][9:-32]) // 16


def test_what_is_sealed_may_be_of_any_length(cloud: Cloud) -> None:
    keys = loaded(cloud)
    for length in range(1, 20):
        claims = SAID._replace(user_id="u" * length)
        assert keys.open(keys.seal(claims), NOW) == claims


def test_a_rotation_ends_no_token_and_is_seen_when_keys_are_read_again(cloud: Cloud) -> None:
    before = loaded(cloud)
    old = before.seal(SAID)
    assert rotate(cloud) == 1
    after = loaded(cloud)
    new = after.seal(SAID)
    assert after.open(old, NOW) == after.open(new, NOW) == SAID
    assert before.open(new, NOW) is None
    cloud.db.write_now(before.load)
    assert before.open(new, NOW) == SAID


def test_a_key_goes_when_all_that_it_sealed_has_expired(cloud: Cloud, clock: HandClock) -> None:
    old = loaded(cloud).seal(SAID)
    rotate(cloud)
    clock.move(hours=1)
    assert rotate(cloud) == 2
    assert loaded(cloud).open(old, NOW) == SAID
    clock.move(minutes=10)
    assert rotate(cloud) == 2
    assert loaded(cloud).open(old, NOW) is None


def test_keys_are_encrypted_in_the_database(cloud: Cloud) -> None:
    def stored(tx: Tx) -> str:
        return str(tx.sql.exec_driver_sql("SELECT key FROM identity_token_key").scalar())

    assert len(cloud.master_key.decrypt(cloud.db.write_now(stored))) == 44


def test_what_was_not_sealed_here_is_not_opened(cloud: Cloud) -> None:
    keys = loaded(cloud)
    token = keys.seal(SAID)
    flipped = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    for wrong in ("", "junk", "é", "x" * 300, token[:-4], flipped, token + "AAAA", "gAAAAA" * 20):
        assert keys.open(wrong, NOW) is None


def test_an_expired_token_is_not_opened(cloud: Cloud) -> None:
    keys = loaded(cloud)
    token = keys.seal(SAID)
    assert keys.open(token, NOW + timedelta(minutes=59, seconds=59)) == SAID
    assert keys.open(token, NOW + HOUR) is None


def test_a_receipt_is_no_token_and_a_token_no_receipt(cloud: Cloud) -> None:
    keys = loaded(cloud)
    receipt, token = keys.seal_receipt(SAID), keys.seal(SAID)
    assert keys.open_receipt(receipt, NOW) == SAID
    assert keys.open(receipt, NOW) is None
    assert keys.open_receipt(token, NOW) is None
    assert keys.open_receipt(receipt, NOW + HOUR) is None
