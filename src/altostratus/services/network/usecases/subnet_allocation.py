"""Cut a subnet's prefix from a subnet pool."""

from typing import Any

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.network.domain.addressing import (
    Net,
    free_prefix,
    overlaps,
    parse_cidr,
    parse_prefix,
    span_size,
)
from altostratus.services.network.errors import (
    BadRequest,
    MaxPrefixSubnetAllocationError,
    MinPrefixSubnetAllocationError,
    OverQuota,
    SubnetAllocationError,
)
from altostratus.services.network.store import subnet_pools, subnets
from altostratus.services.network.usecases import Networking
from altostratus.services.network.usecases.access import find_pool


def allocate_prefix(
    tx: Tx, net: Networking, actor: Actor, project_id: str, wish: dict[str, Any]
) -> tuple[str | None, Net]:
    """(pool, a prefix of it that no other subnet of the pool overlaps)."""
    pool = _pool(tx, net, actor, wish)
    if wish.get("ip_version") not in (None, pool.ip_version):
        raise BadRequest(
            resource="subnets", reason="Cannot allocate requested subnet from a pool of another ip_version"
        )
    subnet_pools.lock(tx, pool.id)
    used = subnets.of_pool(tx, pool.id)
    prefix = _given(pool, wish["cidr"], used) if wish.get("cidr") else _free(pool, wish.get("prefixlen"), used)
    _check_quota(pool, project_id, prefix, used)
    return pool.id, prefix


def _pool(tx: Tx, net: Networking, actor: Actor, wish: dict[str, Any]) -> subnet_pools.SubnetPool:
    if wish.get("subnetpool_id"):
        if wish.get("use_default_subnetpool"):
            raise BadRequest(
                resource="subnets", reason="subnetpool_id and use_default_subnetpool cannot both be specified"
            )
        return find_pool(tx, net, actor, wish["subnetpool_id"])
    version = wish.get("ip_version") or 4
    pool = subnet_pools.default_of_version(tx, version)
    if pool is None:
        raise BadRequest(resource="subnets", reason=f"No default subnetpool found for IPv{version}")
    return pool


def _given(pool: subnet_pools.SubnetPool, cidr: str, used: list[tuple[str, Net]]) -> Net:
    wanted = parse_cidr(cidr, pool.ip_version)
    _check_length(pool, wanted.prefixlen)
    inside = any(overlaps(wanted, prefix) and wanted.prefixlen >= prefix.prefixlen for prefix in _prefixes(pool))
    if not inside or any(overlaps(wanted, taken) for _, taken in used):
        raise SubnetAllocationError(reason=f"Cannot allocate requested subnet {wanted} from the available prefixes")
    return wanted


def _free(pool: subnet_pools.SubnetPool, length: int | None, used: list[tuple[str, Net]]) -> Net:
    length = pool.default_prefixlen if length is None else length
    _check_length(pool, length)
    found = free_prefix(_prefixes(pool), [taken for _, taken in used], length)
    if found is None:
        raise SubnetAllocationError(reason=f"Insufficient prefix space to allocate subnet size /{length}")
    return found


def _check_length(pool: subnet_pools.SubnetPool, length: int) -> None:
    if length < pool.min_prefixlen:
        raise MinPrefixSubnetAllocationError(prefixlen=length, least=pool.min_prefixlen)
    if length > pool.max_prefixlen:
        raise MaxPrefixSubnetAllocationError(prefixlen=length, most=pool.max_prefixlen)


def _check_quota(pool: subnet_pools.SubnetPool, project_id: str, prefix: Net, used: list[tuple[str, Net]]) -> None:
    """default_quota counts addresses for IPv4 and /64s for IPv6."""
    if pool.default_quota is None:
        return
    unit = 1 if pool.ip_version == 4 else 1 << 64
    mine = [taken for owner, taken in used if owner == project_id]
    if span_size([*mine, prefix]) // unit > pool.default_quota:
        raise OverQuota(resources=["prefixes"])


def _prefixes(pool: subnet_pools.SubnetPool) -> list[Net]:
    return [parse_prefix(text) for text in pool.prefixes]
