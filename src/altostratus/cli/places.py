"""Where things are: data directories, clouds.yaml, SSH keys, caches; and to whom they belong under sudo."""

import os
import pwd
from pathlib import Path

from altostratus.cli import Problem


def caller() -> pwd.struct_passwd:
    """The person at the keyboard: under sudo, who called it."""
    name = os.environ.get("SUDO_USER") if os.geteuid() == 0 else None
    return pwd.getpwnam(name) if name else pwd.getpwuid(os.geteuid())


def home() -> Path:
    """The caller's home ($HOME, except under sudo)."""
    sudo = os.geteuid() == 0 and os.environ.get("SUDO_USER")
    return Path(caller().pw_dir if sudo else os.environ.get("HOME", caller().pw_dir))


def give_to_caller(path: Path) -> None:
    """Make a file that root wrote under sudo the caller's."""
    if os.geteuid() == 0 and os.environ.get("SUDO_USER"):
        os.chown(path, caller().pw_uid, caller().pw_gid)


def data_dir(given: Path | None, simulate: bool = False) -> Path:
    """What was given; else /var/lib/altostratus for root's real clouds and a directory in the home for others."""
    if given is not None:
        return given.absolute()
    if simulate:
        return home() / ".local/share/altostratus-simulated"
    return Path("/var/lib/altostratus") if os.geteuid() == 0 else home() / ".local/share/altostratus"


def cache_dir() -> Path:
    """Where built guest images and findings about this machine are kept."""
    given = os.environ.get("XDG_CACHE_HOME")
    return Path(given) / "altostratus" if given and os.geteuid() != 0 else home() / ".cache/altostratus"


def clouds_yaml(given: Path | None) -> Path:
    """The clouds.yaml to log in by: of the data directory given, of $OS_CLIENT_CONFIG_FILE, or of a cloud here."""
    if given is not None:
        places = [given.absolute() / "clouds.yaml"]
    elif os.environ.get("OS_CLIENT_CONFIG_FILE"):
        places = [Path(os.environ["OS_CLIENT_CONFIG_FILE"])]
    else:
        real = [Path("/var/lib/altostratus"), home() / ".local/share/altostratus"]
        places = [d / "clouds.yaml" for d in (*real, data_dir(None, simulate=True))]
    for path in places:
        if path.exists():
            return path
    raise Problem(f"no cloud found (looked for {', '.join(map(str, places))}). Start one: alto up, or alto demo.")


def ssh_key() -> Path:
    """The caller's private key: one of their own, else one that is made for VMs of this cloud."""
    for name in ("id_ed25519", "id_ecdsa", "id_rsa"):
        path = home() / ".ssh" / name
        if path.exists() and path.with_suffix(".pub").exists():
            return path
    path = home() / ".config/altostratus/id_ed25519"
    if not path.exists():
        _make_key(path)
    return path


def _make_key(path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    for parent in (path.parent.parent, path.parent):
        if not parent.exists():
            parent.mkdir(mode=0o700, parents=True)
            give_to_caller(parent)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.NoEncryption())
    public = key.public_key().public_bytes(form.Encoding.OpenSSH, form.PublicFormat.OpenSSH)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    path.with_suffix(".pub").write_bytes(public + b" altostratus\n")
    give_to_caller(path)
    give_to_caller(path.with_suffix(".pub"))
