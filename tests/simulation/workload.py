"""What a client does from one moment to the next: actions drawn by weight, and after each death a look round."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.simulation import bad_requests, change_actions, compute_actions, network_actions, volume_actions
from tests.simulation.audit import audit, audit_quota
from tests.simulation.client import Client
from tests.simulation.cloud import Lost

THINKS = 4.0
"""Seconds between two requests, at most."""
Action = Callable[[Client], Awaitable[None]]
WEIGHTS: dict[Action, int] = {
    network_actions.create_network: 3,
    network_actions.mend_network: 2,
    network_actions.delete_network: 2,
    network_actions.create_router: 1,
    network_actions.add_interface: 4,
    network_actions.remove_interface: 1,
    network_actions.switch_gateway: 1,
    network_actions.delete_router: 1,
    network_actions.create_floating_ip: 4,
    network_actions.attach: 6,
    network_actions.detach: 2,
    network_actions.delete_floating_ip: 1,
    network_actions.create_group: 2,
    network_actions.add_rule: 6,
    network_actions.delete_rule: 3,
    network_actions.delete_group: 1,
    network_actions.create_port: 2,
    network_actions.delete_port: 1,
    network_actions.unplug: 1,
    change_actions.change_network: 2,
    change_actions.change_subnet: 2,
    change_actions.change_router: 1,
    change_actions.change_port: 4,
    change_actions.add_address: 2,
    change_actions.remove_address: 2,
    compute_actions.create_server: 12,
    compute_actions.start_server: 5,
    compute_actions.stop_server: 4,
    compute_actions.pause_server: 3,
    compute_actions.unpause_server: 3,
    compute_actions.reboot_softly: 3,
    compute_actions.reboot_hard: 3,
    compute_actions.read_console: 2,
    compute_actions.rename_server: 1,
    compute_actions.change_groups: 4,
    compute_actions.delete_server: 3,
    volume_actions.create_volume: 8,
    volume_actions.extend_volume: 2,
    volume_actions.delete_volume: 2,
    volume_actions.create_snapshot: 4,
    volume_actions.delete_snapshot: 2,
    volume_actions.attach_volume: 16,
    volume_actions.detach_volume: 12,
    volume_actions.attach_taken: 1,
    volume_actions.attach_anothers: 1,
    volume_actions.boot_from_volume: 4,
    bad_requests.ask_nonsense: 2,
    bad_requests.ask_for_anothers: 3,
    audit: 2,
    audit_quota: 1,
}

FIRST: tuple[Action, ...] = (
    network_actions.create_network,
    network_actions.create_router,
    network_actions.add_interface,
    network_actions.create_group,
    volume_actions.create_volume,
)
"""What the rest needs."""


async def work(client: Client, actions: int) -> None:
    """So many actions, with time to think in between."""
    for action in FIRST:
        await _survive(client, action)
    for _ in range(actions):
        await asyncio.sleep(client.rng.uniform(0, THINKS))
        [action] = client.rng.choices(list(WEIGHTS), list(WEIGHTS.values()))
        await _survive(client, action)


async def _survive(client: Client, action: Action) -> None:
    """Act; when the cloud has died, see what is left."""
    try:
        await action(client)
    except Lost:
        client.life = 0
    if client.life != client.cloud.lives:
        await recover(client)


async def recover(client: Client) -> None:
    """Look at everything, however often the cloud dies meanwhile."""
    while True:
        client.life = client.cloud.lives
        try:
            await audit(client)
        except Lost:
            continue
        return
