"""What clients do with servers."""

from collections.abc import Collection
from typing import Any

from tests.simulation.client import COMPUTE, NETWORK, Client
from tests.simulation.cloud import Lost
from tests.simulation.model import PAUSED, RUNNING, STOPPED, Server

HOST_TROUBLE = (503, 504)
"""Where an answer needs the host itself (a console's log): it may not answer, or not in time."""


async def create_server(client: Client) -> None:
    """On one to three networks, of fellows too; with a group, and now and then with a port made before."""
    networks = client.networks()
    if not networks:
        return
    name = client.new_name()
    chosen = client.rng.sample(networks, min(len(networks), client.rng.choice((1, 1, 2, 3))))
    wish: dict[str, Any] = {"name": name, "imageRef": client.image, "flavorRef": "42", "adminPass": "secret"}
    wish["networks"] = [{"uuid": network.id} for network in chosen] + [{"port": port} for port in _spare(client)]
    if groups := client.groups():
        wish["security_groups"] = [{"name": group.id} for group in client.rng.sample(groups, 1)]
    await create(client, name, wish)


def _spare(client: Client) -> list[str]:
    """Perhaps a port that was made before and that no server has."""
    used = {port for server in client.model.servers.values() for port in server.ports}
    spare = sorted(client.model.ports.keys() - used)
    return spare[:1] if client.rng.random() < 0.5 else []


async def create(client: Client, name: str, wish: dict[str, Any], touches: Collection[str] = ()) -> Server | None:
    """With a key, so that it may be asked again when the answer is lost. 400: a network or a group is gone meanwhile;
    403: the quota is used up; 409: the port is not free yet."""
    key, sent_at = {"Idempotency-Key": f"key-{name}"}, client.now
    request = ("POST", f"{COMPUTE}/servers", {"server": wish}, (202, 400, 403, 409))
    try:
        status, answer = await client.ask(*request, makes=name, touches=touches, headers=key)
    except Lost:
        if client.rng.random() < 0.5:
            raise
        status, answer = await client.ask(*request, makes=name, touches=touches, headers=key)
    if status != 202:
        return None
    server = Server(answer["server"]["id"], name, {}, sent_at)
    client.model.servers[server.id] = server
    await learn_ports(client, server.id)
    return server


async def learn_ports(client: Client, server_id: str) -> None:
    found = await client.get(f"{NETWORK}/ports?device_id={server_id}")
    client.model.servers[server_id].ports = {port["id"]: port["network_id"] for port in found["ports"]}


async def _act(client: Client, action: dict[str, Any], wish: str | None, allowed: tuple[int, ...] = (202, 409)) -> None:
    server = client.choose(client.model.staying())
    if server is None:
        return
    sent_at = client.now
    path = f"{COMPUTE}/servers/{server.id}/action"
    status, _ = await client.ask("POST", path, action, allowed, touches=[server.id] if wish else ())
    if status == 202 and wish:
        server.hear(wish, sent_at)


async def start_server(client: Client) -> None:
    await _act(client, {"os-start": None}, RUNNING)


async def stop_server(client: Client) -> None:
    await _act(client, {"os-stop": None}, STOPPED)


async def pause_server(client: Client) -> None:
    await _act(client, {"pause": None}, PAUSED)


async def unpause_server(client: Client) -> None:
    await _act(client, {"unpause": None}, RUNNING)


async def reboot_softly(client: Client) -> None:
    await _act(client, {"reboot": {"type": "SOFT"}}, RUNNING)


async def reboot_hard(client: Client) -> None:
    await _act(client, {"reboot": {"type": "HARD"}}, RUNNING)


async def read_console(client: Client) -> None:
    await _act(client, {"os-getConsoleOutput": {"length": 5}}, None, (200, 409, *HOST_TROUBLE))


async def rename_server(client: Client) -> None:
    """The name stays, the description changes: what is only written down must not disturb the rest."""
    if server := client.choose(client.model.staying()):
        body = {"server": {"name": server.name}}
        await client.ask("PUT", f"{COMPUTE}/servers/{server.id}", body)


async def change_groups(client: Client) -> None:
    """Give a server a group, or take it."""
    server, group = client.choose(client.model.staying()), client.choose(client.groups())
    if server and group:
        action = client.rng.choice(("addSecurityGroup", "removeSecurityGroup"))
        path = f"{COMPUTE}/servers/{server.id}/action"
        await client.ask("POST", path, {action: {"name": group.name}}, (202, 404, 409))


async def delete_server(client: Client) -> None:
    if server := client.choose(client.model.staying()):
        await leave(client, server)


async def leave(client: Client, server: Server) -> None:
    """The deletion of a server that stays is always accepted."""
    await client.ask("DELETE", f"{COMPUTE}/servers/{server.id}", None, (204,), touches=[server.id])
    server.leaving = True
