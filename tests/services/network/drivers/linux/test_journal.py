"""The journal keeps what is in force, through restarts and crashes."""

from pathlib import Path

from altostratus.services.network.drivers.linux.journal import Journal


def test_changes_in_force_survive_a_restart_in_their_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "deep" / "journal")
    journal.did("sysctl", "net/ipv4/ip_forward", "0")
    journal.did("link", "a")
    journal.did("link", "b")
    journal.undone("link", "a")
    expected = [("sysctl", "net/ipv4/ip_forward", "0"), ("link", "b", None)]
    assert journal.changes() == expected
    assert Journal(tmp_path / "deep" / "journal").changes() == expected


def test_the_hosts_own_value_is_the_first_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.did("sysctl", "x", "0")
    journal.did("sysctl", "x", "1")
    assert journal.changes() == [("sysctl", "x", "0")]


def test_a_line_cut_short_by_a_crash_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    Journal(path).did("link", "a")
    with path.open("a") as file:
        file.write('{"did": ["link", "b')
    assert Journal(path).changes() == [("link", "a", None)]


def test_it_does_not_grow_with_time(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    for _ in range(100):
        journal.did("link", "a")
        journal.undone("link", "a")
    Journal(path)
    assert path.read_text() == ""
