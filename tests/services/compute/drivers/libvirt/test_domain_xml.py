"""Definitions are as written down in `golden/`, valid by libvirt's own schema, and our mark survives the way
back."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from altostratus.services.compute.driver import MAX_VOLUMES, Impossible, MachineSpec, Nic, VolumeDisk
from altostratus.services.compute.drivers.libvirt import domain_xml
from altostratus.services.compute.drivers.libvirt.domain_xml import Mark, Placement

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")
ID = "5b0c1a52-8a5f-4a06-9d2e-3f8ae0a2a001"
PORT = "7d1f0f0c-3e57-4c0a-8f0e-6d6d9f9f9f01"
SPEC = MachineSpec(
    id=ID,
    name="web <1>\x00\n& co",
    project_id="p1",
    vcpus=2,
    memory_mb=512,
    disk_gb=10,
    image_id="image",
    nics=(Nic(PORT, "fa:16:3e:12:34:56", "altobr1", "tap7d1f0f0c", 1442),),
    config_drive=b"iso",
)
FOLDER = Path("/var/lib/altostratus/compute/machines") / ID
PLACEMENT = Placement(
    virt_type="kvm",
    root_disk=FOLDER / "root.qcow2",
    base=Path("/var/lib/altostratus/compute/bases/image.raw"),
    base_format="raw",
    config_drive=FOLDER / "config.iso",
    console_log=FOLDER / "console.log",
    cache="none",
)
MARK = Mark("/data", "p1", 41, "d1", "boot1", ("r1", "r2"))
PLAIN = replace(SPEC, nics=(), config_drive=None, name="")
OVERLAY = VolumeDisk("a1", "11111111-2222", "vdc", "/volumes/1.qcow2", "qcow2", "/bases/b.raw", "raw")
RAW = VolumeDisk("a2", "33333333-4444", "vdd", "/volumes/2.raw", "raw", readonly=True)
CASES = {
    "kvm-nic-config-drive": (SPEC, PLACEMENT),
    "tcg-plain-writeback": (
        PLAIN,
        replace(PLACEMENT, virt_type="qemu", config_drive=None, cache="writeback", base=None),
    ),
    "volumes": (replace(SPEC, volumes=(OVERLAY, RAW)), PLACEMENT),
    "boots-from-volume": (
        replace(PLAIN, image_id="", volumes=(replace(OVERLAY, device="vda", boot_index=0), RAW)),
        replace(PLACEMENT, base=None, config_drive=None),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_definition_is_as_written_down(name: str) -> None:
    spec, placement = CASES[name]
    assert domain_xml.build(spec, placement, MARK) == (GOLDEN / f"{name}.xml").read_text()


@pytest.mark.skipif(not SCHEMA.exists(), reason="libvirt's schemas are not installed")
@pytest.mark.parametrize("name", CASES)
def test_the_definition_is_valid_by_libvirts_schema(name: str) -> None:
    schema = etree.RelaxNG(etree.parse(SCHEMA))
    schema.assertValid(etree.fromstring(domain_xml.build(*CASES[name], MARK)))


def test_what_we_read_back_is_what_we_wrote() -> None:
    read = domain_xml.parse(domain_xml.build(SPEC, PLACEMENT, MARK))
    assert read == domain_xml.Domain(ID, frozenset({PORT}), MARK)


@pytest.mark.parametrize("volumes", [(), (RAW,), (OVERLAY, RAW)])
def test_there_are_slots_for_all_volumes_that_may_come(volumes: tuple[VolumeDisk, ...]) -> None:
    root = etree.fromstring(domain_xml.build(replace(SPEC, volumes=volumes), PLACEMENT, MARK))
    slots = root.xpath("count(devices/controller[@model='pcie-root-port'])")
    taken = root.xpath("count(devices/disk | devices/interface | devices/rng | devices/memballoon)")
    assert slots - taken + len(volumes) == MAX_VOLUMES


def test_volumes_come_after_the_config_drive_and_nothing_is_left_to_be_found_in_them() -> None:
    root = etree.fromstring(domain_xml.build(*CASES["volumes"], MARK))
    assert root.xpath("devices/disk/target/@dev") == ["vda", "vdb", "vdc", "vdd"]
    for disk in root.iterfind("devices/disk[serial]"):
        assert disk.find(".//backingStore[last()]") is not None
        assert disk.xpath("(.//backingStore)[last()]/*") == [], "the chain has an end"


def test_a_volume_is_plugged_as_it_is_defined() -> None:
    root = etree.fromstring(domain_xml.build(*CASES["volumes"], MARK))
    defined = root.find("devices/disk[serial='33333333-4444']")
    plugged = etree.fromstring(domain_xml.volume_xml(RAW, "none"))
    assert etree.tostring(plugged, method="c14n") == etree.tostring(_stripped(defined), method="c14n")


def _stripped(element: etree._Element) -> etree._Element:
    """Without the white space of an indented document."""
    for each in element.iter():
        each.text, each.tail = (each.text or "").strip() or None, None
    return element


def test_what_we_read_back_of_volumes_is_what_we_wrote() -> None:
    assert domain_xml.parse(domain_xml.build(*CASES["volumes"], MARK)).volumes == {"a1", "a2"}


@pytest.mark.parametrize("device", ["", "vd1", "vd", "vdbb", "sdb", "/dev/vdb", "vdb' x='"])
def test_a_name_that_is_none_of_a_disk_is_impossible(device: str) -> None:
    with pytest.raises(Impossible, match="no name for a disk"):
        domain_xml.volume_xml(replace(RAW, device=device), "none")


def test_only_the_last_32_requests_stay_in_the_mark() -> None:
    mark = Mark()
    for number in range(50):
        mark = mark.remember(f"r{number}")
    assert mark.done == tuple(f"r{number}" for number in range(18, 50))


@pytest.mark.parametrize("fence", ["", "x", "-3", "9" * 40, "１"])
def test_a_damaged_mark_reads_as_an_empty_one(fence: str) -> None:
    mark = f"<m:machine xmlns:m='{domain_xml.MARK_URI}' fence='{fence}'/>"
    xml = f"<domain><uuid>{ID}</uuid><metadata>{mark}</metadata></domain>"
    assert domain_xml.parse(xml).mark == Mark()


def test_a_foreign_domain_has_no_mark_and_no_ports_of_ours() -> None:
    xml = f"<domain><uuid>{ID}</uuid><devices><interface><alias name='net0'/></interface></devices></domain>"
    assert domain_xml.parse(xml) == domain_xml.Domain(ID, frozenset(), Mark())


@pytest.mark.parametrize("xml", ["", "<domain", "<network><uuid>x</uuid></network>", "<domain/>"])
def test_what_is_not_a_domain_is_refused(xml: str) -> None:
    with pytest.raises(ValueError, match="not"):
        domain_xml.parse(xml)


def test_entities_are_not_expanded() -> None:
    bomb = f"<!DOCTYPE d [<!ENTITY a 'aaaa'>]><domain><uuid>{ID}</uuid><title>&a;</title></domain>"
    assert domain_xml.parse(bomb).id == ID


@pytest.mark.parametrize(
    ("label", "group"), [("+64055:+108", 108), ("+0:+0", 0), ("system_u:system_r:svirt_t:s0", None), ("", None)]
)
def test_the_group_of_qemu_is_read_from_the_capabilities(label: str, group: int | None) -> None:
    xml = (
        "<capabilities><host><secmodel><model>none</model></secmodel><secmodel><model>dac</model>"
        f"<baselabel type='kvm'>{label}</baselabel></secmodel></host></capabilities>"
    )
    assert domain_xml.qemu_group(xml) == group
