"""Names of disks: nobody gets a name that is taken, and who asks for a free one gets it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.services.compute.domain import devices
from altostratus.services.compute.errors import DeviceInUse, InvalidDevice, TooManyDevices

NAMES = [f"vd{letter}" for letter in "abcdefghijklmnop"]
PREFIXES = ["", "vd", "/dev/vd", "/dev/sd", "/dev/xvd", "hd", "/dev/d", "/dev/"]


@st.composite
def asked(draw: st.DrawFn, letters: str = "abcdefghijklmnopqrstuvwxyz") -> str:
    number = draw(st.sampled_from(["", "1", "15"]))
    return draw(st.sampled_from(PREFIXES)) + draw(st.sampled_from(letters)) + number


@given(st.sets(st.sampled_from(NAMES), max_size=8), st.lists(st.none() | asked(), max_size=devices.MAX_VOLUMES))
def test_every_disk_gets_a_name_of_its_own(used: set[str], wanted: list[str | None]) -> None:
    clash = [devices.named(path) for path in wanted if path]
    if len(set(clash)) < len(clash) or used & set(clash):
        with pytest.raises(DeviceInUse):
            devices.allocate(used, wanted)
        return
    found = devices.allocate(used, wanted)
    assert len(set(found)) == len(found) == len(wanted)
    assert not used & set(found)
    for name, path in zip(found, wanted, strict=True):
        assert path is None or (name[:2], name[2]) == ("vd", path.rstrip("0123456789")[-1])
    chosen = [name for name, path in zip(found, wanted, strict=True) if path is None]
    free = sorted({f"vd{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"} - used - set(clash))
    assert chosen == free[: len(chosen)]


@pytest.mark.parametrize(
    ("local_root", "config_drive", "first"), [(True, False, "vdb"), (True, True, "vdc"), (False, True, "vda")]
)
def test_root_disk_and_config_drive_keep_their_names(local_root: bool, config_drive: bool, first: str) -> None:
    used = devices.reserved(local_root, config_drive)
    assert devices.allocate(used, [None]) == [first]
    for name in used:
        with pytest.raises(DeviceInUse):
            devices.allocate(used, [f"/dev/{name}"])


@pytest.mark.parametrize("path", ["", "/dev/", "vdaa", "/dev/disk/by-id/x", "vd", "/dev/vd", "VDB", "1", "é", "vdb-1"])
def test_what_names_no_device_is_refused(path: str) -> None:
    with pytest.raises(InvalidDevice):
        devices.named(path)


def test_there_is_room_for_so_many_volumes() -> None:
    devices.require_room(devices.MAX_VOLUMES)
    with pytest.raises(TooManyDevices, match=r"maximum allowed number of disk devices \(14\)"):
        devices.require_room(devices.MAX_VOLUMES + 1)
