"""What clients do with networks, routers, floating IPs and security groups."""

from typing import Any

from tests.simulation.client import NETWORK, Client
from tests.simulation.model import FloatingIP, Group, Network, Router


async def create_network(client: Client) -> None:
    """With a subnet, and mostly joined to a router."""
    name = client.new_name()
    status, answer = await client.ask(
        "POST", f"{NETWORK}/networks", {"network": {"name": name}}, (201, 409), makes=name
    )
    if status == 409:
        return
    network = Network(answer["network"]["id"], _cidr(client, name))
    client.model.networks[network.id] = network
    await add_subnet(client, network)
    if client.rng.random() < 0.7:
        await add_interface(client)


def _cidr(client: Client, name: str) -> str:
    """Of a client's networks no two overlap, so that any may join any router."""
    first = 10 + 10 * "abc".index(client.name[0]) + int(client.name[1:])
    return f"10.{first}.{int(name.rsplit('-', 1)[1]) % 250}.0/27"


async def add_subnet(client: Client, network: Network) -> None:
    wish = {"network_id": network.id, "ip_version": 4, "cidr": network.cidr}
    _, answer = await client.ask("POST", f"{NETWORK}/subnets", {"subnet": wish}, (201,), touches=[network.id])
    network.subnet = answer["subnet"]["id"]


async def mend_network(client: Client) -> None:
    """Give a subnet to a network whose maker was cut short."""
    if network := client.choose([each for each in client.model.networks.values() if each.subnet is None]):
        await add_subnet(client, network)


async def delete_network(client: Client) -> None:
    """In any order: refused while anything is on it. A server that stays must keep its network."""
    network = client.choose(client.model.networks.values())
    if network is None:
        return
    used = {each for fellow in (client, *client.fellows) for s in fellow.model.staying() for each in s.ports.values()}
    used |= set(client.model.ports.values())
    joined = any(network.subnet in router.subnets for router in client.model.routers.values())
    allowed = (409,) if network.id in used or joined else (204, 409)
    status, _ = await client.ask("DELETE", f"{NETWORK}/networks/{network.id}", None, allowed, touches=[network.id])
    if status == 204:
        del client.model.networks[network.id]
        client.model.gone.add(network.id)


async def create_router(client: Client) -> None:
    name = client.new_name()
    wish = {"name": name, "external_gateway_info": {"network_id": client.public}}
    status, answer = await client.ask("POST", f"{NETWORK}/routers", {"router": wish}, (201, 409), makes=name)
    if status == 201:
        client.model.routers[answer["router"]["id"]] = Router(answer["router"]["id"])


async def add_interface(client: Client) -> None:
    """Refused (400) where it has one already."""
    router = client.choose(client.model.routers.values())
    network = client.choose([each for each in client.model.networks.values() if each.subnet])
    if not (router and network):
        return
    path = f"{NETWORK}/routers/{router.id}/add_router_interface"
    free = not any(network.subnet in each.subnets for each in client.model.routers.values())
    allowed = (200,) if free else (400, 409)
    status, _ = await client.ask("PUT", path, {"subnet_id": network.subnet}, allowed, touches=[router.id])
    if status == 200:
        router.subnets.add(network.subnet)


async def remove_interface(client: Client) -> None:
    """Refused (409) while a floating IP needs it."""
    if router := client.choose([each for each in client.model.routers.values() if each.subnets]):
        subnet = client.choose(sorted(router.subnets))
        path = f"{NETWORK}/routers/{router.id}/remove_router_interface"
        status, _ = await client.ask("PUT", path, {"subnet_id": subnet}, (200, 409), touches=[router.id])
        if status == 200:
            router.subnets.discard(subnet)


async def switch_gateway(client: Client) -> None:
    """Take a router's gateway away, or give it back; refused (409) while floating IPs need it."""
    if router := client.choose(client.model.routers.values()):
        info = {} if router.gateway else {"network_id": client.public}
        body = {"router": {"external_gateway_info": info}}
        status, _ = await client.ask("PUT", f"{NETWORK}/routers/{router.id}", body, (200, 409), touches=[router.id])
        if status == 200:
            router.gateway = not router.gateway


async def delete_router(client: Client) -> None:
    """Refused while it joins anything."""
    if router := client.choose(client.model.routers.values()):
        allowed = (409,) if router.subnets else (204,)
        path = f"{NETWORK}/routers/{router.id}"
        status, _ = await client.ask("DELETE", path, None, allowed, touches=[router.id])
        if status == 204:
            del client.model.routers[router.id]
            client.model.gone.add(router.id)


async def create_floating_ip(client: Client) -> None:
    name = client.new_name()
    wish = {"floating_network_id": client.public, "description": name}
    status, answer = await client.ask("POST", f"{NETWORK}/floatingips", {"floatingip": wish}, (201, 409), makes=name)
    if status == 201:
        made = answer["floatingip"]
        client.model.floating[made["id"]] = FloatingIP(made["id"], made["floating_ip_address"])


