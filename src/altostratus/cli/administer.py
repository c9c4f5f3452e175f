"""`alto keys` and `alto admin`."""

import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from altostratus.app import administer
from altostratus.app.clouds_yaml import replace_password
from altostratus.app.settings import Settings, read_settings
from altostratus.cli import Problem
from altostratus.kernel.disk import Disk
from altostratus.kernel.errors import Fault


def rotate_keys(data_dir: Path, database: str | None, master: bool) -> None:
    """Say what was rotated."""
    print(administer.rotate_keys(read_settings(data_dir, database=database), master=master))


def reset_password(data_dir: Path, database: str | None, user: str, domain: str) -> None:
    """A new password for a user."""
    _set(data_dir, database, user, domain, lambda s, password: administer.set_password(s, user, domain, password))
    print(f"{user} can log in with the new password.")


def bootstrap(data_dir: Path, database: str | None, user: str) -> None:
    """A new administrator, or an old one again."""
    _set(data_dir, database, user, "Default", lambda s, password: administer.make_administrator(s, user, password))
    print(f"{user} of the domain Default is administrator of the cloud, with the new password.")


def _set(data_dir: Path, database: str | None, user: str, domain: str, change: Callable[[Settings, str], None]) -> None:
    """The password of the cloud's own administrator is kept beside the data as well: our own commands log in by it."""
    settings = read_settings(data_dir, database=database)
    password = _read_password()
    try:
        change(settings, password)
    except Fault as error:
        raise Problem(error.message) from error
    if (user, domain) == ("admin", "Default"):
        Disk().write_file(data_dir / "admin-password", password.encode())
        replace_password(data_dir, password)


def _read_password() -> str:
    """One line of standard input; typed twice at a terminal, unseen."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    elif (password := getpass.getpass("New password: ")) != getpass.getpass("The same again: "):
        raise Problem("these are two passwords")
    if not password:
        raise Problem("a password is needed: type it, or give it on standard input")
    return password
