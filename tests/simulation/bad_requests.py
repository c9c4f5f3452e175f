"""Requests that no cloud may accept, and none may fall over."""

from typing import Any

from tests.simulation.client import COMPUTE, NETWORK, Client

NOBODY = "00000000-1111-2222-3333-444444444444"
REFUSED = (400, 404, 409)
BAD: tuple[tuple[str, str, Any], ...] = (
    ("POST", f"{COMPUTE}/servers", {}),
    ("POST", f"{COMPUTE}/servers", {"server": {"name": "", "imageRef": NOBODY, "flavorRef": "42"}}),
    (
        "POST",
        f"{COMPUTE}/servers",
        {"server": {"name": "x", "imageRef": NOBODY, "flavorRef": "42"}},
    ),
    ("POST", f"{COMPUTE}/servers/{NOBODY}/action", {"os-start": None}),
    ("POST", f"{COMPUTE}/servers/{NOBODY}/action", {"fly": None}),
    ("DELETE", f"{COMPUTE}/servers/{NOBODY}", None),
    ("GET", f"{COMPUTE}/servers?limit=-1", None),
    ("POST", f"{NETWORK}/networks", {"network": {"mtu": -5}}),
    ("POST", f"{NETWORK}/subnets", {"subnet": {"network_id": NOBODY, "ip_version": 4, "cidr": "10.0.0.0/24"}}),
    ("POST", f"{NETWORK}/subnets", {"subnet": {"network_id": NOBODY, "ip_version": 4, "cidr": "10.0.0.0/99"}}),
    ("PUT", f"{NETWORK}/routers/{NOBODY}/add_router_interface", {"subnet_id": NOBODY}),
    ("POST", f"{NETWORK}/floatingips", {"floatingip": {"floating_network_id": NOBODY}}),
    ("PUT", f"{NETWORK}/floatingips/{NOBODY}", {"floatingip": {"port_id": NOBODY}}),
    ("POST", f"{NETWORK}/security-group-rules", {"security_group_rule": {"security_group_id": NOBODY}}),
    ("DELETE", f"{NETWORK}/networks/{NOBODY}", None),
    ("POST", f"{NETWORK}/ports", {"port": {"network_id": NOBODY}}),
)


async def ask_nonsense(client: Client) -> None:
    method, path, body = client.rng.choice(BAD)
    await client.ask(method, path, body, REFUSED)


async def ask_for_anothers(client: Client) -> None:
    """What is another project's does not exist, neither to look at nor to change."""
    stranger = client.choose(client.strangers)
    assert stranger is not None
    model = stranger.model
    paths = [
        *(f"{COMPUTE}/servers/{server}" for server in model.servers),
        *(f"{NETWORK}/ports/{port}" for server in model.servers.values() for port in server.ports),
        *(f"{NETWORK}/networks/{network}" for network in model.networks),
        *(f"{NETWORK}/routers/{router}" for router in model.routers),
        *(f"{NETWORK}/floatingips/{floating}" for floating in model.floating),
        *(f"{NETWORK}/security-groups/{group}" for group in model.groups),
        *(f"/volume/v3/{client.project}/volumes/{volume}" for volume in model.volumes),
        *(f"/volume/v3/{client.project}/snapshots/{snapshot}" for snapshot in model.snapshots),
    ]
    if path := client.choose(paths):
        await client.ask(client.rng.choice(("GET", "DELETE")), path, None, (404,))