async def attach(client: Client) -> None:
    """Refused where no router joins both (404), where another leads there already (409), or where the port has several
    addresses (400)."""
    floating = client.choose(client.model.floating.values())
    subnets = {subnet for router in client.model.routers.values() if router.gateway for subnet in router.subnets}
    joined = {network.id for network in client.model.networks.values() if network.subnet in subnets}
    ports = [item for server in client.model.staying() for item in server.ports.items()]
    likely = [port for port, network in ports if network in joined or client.rng.random() < 0.1]
    port = client.choose(likely)
    if floating and port:
        await _lead(client, floating, port, (200, 400, 404, 409))


async def detach(client: Client) -> None:
    if floating := client.choose([each for each in client.model.floating.values() if each.port]):
        await _lead(client, floating, None, (200,))


async def _lead(client: Client, floating: FloatingIP, port: str | None, allowed: tuple[int, ...]) -> None:
    body = {"floatingip": {"port_id": port}}
    path = f"{NETWORK}/floatingips/{floating.id}"
    status, answer = await client.ask("PUT", path, body, allowed, touches=[floating.id])
    if status == 200:
        client.cloud.require(answer["floatingip"]["port_id"] == port, f"{path} leads to {answer}, not to {port}")
        floating.port = port


async def delete_floating_ip(client: Client) -> None:
    if floating := client.choose(client.model.floating.values()):
        await client.ask("DELETE", f"{NETWORK}/floatingips/{floating.id}", None, (204,), touches=[floating.id])
        del client.model.floating[floating.id]
        client.model.gone.add(floating.id)


async def create_group(client: Client) -> None:
    name = client.new_name()
    path, body = f"{NETWORK}/security-groups", {"security_group": {"name": name}}
    status, answer = await client.ask("POST", path, body, (201, 409), makes=name)
    if status == 201:
        made = answer["security_group"]
        client.model.groups[made["id"]] = Group(made["id"], name, rules_of(made))


def rules_of(row: dict[str, Any]) -> dict[str, str | None]:
    """Of a group as it is shown."""
    return {rule["id"]: rule["remote_group_id"] for rule in row["security_group_rules"]}


async def add_rule(client: Client) -> None:
    """For a prefix, or for the members of a group of its own; refused (409) where there is one like it."""
    if group := client.choose(client.model.groups.values()):
        port = client.rng.randint(1, 200)
        wish: dict[str, Any] = {"security_group_id": group.id, "direction": "ingress", "protocol": "tcp"}
        wish |= {"port_range_min": port, "port_range_max": port}
        remote = client.choose(client.groups())
        wish |= client.rng.choice(({"remote_group_id": remote.id}, {"remote_ip_prefix": f"10.{port}.0.0/16"}))
        path, body = f"{NETWORK}/security-group-rules", {"security_group_rule": wish}
        status, answer = await client.ask("POST", path, body, (201, 404, 409), touches=[group.id])
        if status == 201:
            made = answer["security_group_rule"]
            group.rules[made["id"]] = made["remote_group_id"]


async def delete_rule(client: Client) -> None:
    if group := client.choose([each for each in client.model.groups.values() if each.rules]):
        rule = client.choose(sorted(group.rules))
        path, allowed = f"{NETWORK}/security-group-rules/{rule}", (204, 404) if group.rules[rule] else (204,)
        await client.ask("DELETE", path, None, allowed, touches=[group.id])
        del group.rules[rule]


async def delete_group(client: Client) -> None:
    """Refused (409) while a port has it. Rules of other groups that refer to it go with it."""
    if group := client.choose(client.model.groups.values()):
        path = f"{NETWORK}/security-groups/{group.id}"
        status, _ = await client.ask("DELETE", path, None, (204, 409), touches=[group.id])
        if status == 204:
            del client.model.groups[group.id]
            client.model.gone.add(group.id)


async def create_port(client: Client) -> None:
    """For a server to take over."""
    network = client.choose([each for each in client.model.networks.values() if each.subnet])
    if network:
        name = client.new_name()
        wish = {"network_id": network.id, "name": name, "security_groups": [g.id for g in client.model.groups.values()]}
        _, answer = await client.ask("POST", f"{NETWORK}/ports", {"port": wish}, (201,), makes=name)
        client.model.ports[answer["port"]["id"]] = network.id


async def delete_port(client: Client) -> None:
    """One made by itself, that no server has or had a moment ago."""
    used = {port for server in client.model.servers.values() for port in server.ports}
    if port := client.choose(sorted(client.model.ports.keys() - used)):
        led = [floating for floating in client.model.floating.values() if floating.port == port]
        touches = [port, *(floating.id for floating in led)]
        await client.ask("DELETE", f"{NETWORK}/ports/{port}", None, (204,), touches=touches)
        del client.model.ports[port]
        client.model.gone.add(port)
        for floating in led:
            floating.port = None


async def unplug(client: Client) -> None:
    """Delete a port that was made for a server; floating IPs lead to it no more."""
    servers = {port: server for server in client.model.staying() for port in server.ports}
    port = client.choose(sorted(servers.keys() - client.model.ports.keys()))
    if port is None:
        return
    led = [floating for floating in client.model.floating.values() if floating.port == port]
    client.cloud.unplugged.add(port)
    touches = [servers[port].id, *(floating.id for floating in led)]
    await client.ask("DELETE", f"{NETWORK}/ports/{port}", None, (204,), touches=touches)
    del servers[port].ports[port]
    for floating in led:
        floating.port = None
