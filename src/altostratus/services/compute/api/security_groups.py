"""/os-security-groups and /os-security-group-rules (until 2.35): Nova's old proxy of the network service."""

import ipaddress
from typing import Any

from litestar import delete, get, post, put
from litestar.params import FromPath

from altostratus.contracts.network import IngressRule, SecurityGroup
from altostratus.kernel.errors import BadRequest, NotFound
from altostratus.services.compute.api import ComputeCall, schemas
from altostratus.services.compute.usecases.show_servers import show_server

ANYWHERE = "0.0.0.0/0"


def _require_old(request: ComputeCall, rule: str) -> None:
    if request.since(36):
        raise NotFound()
    request.compute.policy.require(request.actor, f"os_compute_api:os-security-groups:{rule}")


@get("/os-security-groups")
async def get_groups(request: ComputeCall) -> dict[str, Any]:
    _require_old(request, "get")
    everybody = request.actor.is_admin and request.query.get("all_tenants", "0") not in ("0", "false")
    groups = request.compute.networks.groups
    found = await request.compute.db.read(lambda tx: groups.list_groups(tx, request.actor, everybody))
    by_id = {group.id: group for group in found}
    return {"security_groups": [_group(group, by_id) for group in found]}


@post("/os-security-groups", status_code=200, body=schemas.GroupBody)
async def post_group(request: ComputeCall) -> dict[str, Any]:
    _require_old(request, "create")
    asked = (await request.decode(schemas.GroupBody)).security_group
    groups, actor = request.compute.networks.groups, request.actor
    made = await request.compute.db.write(
        lambda tx: groups.create_group(tx, actor, asked.name.strip(), asked.description or "")
    )
    return {"security_group": _group(made, {})}


@get("/os-security-groups/{group_id:str}")
async def get_group(request: ComputeCall, group_id: FromPath[str]) -> dict[str, Any]:
    _require_old(request, "show")
    groups, actor = request.compute.networks.groups, request.actor

    def find(tx: Any) -> tuple[SecurityGroup, list[SecurityGroup]]:
        return groups.get_group(tx, actor, group_id), groups.list_groups(tx, actor, all_projects=False)

    found, others = await request.compute.db.read(find)
    return {"security_group": _group(found, {group.id: group for group in others})}


@put("/os-security-groups/{group_id:str}", body=schemas.GroupBody)
async def put_group(request: ComputeCall, group_id: FromPath[str]) -> dict[str, Any]:
    _require_old(request, "update")
    asked = (await request.decode(schemas.GroupBody)).security_group
    groups, actor = request.compute.networks.groups, request.actor
    changed = await request.compute.db.write(
        lambda tx: groups.update_group(tx, actor, group_id, asked.name.strip(), asked.description or "")
    )
    return {"security_group": _group(changed, {})}


@delete("/os-security-groups/{group_id:str}", status_code=202)
async def delete_group(request: ComputeCall, group_id: FromPath[str]) -> None:
    _require_old(request, "delete")
    groups, actor = request.compute.networks.groups, request.actor
    await request.compute.db.write(lambda tx: groups.delete_group(tx, actor, group_id))


@post("/os-security-group-rules", status_code=200, body=schemas.GroupRuleBody)
async def post_rule(request: ComputeCall) -> dict[str, Any]:
    _require_old(request, "rule:create")
    rule = _wished((await request.decode(schemas.GroupRuleBody)).security_group_rule)
    groups, actor = request.compute.networks.groups, request.actor

    def add(tx: Any) -> tuple[IngressRule, dict[str, SecurityGroup]]:
        made = groups.add_rule(tx, actor, rule)
        return made, {group.id: group for group in groups.list_groups(tx, actor, all_projects=False)}

    made, by_id = await request.compute.db.write(add)
    return {"security_group_rule": _rule(made, by_id)}


@delete("/os-security-group-rules/{rule_id:str}", status_code=202)
async def delete_rule(request: ComputeCall, rule_id: FromPath[str]) -> None:
    _require_old(request, "rule:delete")
    groups, actor = request.compute.networks.groups, request.actor
    await request.compute.db.write(lambda tx: groups.delete_rule(tx, actor, rule_id))


@get("/servers/{server_id:str}/os-security-groups")
async def get_server_groups(request: ComputeCall, server_id: FromPath[str]) -> dict[str, Any]:
    """The groups of a server's ports."""
    compute, actor = request.compute, request.actor

    def find(tx: Any) -> tuple[set[str], list[SecurityGroup]]:
        shown = show_server(tx, compute, actor, server_id, "os-security-groups:list")
        names = {name for port in shown.ports for name in port.security_groups}
        everybody = shown.server.project_id != actor.project_id
        found = compute.networks.groups.list_groups(tx, actor, everybody)
        return names, [group for group in found if group.project_id == shown.server.project_id]

    names, found = await compute.db.read(find)
    by_id = {group.id: group for group in found}
    return {"security_groups": [_group(group, by_id) for group in found if group.name in names]}


def _wished(asked: schemas.GroupRuleFields) -> IngressRule:
    """Nova's -1 means any; what names neither a cidr nor a group is from anywhere."""
    if asked.group_id is not None and asked.cidr is not None:
        raise BadRequest("A rule has either a cidr or a group_id.")
    try:
        cidr = str(ipaddress.ip_network(asked.cidr, strict=False)) if asked.cidr else None
    except ValueError as error:
        raise BadRequest(f"Invalid cidr {asked.cidr}.") from error
    if cidr is None and asked.group_id is None:
        cidr = ANYWHERE
    low, high = (None if port is None or int(port) < 0 else int(port) for port in (asked.from_port, asked.to_port))
    if asked.group_id is None and (asked.ip_protocol is None or asked.from_port is None or asked.to_port is None):
        raise BadRequest("Not enough parameters to build a valid rule.")
    return IngressRule("", asked.parent_group_id, asked.ip_protocol, low, high, cidr, asked.group_id)


def _group(group: SecurityGroup, by_id: dict[str, SecurityGroup]) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "tenant_id": group.project_id,
        "rules": [_rule(rule, by_id) for rule in group.rules],
    }


def _rule(rule: IngressRule, by_id: dict[str, SecurityGroup]) -> dict[str, Any]:
    """ICMP without a type shows -1 for both, as Nova has it."""
    icmp = rule.protocol == "icmp"
    remote = by_id.get(rule.remote_group_id or "")
    group = {"name": remote.name, "tenant_id": remote.project_id} if remote else {}
    return {
        "id": rule.id,
        "parent_group_id": rule.group_id,
        "ip_protocol": rule.protocol,
        "from_port": -1 if icmp and rule.port_min is None else rule.port_min,
        "to_port": -1 if icmp and rule.port_max is None else rule.port_max,
        "group": group,
        "ip_range": {} if rule.remote_group_id else {"cidr": rule.cidr or ANYWHERE},
    }


ROUTES = [
    get_groups,
    post_group,
    get_group,
    put_group,
    delete_group,
    post_rule,
    delete_rule,
    get_server_groups,
]
