"""When a user may not log in although it knows its password: locked, expired, inactive. Pure; Keystone's rules, after
its `[security_compliance]`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from altostratus.services.identity.config import IdentityConfig
from altostratus.services.identity.domain.nouns import User


def is_locked(config: IdentityConfig, user: User, now: datetime) -> bool:
    """Whether it has failed too often, not long ago."""
    most, last = config.lockout_failure_attempts, user.failed_auth_at
    if not most or user.failed_auth_count < most or user.options.get("ignore_lockout_failure_attempts"):
        return False
    return not config.lockout_duration or last is None or now < last + timedelta(seconds=config.lockout_duration)


def after_failure(config: IdentityConfig, user: User, now: datetime) -> dict[str, Any]:
    """What changes with one more wrong password. Failures while it is locked do not count: they would keep it so."""
    if is_locked(config, user, now):
        return {"failed_auth_count": user.failed_auth_count, "failed_auth_at": user.failed_auth_at}
    was_locked = user.failed_auth_count >= (config.lockout_failure_attempts or 0)
    return {"failed_auth_count": 1 if was_locked else user.failed_auth_count + 1, "failed_auth_at": now}


def is_expired(user: User, now: datetime) -> bool:
    end = user.password_expires_at
    return end is not None and now >= end and not user.options.get("ignore_password_expiry")


def is_inactive(config: IdentityConfig, user: User, now: datetime) -> bool:
    """Whether it has not logged in for so long that it counts as disabled."""
    most, last = config.disable_user_account_days_inactive, user.last_active_at or user.created_at
    if not most or last is None or user.options.get("ignore_user_inactivity"):
        return False
    return (now.date() - last.date()).days >= most


def active_on(config: IdentityConfig, user: User, now: datetime) -> dict[str, Any]:
    """What a login changes of `last_active_at`: nothing more than once a day, nor while inactivity does not matter."""
    if not config.disable_user_account_days_inactive:
        return {}
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {} if user.last_active_at == today else {"last_active_at": today}


def expiry(config: IdentityConfig, options: Mapping[str, Any], now: datetime, *, own: bool) -> datetime | None:
    """When a password that is set now expires: at once if an administrator sets it (not `own`) and config says so."""
    if not own and config.change_password_upon_first_use and not options.get("ignore_change_password_upon_first_use"):
        return now
    if not config.password_expires_days or options.get("ignore_password_expiry"):
        return None
    return (now + timedelta(days=config.password_expires_days)).replace(microsecond=0)


def days_to_keep(config: IdentityConfig, user: User, now: datetime) -> int | None:
    """How many whole days the user has yet to keep the password that it chose; None where it may choose another."""
    if user.password_changed_at is None:
        return None
    left = user.password_changed_at + timedelta(days=config.minimum_password_age) - now
    return left.days if left > timedelta() else None
