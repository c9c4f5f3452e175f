"""Definitions are as written down in `golden/`, valid by libvirt's own schema, and our mark survives the way
back."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from altostratus.services.compute.driver import MachineSpec, Nic
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
CASES = {
    "kvm-nic-config-drive": (SPEC, PLACEMENT),
    "tcg-plain-writeback": (
        PLAIN,
        replace(PLACEMENT, virt_type="qemu", config_drive=None, cache="writeback", base=None),
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


def test_there_are_free_slots_for_devices_to_come() -> None:
    root = etree.fromstring(domain_xml.build(SPEC, PLACEMENT, MARK))
    slots = root.xpath("count(devices/controller[@model='pcie-root-port'])")
    taken = root.xpath("count(devices/disk | devices/interface | devices/rng | devices/memballoon)")
    assert slots - taken == domain_xml.SPARE_PORTS


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
