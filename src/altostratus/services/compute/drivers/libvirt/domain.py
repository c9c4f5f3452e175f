"""What is done to one domain through libvirt: a repeat does nothing, and one that stops or goes meanwhile is no
failure."""

from collections.abc import Iterator
from contextlib import contextmanager

import libvirt

from altostratus.services.compute.driver import Impossible, MachineSpec, VolumeDisk
from altostratus.services.compute.drivers.libvirt import domain_xml
from altostratus.services.compute.drivers.libvirt.connection import is_gone
from altostratus.services.compute.drivers.libvirt.domain_xml import Domain, Mark

_WITH_EVERYTHING = (
    libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
)
_NO_SLOT = "No more available PCI slots"
_UNPLUGGING = "in the process of unplug"


def found(connection: libvirt.virConnect, machine_id: str) -> libvirt.virDomain | None:
    try:
        return connection.lookupByUUIDString(machine_id)
    except libvirt.libvirtError as error:
        if is_gone(error):
            return None
        raise


def write(domain: libvirt.virDomain, mark: Mark) -> None:
    """To the definition and to what runs, as far as there is either."""
    flags = libvirt.VIR_DOMAIN_AFFECT_CONFIG if domain.isPersistent() else 0
    flags |= libvirt.VIR_DOMAIN_AFFECT_LIVE if domain.isActive() else 0
    kind, text = libvirt.VIR_DOMAIN_METADATA_ELEMENT, domain_xml.mark_xml(mark)
    domain.setMetadata(kind, text, domain_xml.MARK_KEY, domain_xml.MARK_URI, flags)


def destroy(domain: libvirt.virDomain) -> None:
    with unless_off(domain):
        if domain.isActive():
            domain.destroy()


def definition(domain: libvirt.virDomain) -> Domain | None:
    """What holds at its next start; None when it has none and is gone once it is off."""
    return domain_xml.parse(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)) if domain.isPersistent() else None


def is_defined(domain: libvirt.virDomain | None, spec: MachineSpec) -> bool:
    """And with these volumes: somebody may have taken one out of the definition, or put one in."""
    known = definition(domain) if domain is not None else None
    return known is not None and known.volumes == {disk.attachment_id for disk in spec.volumes}


def attach(domain: libvirt.virDomain, disk: VolumeDisk, cache: str) -> None:
    if _has(domain, disk.attachment_id):
        return
    try:
        domain.attachDeviceFlags(domain_xml.volume_xml(disk, cache), libvirt.VIR_DOMAIN_AFFECT_LIVE)
    except libvirt.libvirtError as error:
        if _NO_SLOT in (error.get_error_message() or ""):
            raise Impossible(
                "the server has no free slot for another volume: detach one, or stop the server and start it again"
            ) from error
        raise


def _has(domain: libvirt.virDomain, attachment_id: str) -> bool:
    return attachment_id in domain_xml.parse(domain.XMLDesc()).volumes


def detach(domain: libvirt.virDomain, attachment_id: str) -> None:
    """A guest that is letting go of it already, or has let go of it, is as good."""
    if not _has(domain, attachment_id):
        return
    try:
        domain.detachDeviceAlias(domain_xml.volume_alias(attachment_id), libvirt.VIR_DOMAIN_AFFECT_LIVE)
    except libvirt.libvirtError as error:
        if _UNPLUGGING not in (error.get_error_message() or "") and _has(domain, attachment_id):
            raise


def undefine(domain: libvirt.virDomain) -> None:
    try:
        domain.undefineFlags(_WITH_EVERYTHING)
    except libvirt.libvirtError as error:
        if not is_gone(error):
            raise


@contextmanager
def unless_off(domain: libvirt.virDomain) -> Iterator[None]:
    """What fails inside because the machine has just stopped has not failed."""
    try:
        yield
    except libvirt.libvirtError as error:
        if not is_gone(error) and domain.isActive():
            raise
