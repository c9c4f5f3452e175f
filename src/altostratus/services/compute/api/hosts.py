"""/os-hypervisors, /os-availability-zone and /extensions: what the cloud is made of."""

from typing import Any

from litestar import get
from litestar.params import FromPath

from altostratus.kernel.clock import iso_plain
from altostratus.kernel.errors import NotFound
from altostratus.services.compute.api import ComputeCall
from altostratus.services.compute.domain.placement import Usage
from altostratus.services.compute.domain.server import Host
from altostratus.services.compute.errors import HypervisorNotFound
from altostratus.services.compute.store import hosts, servers
from altostratus.services.compute.usecases.create_server import ZONE

_RULE = "os_compute_api:os-hypervisors"


async def _hosts(request: ComputeCall, rule: str) -> tuple[list[Host], dict[str, Usage], dict[str, int]]:
    compute = request.compute
    compute.policy.require(request.actor, rule)

    def find(tx: Any) -> tuple[list[Host], dict[str, Usage], dict[str, int]]:
        found = hosts.list_hosts(tx)
        return found, servers.usage_by_host(tx), {h.id: len(servers.powers_on(tx, h.id)) for h in found}

    return await compute.db.read(find)


def host_key(request: ComputeCall, host: Host) -> Any:
    """Integers until 2.52, uuids since."""
    return host.id if request.since(53) else int(host.id[:7], 16)


def _summary(request: ComputeCall, host: Host) -> dict[str, Any]:
    return {
        "id": host_key(request, host),
        "hypervisor_hostname": host.name,
        "state": "up" if host.up else "down",
        "status": "enabled" if host.enabled else "disabled",
    }


def _detail(request: ComputeCall, host: Host, used: Usage, count: int) -> dict[str, Any]:
    service = {"id": host_key(request, host), "host": host.name, "disabled_reason": host.disabled_reason}
    found = {
        **_summary(request, host),
        "hypervisor_type": host.hypervisor_type,
        "hypervisor_version": host.hypervisor_version,
        "host_ip": "127.0.0.1",
        "service": service,
    }
    if request.since(88):
        return {**found, "uptime": None}
    return {
        **found,
        "vcpus": host.vcpus,
        "vcpus_used": used.vcpus,
        "memory_mb": host.memory_mb,
        "memory_mb_used": used.memory_mb,
        "free_ram_mb": host.memory_mb - used.memory_mb,
        "local_gb": host.disk_gb,
        "local_gb_used": used.disk_gb,
        "free_disk_gb": host.disk_gb - used.disk_gb,
        "disk_available_least": host.disk_free_gb,
        "running_vms": count,
        "current_workload": 0,
        "cpu_info": {} if request.since(28) else "{}",
    }


@get("/os-hypervisors")
async def get_hypervisors(request: ComputeCall) -> dict[str, Any]:
    found, _, _ = await _hosts(request, f"{_RULE}:list")
    return {"hypervisors": [_summary(request, host) for host in found]}


@get("/os-hypervisors/detail")
async def get_hypervisors_detail(request: ComputeCall) -> dict[str, Any]:
    found, used, counts = await _hosts(request, f"{_RULE}:list-detail")
    return {"hypervisors": [_detail(request, h, used.get(h.id, Usage()), counts[h.id]) for h in found]}


@get("/os-hypervisors/statistics")
async def get_statistics(request: ComputeCall) -> dict[str, Any]:
    """Sums over all hosts (until 2.87)."""
    if request.since(88):
        raise NotFound()
    found, used, counts = await _hosts(request, f"{_RULE}:statistics")
    details = [_detail(request, h, used.get(h.id, Usage()), counts[h.id]) for h in found]
    names = ("vcpus", "vcpus_used", "memory_mb", "memory_mb_used", "free_ram_mb", "local_gb", "local_gb_used",
             "free_disk_gb", "disk_available_least", "running_vms", "current_workload")  # fmt: skip
    sums = {name: sum(detail[name] for detail in details) for name in names}
    return {"hypervisor_statistics": {"count": len(found), **sums}}


@get("/os-hypervisors/{key:str}")
async def get_hypervisor(request: ComputeCall, key: FromPath[str]) -> dict[str, Any]:
    found, used, counts = await _hosts(request, f"{_RULE}:show")
    for host in found:
        if str(host_key(request, host)) == key:
            return {"hypervisor": _detail(request, host, used.get(host.id, Usage()), counts[host.id])}
    raise HypervisorNotFound(id=key)


@get("/os-availability-zone")
async def get_zones(request: ComputeCall) -> dict[str, Any]:
    return {"availabilityZoneInfo": [{"zoneName": ZONE, "zoneState": {"available": True}, "hosts": None}]}


@get("/os-availability-zone/detail")
async def get_zones_detail(request: ComputeCall) -> dict[str, Any]:
    found, _, _ = await _hosts(request, "os_compute_api:os-availability-zone:detail")
    state = {
        h.name: {
            "nova-compute": {
                "available": h.up,
                "active": h.enabled,
                "updated_at": iso_plain(h.seen_at) if h.seen_at else None,
            }
        }
        for h in found
    }
    return {"availabilityZoneInfo": [{"zoneName": ZONE, "zoneState": {"available": True}, "hosts": state}]}


@get("/extensions", sync_to_thread=False)
def get_extensions(request: ComputeCall) -> dict[str, Any]:
    """Extensions are history; microversions replaced them."""
    return {"extensions": []}


ROUTES = [
    get_hypervisors,
    get_hypervisors_detail,
    get_statistics,
    get_hypervisor,
    get_zones,
    get_zones_detail,
    get_extensions,
]
