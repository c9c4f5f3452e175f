from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from altostratus.services.identity.config import IdentityConfig
from altostratus.services.identity.domain.compliance import (
    active_on,
    after_failure,
    days_to_keep,
    expiry,
    is_expired,
    is_inactive,
    is_locked,
)
from altostratus.services.identity.domain.nouns import User

NOW = datetime(2026, 11, 20, 12, 30, 15, 123456, tzinfo=UTC)
LOCKING = IdentityConfig(lockout_failure_attempts=3, lockout_duration=60)


def user(**values: Any) -> User:
    plain = User("u", "d", "ann", True, None, "hash", None, None, None, None, 0, None, 0, {}, {})
    return replace(plain, **values)


def ago(**delta: float) -> datetime:
    return NOW - timedelta(**delta)


@pytest.mark.parametrize(
    ("config", "values", "locked"),
    [
        (LOCKING, {"failed_auth_count": 2, "failed_auth_at": NOW}, False),
        (LOCKING, {"failed_auth_count": 3, "failed_auth_at": NOW}, True),
        (LOCKING, {"failed_auth_count": 9, "failed_auth_at": ago(seconds=59)}, True),
        (LOCKING, {"failed_auth_count": 9, "failed_auth_at": ago(seconds=60)}, False),
        (IdentityConfig(), {"failed_auth_count": 9, "failed_auth_at": NOW}, False),
        (
            IdentityConfig(lockout_failure_attempts=3, lockout_duration=0),
            {"failed_auth_count": 3, "failed_auth_at": ago(days=900)},
            True,
        ),
        (
            LOCKING,
            {"failed_auth_count": 9, "failed_auth_at": NOW, "options": {"ignore_lockout_failure_attempts": True}},
            False,
        ),
    ],
)
def test_locked(config: IdentityConfig, values: dict[str, Any], locked: bool) -> None:
    assert is_locked(config, user(**values), NOW) is locked


def test_failures_count_until_it_is_locked_and_from_the_beginning_after_that() -> None:
    someone = user()
    counts = []
    for _ in range(5):
        someone = replace(someone, **after_failure(LOCKING, someone, NOW))
        counts.append(someone.failed_auth_count)
    assert counts == [1, 2, 3, 3, 3]
    later = NOW + timedelta(seconds=30)
    assert after_failure(LOCKING, someone, later) == {"failed_auth_count": 3, "failed_auth_at": NOW}
    later = NOW + timedelta(seconds=60)
    assert after_failure(LOCKING, someone, later) == {"failed_auth_count": 1, "failed_auth_at": later}


def test_expired() -> None:
    assert not is_expired(user(), NOW)
    assert not is_expired(user(password_expires_at=NOW + timedelta(microseconds=1)), NOW)
    assert is_expired(user(password_expires_at=NOW), NOW)
    assert not is_expired(user(password_expires_at=NOW, options={"ignore_password_expiry": True}), NOW)


def test_inactive() -> None:
    config = IdentityConfig(disable_user_account_days_inactive=3)
    assert not is_inactive(config, user(), NOW)
    assert not is_inactive(config, user(last_active_at=ago(days=2, hours=12)), NOW)
    assert is_inactive(config, user(last_active_at=ago(days=3)), NOW)
    assert is_inactive(config, user(created_at=ago(days=3)), NOW)
    assert not is_inactive(config, user(created_at=ago(days=9), last_active_at=ago(days=1)), NOW)
    assert not is_inactive(config, user(created_at=ago(days=9), options={"ignore_user_inactivity": True}), NOW)
    assert not is_inactive(IdentityConfig(), user(created_at=ago(days=900)), NOW)


def test_activity_is_noted_once_a_day_if_it_matters() -> None:
    config = IdentityConfig(disable_user_account_days_inactive=3)
    today = {"last_active_at": datetime(2026, 11, 20, tzinfo=UTC)}
    assert active_on(config, user(), NOW) == today
    assert active_on(config, user(last_active_at=ago(days=1)), NOW) == today
    assert active_on(config, user(**today), NOW) == {}
    assert active_on(IdentityConfig(), user(), NOW) == {}


def test_when_a_new_password_expires() -> None:
    month = datetime(2026, 12, 20, 12, 30, 15, tzinfo=UTC)
    config = IdentityConfig(password_expires_days=30)
    assert expiry(config, {}, NOW, own=True) == expiry(config, {}, NOW, own=False) == month
    assert expiry(config, {"ignore_password_expiry": True}, NOW, own=True) is None
    assert expiry(IdentityConfig(), {}, NOW, own=False) is None
    first = IdentityConfig(password_expires_days=30, change_password_upon_first_use=True)
    assert expiry(first, {}, NOW, own=False) == NOW
    assert expiry(first, {}, NOW, own=True) == month
    assert expiry(first, {"ignore_change_password_upon_first_use": True}, NOW, own=False) == month


def test_how_long_a_password_is_kept() -> None:
    config = IdentityConfig(minimum_password_age=2)
    assert days_to_keep(config, user(), NOW) is None
    assert days_to_keep(config, user(password_changed_at=NOW), NOW) == 2
    assert days_to_keep(config, user(password_changed_at=ago(hours=1)), NOW) == 1
    assert days_to_keep(config, user(password_changed_at=ago(hours=47)), NOW) == 0
    assert days_to_keep(config, user(password_changed_at=ago(days=2)), NOW) is None
    assert days_to_keep(IdentityConfig(), user(password_changed_at=NOW), NOW) is None
