"""The clouds.yaml of a cloud: how OpenStack's clients, and ours, find it and log in."""

import os
import pwd
from pathlib import Path
from typing import Any

import yaml

from altostratus.app.settings import Settings
from altostratus.kernel.disk import Disk

NAME = "altostratus"


def write_clouds_yaml(settings: Settings, password: str) -> Path:
    """Write `<data dir>/clouds.yaml`, readable by its owner only; under sudo its owner is who called sudo."""
    auth = {
        "auth_url": f"{settings.url}/identity/v3",
        "username": "admin",
        "password": password,
        "project_name": "admin",
        "user_domain_name": "Default",
        "project_domain_name": "Default",
    }
    cloud: dict[str, Any] = {
        "auth": auth,
        "region_name": settings.region,
        "identity_api_version": 3,
        "interface": "public",
    }
    if settings.tls_cert:
        cloud["cacert"] = str(settings.tls_cert)
    path = settings.data_dir / "clouds.yaml"
    Disk().write_file(path, yaml.safe_dump({"clouds": {NAME: cloud}}, sort_keys=False).encode())
    _give_to_caller(path)
    return path


def replace_password(data_dir: Path, password: str) -> None:
    """In the clouds.yaml of a cloud that has one; all else stays, the URL it was started with above all."""
    path = data_dir / "clouds.yaml"
    if not path.exists():
        return
    found = yaml.safe_load(path.read_text())
    found["clouds"][NAME]["auth"]["password"] = password
    owner = path.stat()
    Disk().write_file(path, yaml.safe_dump(found, sort_keys=False).encode())
    os.chown(path, owner.st_uid, owner.st_gid)


def _give_to_caller(path: Path) -> None:
    user = os.environ.get("SUDO_USER")
    if os.geteuid() == 0 and user:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)
