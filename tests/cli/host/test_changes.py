"""The record of changes to the machine."""

from __future__ import annotations

from pathlib import Path

from altostratus.cli.host.changes import Change, boot_id, observe_changes, record_change


def test_the_first_record_of_a_thing_stays(tmp_path: Path) -> None:
    record = tmp_path / "deep/changes.json"
    assert observe_changes(record) == []
    record_change(Change("mode", "/dev/kvm", before="0:0:600"), record)
    record_change(Change("mode", "/dev/kvm", before="0:108:660"), record)
    record_change(Change("package", "nftables"), record)
    assert observe_changes(record) == [Change("mode", "/dev/kvm", before="0:0:600"), Change("package", "nftables")]


def test_what_the_last_start_of_the_machine_undid_is_forgotten(tmp_path: Path) -> None:
    record = tmp_path / "changes.json"
    record_change(Change("daemon", "libvirtd", before="12 34", boot="another boot"), record)
    assert observe_changes(record) == []
    record_change(Change("daemon", "libvirtd", before="56 78", boot=boot_id()), record)
    assert [change.before for change in observe_changes(record)] == ["56 78"]
