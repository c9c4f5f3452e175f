"""The loading order of kernel modules."""

from __future__ import annotations

import lzma
from pathlib import Path

from altostratus.cli.guest.modules import ModuleTree, depends_of


def module(*needs: str) -> bytes:
    return b"\x7fELF...\0license=GPL\0depends=" + ",".join(needs).encode() + b"\0retpoline=Y\0"


def test_what_is_needed_comes_first_and_once(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net/virtio_net.ko").write_bytes(module("net_failover", "virtio"))
    (tmp_path / "net/net_failover.ko").write_bytes(module("failover"))
    (tmp_path / "net/failover.ko.xz").write_bytes(lzma.compress(module()))
    (tmp_path / "virtio.ko").write_bytes(module())
    found = ModuleTree(tmp_path).ordered(("virtio_net", "virtio", "built-in"))
    assert list(found) == ["failover", "net_failover", "virtio", "virtio_net"]
    assert found["failover"] == module()


def test_dashes_and_underscores_are_one() -> None:
    assert depends_of(module("nls-cp437")) == ["nls_cp437"]
    assert depends_of(module()) == []
