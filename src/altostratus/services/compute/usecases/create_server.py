"""Create servers: check, count quota, write the rows, their ports and volumes, wake the reconciler. One transaction."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from altostratus.contracts.network import PortWish
from altostratus.kernel import events, ids
from altostratus.kernel.actor import Actor
from altostratus.kernel.db import quota
from altostratus.kernel.errors import BadRequest, Conflict
from altostratus.kernel.tx import Tx
from altostratus.services.compute.domain.server import Flavor, Keypair, Server, Wish
from altostratus.services.compute.errors import ServerQuota, as_of_create
from altostratus.services.compute.store import flavors, hosts, keypairs, servers
from altostratus.services.compute.usecases import Compute
from altostratus.services.compute.usecases.boot_source import BlockDevice, BootSource, boot_source, volume_wishes

ZONE = "nova"


@dataclass(frozen=True, slots=True)
class NewServer:
    """What the user asked for. `wishes` None lets the network service choose. `admin_pass` is plain text here. The
    image is '' where one of the volumes is what the server boots from."""

    name: str
    flavor_id: str
    image_id: str
    admin_pass: str = field(repr=False)
    description: str | None = None
    hostname: str | None = None
    wishes: Sequence[PortWish] | None = None
    security_groups: Sequence[str] = ()
    volumes: Sequence[BlockDevice] = ()
    key_name: str | None = None
    user_data: str | None = None
    config_drive: str = ""
    disk_config: str = "MANUAL"
    access_ip_v4: str | None = None
    access_ip_v6: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    availability_zone: str | None = None
    min_count: int = 1
    max_count: int = 1
    idempotency_key: str | None = None
    idempotency_digest: str = ""


def create_servers(tx: Tx, compute: Compute, actor: Actor, new: NewServer) -> list[Server]:
    """The new servers (or, for a repeated Idempotency-Key, the first of those that it already made)."""
    compute.policy.require(actor, "os_compute_api:servers:create")
    if new.idempotency_key and (made := _recalled(tx, actor, new)):
        return [made]
    flavor = flavors.get_flavor(tx, new.flavor_id, actor.project)
    if flavor is None or flavor.disabled:
        raise BadRequest(f"Flavor {new.flavor_id} could not be found.")
    if new.volumes:
        compute.policy.require(actor, "os_compute_api:servers:create:attach_volume")
    boot = boot_source(tx, compute, actor, new.image_id, new.volumes, flavor)
    key = _keypair(tx, actor, new)
    _check_zone(tx, new)
    count = _allowed_count(tx, compute, actor, new, flavor)
    template = _template(tx, compute, actor, new, flavor, boot, key)
    rows = [_nth(tx, template, new, index, count) for index in range(count)]
    servers.insert_servers(tx, rows)
    for row in rows:
        with as_of_create():
            _create_ports_and_volumes(tx, compute, actor, row, new)
        events.record(tx, actor, "compute.server.create", row.id, name=row.name)
        tx.wake("compute.server", row.id)
    if new.idempotency_key:
        servers.remember_key(tx, actor.project, new.idempotency_key, new.idempotency_digest, rows[0].id)
    return rows


def _create_ports_and_volumes(tx: Tx, compute: Compute, actor: Actor, row: Server, new: NewServer) -> None:
    compute.networks.create_ports(tx, actor, row.owner, row.hostname, new.wishes, new.security_groups)
    if new.volumes:
        volumes = volume_wishes(new.volumes, local_root=bool(row.image_id), config_drive=row.config_drive)
        compute.volumes.attach(tx, actor, row.owner, None, volumes)


def digest_of(body: bytes) -> str:
    """What tells two requests with the same Idempotency-Key apart."""
    return hashlib.sha256(body).hexdigest()


def _recalled(tx: Tx, actor: Actor, new: NewServer) -> Server | None:
    known = servers.recall_key(tx, actor.project, new.idempotency_key or "")
    if known is None:
        return None
    digest, server_id = known
    if digest != new.idempotency_digest:
        raise Conflict("This Idempotency-Key was used for a different request.")
    made = servers.get_server(tx, server_id)
    if made is None:
        raise Conflict("The server that this Idempotency-Key made is deleted already.")
    return made


def _keypair(tx: Tx, actor: Actor, new: NewServer) -> Keypair | None:
    if new.key_name is None:
        return None
    key = keypairs.get_keypair(tx, actor.user_id, new.key_name)
    if key is None:
        raise BadRequest("Invalid key_name provided.")
    return key


def _check_zone(tx: Tx, new: NewServer) -> None:
    zone, _, host = (new.availability_zone or ZONE).partition(":")
    if zone != ZONE:
        raise BadRequest("The requested availability zone is not available")
    if host and host not in {h.name for h in hosts.list_hosts(tx)}:
        raise BadRequest(f"Compute host {host} could not be found.")


def _allowed_count(tx: Tx, compute: Compute, actor: Actor, new: NewServer, flavor: Flavor) -> int:
    """How many of min_count..max_count the quota allows; the scope stays locked until the commit."""
    quota.lock(tx, actor.project, "compute")
    limits = quota.limits(tx, actor.project, "compute", compute.config.quotas())
    if 0 <= limits["metadata_items"] < len(new.metadata):
        raise ServerQuota(overs="metadata_items", requested=len(new.metadata), used=0, allowed=limits["metadata_items"])
    used = servers.count_usage(tx, actor.project)
    each = {"instances": 1, "cores": flavor.vcpus, "ram": flavor.ram}
    room = min(
        (limits[name] - used[name]) // size if limits[name] >= 0 and size else new.max_count
        for name, size in each.items()
    )
    count = min(new.max_count, room)
    if count < new.min_count:
        raise _over_quota(limits, used, each, new.min_count)
    return count


def _over_quota(limits: dict[str, int], used: dict[str, int], each: dict[str, int], count: int) -> ServerQuota:
    overs = [name for name, size in each.items() if 0 <= limits[name] < used[name] + size * count]
    return ServerQuota(
        overs=", ".join(overs),
        requested=", ".join(str(each[name] * count) for name in overs),
        used=", ".join(str(used[name]) for name in overs),
        allowed=", ".join(str(limits[name]) for name in overs),
    )


def _template(
    tx: Tx, compute: Compute, actor: Actor, new: NewServer, flavor: Flavor, boot: BootSource, key: Keypair | None
) -> Server:
    copied = ("id", "name", "vcpus", "ram", "disk", "ephemeral", "swap", "extra_specs")
    return Server(
        id="",
        project_id=actor.project,
        user_id=actor.user_id,
        name=new.name,
        description=new.description,
        hostname="",
        flavor={name: getattr(flavor, name) for name in copied},
        image_id=boot.image_id,
        image_properties=dict(boot.properties),
        key_name=key.name if key else None,
        public_key=key.public_key if key else None,
        key_type=key.type if key else None,
        user_data=new.user_data,
        config_drive=new.config_drive.lower() in ("true", "1", "yes", "on", "t", "y"),
        config_drive_asked=new.config_drive,
        admin_pass=compute.master_key.encrypt(new.admin_pass.encode()),
        disk_config=new.disk_config,
        access_ip_v4=new.access_ip_v4,
        access_ip_v6=new.access_ip_v6,
        metadata=new.metadata,
        tags=sorted(set(new.tags)),
        availability_zone=ZONE,
        reservation_id="r-" + ids.new_uuid(tx.entropy).replace("-", "")[:8],
        launch_index=0,
        locked=False,
        locked_by=None,
        locked_reason=None,
        wanted=Wish.RUNNING,
        generation=1,
        observed_generation=0,
        host_id=None,
        power="",
        started_boot_id="",
        shutdown_asked_at=None,
        crashes=0,
        crashed_at=None,
        fault=None,
        fault_at=None,
        request_id=tx.correlation,
        created_at=tx.now,
        updated_at=tx.now,
        launched_at=None,
        deleted_at=None,
    )


def _nth(tx: Tx, template: Server, new: NewServer, index: int, count: int) -> Server:
    """The server with this launch index; several get numbered names, as Nova gives them."""
    server_id = tx.new_id()
    name = f"{new.name}-{index + 1}" if count > 1 else new.name
    hostname = new.hostname or sanitized_hostname(name) or f"server-{server_id}"
    if new.hostname and count > 1:
        hostname = f"{new.hostname}-{index + 1}"
    return replace(template, id=server_id, name=name, hostname=hostname, launch_index=index)


def sanitized_hostname(name: str) -> str:
    """A host name from a display name, by RFC 952 and 1123, as Nova makes it; '' when nothing is left."""
    text = re.sub(r"[ _]", "-", name.encode("latin-1", "ignore").decode("latin-1"))
    return re.sub(r"[^\w.-]+", "", text, flags=re.ASCII).lower().strip(".-")[:63].rstrip(".-")
