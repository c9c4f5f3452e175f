"""Whether others need this machine as it is: VMs of anybody's, and networks of any cloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from altostratus.cli.host.prepare import is_shared


@pytest.fixture
def links(tmp_path: Path) -> Path:
    """Links as sysfs shows them; none is a cloud's."""
    for name, alias in (("eth0", "to the world"), ("lo", "")):
        (tmp_path / "net" / name).mkdir(parents=True)
        (tmp_path / "net" / name / "ifalias").write_text(alias)
    (tmp_path / "net" / "bonding_masters").touch()
    return tmp_path / "net"


def libvirt_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    programs = tmp_path / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "virsh").write_text(f"#!/bin/sh\n{script}\n")
    (programs / "virsh").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))


def test_vms_under_libvirt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, links: Path) -> None:
    libvirt_says(monkeypatch, tmp_path, "echo")
    assert not is_shared(links)
    libvirt_says(monkeypatch, tmp_path, "echo somebodys-vm")
    assert is_shared(links)


def test_networks_of_a_cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, links: Path) -> None:
    libvirt_says(monkeypatch, tmp_path, "exit 1")  # libvirt does not run
    assert not is_shared(links)
    (links / "eth0" / "ifalias").write_text("altostratus 0123456789abcdef\n")
    assert is_shared(links)
