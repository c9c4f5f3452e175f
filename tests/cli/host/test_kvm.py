"""Whether KVM is trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from altostratus.cli.guest import ensure_guest
from altostratus.cli.host import kvm


@pytest.mark.live
def test_a_kernel_comes_up_where_it_can_and_is_missed_where_it_cannot(tmp_path: Path, guest_cache: Path) -> None:
    image = ensure_guest(guest_cache, print)
    assert kvm.start_kernel(image, "tcg", 60) == ""
    assert "hangs" in kvm.start_kernel(image, "tcg", 0.2)
    broken = tmp_path / "broken"
    broken.write_bytes(b"not a kernel")
    assert kvm.start_kernel(replace(image, kernel=broken), "tcg", 10) != ""


@pytest.mark.live
def test_the_answer_is_kept_until_something_changes(tmp_path: Path, guest_cache: Path) -> None:
    lines: list[str] = []
    first = kvm.detect_virt_type(tmp_path, lines.append, guest_cache)
    asked = len(lines)
    assert kvm.detect_virt_type(tmp_path, lines.append, guest_cache) == first
    assert len(lines) == asked
    memory = tmp_path / "virt-type.json"
    if memory.exists():  # not on a machine without /dev/kvm
        stale = {**json.loads(memory.read_text()), "circumstances": ["another boot"]}
        memory.write_text(json.dumps(stale))
        assert kvm.detect_virt_type(tmp_path, lines.append, guest_cache) == first
        assert len(lines) > asked
