"""The config drive can be read back by both of its name systems, and depends on nothing but its files."""

import io
import time

import pycdlib
import pytest

from altostratus.services.compute.domain import config_drive


def read_back(image: bytes, names: str) -> dict[str, bytes]:
    iso = pycdlib.PyCdlib()
    iso.open_fp(io.BytesIO(image))
    found = {}
    for folder, _, files in iso.walk(**{names: "/"}):
        for name in files:
            path = f"{folder.rstrip('/')}/{name}"
            out = io.BytesIO()
            iso.get_file_from_iso_fp(out, **{names: path})
            found[path.lstrip("/")] = out.getvalue()
    iso.close()
    return found


def spread(contents: dict[str, bytes]) -> dict[str, bytes]:
    versions = ("2012-08-10", "2018-08-27", "latest")
    return {f"openstack/{v}/{name}": content for v in versions for name, content in contents.items()}


@pytest.mark.parametrize("names", ["rr_path", "joliet_path"])
def test_files_are_found_by_their_real_names(names: str) -> None:
    files = spread({"meta_data.json": b'{"uuid": "x"}', "user_data": b"#!/bin/sh\n\0\xff"})
    files["openstack/content/0000"] = b"x" * 5000
    files["openstack/empty"] = b""

    assert read_back(config_drive.build(files), names) == files


def test_the_volume_has_the_label_that_guests_look_for() -> None:
    image = config_drive.build({"a": b"b"})
    assert image[0x8001:0x8006] == b"CD001"
    assert image[0x8028 : 0x8028 + 32].rstrip() == b"config-2"


def test_equal_files_make_equal_bytes_at_any_time_and_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    files = spread({"meta_data.json": b"{}", "user_data": b"u"})
    first = config_drive.build(files)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)

    assert config_drive.build(dict(reversed(files.items()))) == first


def test_a_document_repeated_under_each_version_is_stored_once() -> None:
    once = config_drive.build({"openstack/latest/user_data": b"x" * 60_000})
    often = config_drive.build(spread({"user_data": b"x" * 60_000}))

    assert len(often) < len(once) + 60_000


@pytest.mark.parametrize("path", ["", "/abs", "a//b", "a/../b", "./a", "a/b/c/d/e/f/g/h/i", "nul\0"])
def test_paths_that_do_not_fit_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        config_drive.build({path: b""})
