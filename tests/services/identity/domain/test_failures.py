from datetime import UTC, datetime, timedelta

from altostratus.services.identity.domain.failures import LONGEST_WAIT, FailureLimit, LoginLimits, network_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = b"key"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_failures_are_forgiven_in_time() -> None:
    limit = FailureLimit(3, 6, 10)
    for _ in range(3):
        assert limit.wait(KEY, NOW) == 0
        limit.fail(KEY, NOW)
    assert limit.wait(KEY, NOW) == 10
    assert limit.wait(KEY, after(4)) == 6
    assert limit.wait(KEY, after(10)) == 0
    assert limit.wait(b"other", NOW) == 0


def test_no_more_is_forgiven_than_there_was() -> None:
    limit = FailureLimit(2, 60, 10)
    limit.fail(KEY, NOW)
    for _ in range(2):
        limit.fail(KEY, after(3600))
    assert limit.wait(KEY, after(3600)) == 1


def test_guesses_that_were_under_way_are_owed_within_bounds() -> None:
    limit = FailureLimit(2, 60, 10)
    for _ in range(12):
        limit.fail(KEY, NOW)
    assert limit.wait(KEY, NOW) == 11
    for _ in range(10_000):
        limit.fail(KEY, NOW)
    assert limit.wait(KEY, NOW) == LONGEST_WAIT


def test_a_clock_that_is_set_back_changes_nothing() -> None:
    limit = FailureLimit(1, 60, 10)
    limit.fail(KEY, NOW)
    assert limit.wait(KEY, after(-3600)) == 1


def test_the_number_of_keys_is_bounded_and_the_oldest_goes() -> None:
    limit = FailureLimit(1, 1, 3)
    for number in range(5):
        limit.fail(bytes([number]), NOW)
        limit.fail(b"\0", NOW)
    assert len(limit) == 3
    assert [limit.wait(bytes([number]), NOW) > 0 for number in range(5)] == [True, False, False, True, True]


def test_who_names_nobody_has_the_limit_of_its_address() -> None:
    limits = LoginLimits(FailureLimit(1, 1, 10), FailureLimit(3, 1, 10))
    for _ in range(3):
        assert limits.wait("", "10.0.0.1", NOW) == 0
        limits.fail("", "10.0.0.1", NOW)
    assert limits.wait("", "10.0.0.1", NOW) > 0
    assert limits.wait("ann", "10.0.0.1", NOW) > 0
    assert limits.wait("", "10.0.0.2", NOW) == 0


def test_without_a_limit_nothing_is_kept() -> None:
    limit = FailureLimit(0, 1, 3)
    limit.fail(KEY, NOW)
    assert (limit.wait(KEY, NOW), len(limit)) == (0, 0)


def limits() -> LoginLimits:
    return LoginLimits(FailureLimit(2, 1, 100), FailureLimit(5, 1, 100))


def test_an_attacker_keeps_nobody_out_but_its_own_address() -> None:
    logins = limits()
    for _ in range(2):
        logins.fail("ann", "10.0.0.66", NOW)
    assert logins.wait("ann", "10.0.0.66", NOW) == 60
    assert logins.wait("ann", "10.0.0.1", NOW) == 0
    assert logins.wait("bob", "10.0.0.66", NOW) == 0
    for number in range(3):
        logins.fail(f"user{number}", "10.0.0.66", NOW)
    assert logins.wait("bob", "10.0.0.66", NOW) == 60
    assert logins.wait("bob", "10.0.0.1", NOW) == 0


def test_a_client_without_an_address_has_no_limit() -> None:
    """It would be one for everybody."""
    logins = limits()
    for _ in range(9):
        logins.fail("ann", "", NOW)
    assert logins.wait("ann", "", NOW) == 0


def test_a_name_takes_no_more_memory_for_being_long() -> None:
    logins = limits()
    logins.fail("x" * 1_000_000, "10.0.0.1", NOW)
    logins.fail("x" * 1_000_000, "10.0.0.1", NOW)
    assert logins.wait("x" * 1_000_000, "10.0.0.1", NOW) == 60
    assert logins.wait("x" * 999_999, "10.0.0.1", NOW) == 0


def test_networks() -> None:
    assert network_of("10.0.0.1") == "10.0.0.1"
    assert network_of("::ffff:10.0.0.1") == "10.0.0.1"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert network_of("testclient") == "testclient"
