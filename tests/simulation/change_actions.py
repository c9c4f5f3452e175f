"""Changes that no answer shows again, but that hosts must hear of: if one is not told, the host differs in the end."""

from typing import Any

from tests.simulation.client import COMPUTE, NETWORK, Client


async def _change(client: Client, kind: str, things: list[str], wish: dict[str, Any], *more: int) -> None:
    if thing := client.choose(things):
        await client.ask("PUT", f"{NETWORK}/{kind}s/{thing}", {kind: wish}, (200, *more))


def _ports(client: Client) -> list[str]:
    """Of servers that stay."""
    return [port for server in client.model.staying() for port in server.ports]


def _mostly(client: Client) -> bool:
    return client.rng.random() < 0.7


async def change_network(client: Client) -> None:
    wish = client.rng.choice(({"admin_state_up": _mostly(client)}, {"mtu": client.rng.randint(1280, 1500)}))
    await _change(client, "network", list(client.model.networks), wish)


async def change_subnet(client: Client) -> None:
    """Refused (409) where no address is left for the DHCP server."""
    number = client.rng.randint(1, 200)
    wishes: tuple[dict[str, Any], ...] = (
        {"enable_dhcp": _mostly(client)},
        {"dns_nameservers": [f"10.0.0.{number}"]},
        {"host_routes": [{"destination": f"10.240.{number}.0/24", "nexthop": f"10.0.0.{number}"}]},
    )
    subnets = [network.subnet for network in client.model.networks.values() if network.subnet]
    await _change(client, "subnet", subnets, client.rng.choice(wishes), 409)


async def change_router(client: Client) -> None:
    await _change(client, "router", list(client.model.routers), {"admin_state_up": _mostly(client)})


async def change_port(client: Client) -> None:
    """Of a server: on or off, what else it may send as, its groups. Those with a group of a fellow that is gone by
    now are refused (404), and so are some on fellows' networks (403)."""
    groups = [group.id for group in client.groups()]
    wishes: tuple[dict[str, Any], ...] = (
        {"admin_state_up": _mostly(client)},
        {"allowed_address_pairs": [{"ip_address": f"10.250.{client.rng.randint(1, 200)}.0/24"}]},
        {"security_groups": client.rng.sample(groups, min(len(groups), client.rng.randint(0, 2)))},
    )
    await _change(client, "port", _ports(client), client.rng.choice(wishes), 403, 404)


async def add_address(client: Client) -> None:
    """Refused (400, 409) where none is left."""
    if server := client.choose([server for server in client.model.staying() if server.ports]):
        network = client.choose(sorted(set(server.ports.values())))
        await _act(client, server.id, {"addFixedIp": {"networkId": network}})


async def remove_address(client: Client) -> None:
    """The last of several on a port that no floating IP leads to."""
    led_to = {floating.port for floating in client.model.floating.values()}
    port = client.choose([port for port in _ports(client) if port not in led_to])
    if port is None:
        return
    fixed = (await client.get(f"{NETWORK}/ports/{port}"))["port"]["fixed_ips"]
    [server] = [server for server in client.model.staying() if port in server.ports]
    if len(fixed) > 1:
        await _act(client, server.id, {"removeFixedIp": {"address": fixed[-1]["ip_address"]}})


async def _act(client: Client, server: str, action: dict[str, Any]) -> None:
    await client.ask("POST", f"{COMPUTE}/servers/{server}/action", action, (202, 400, 409))
