"""Asks a real Keystone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from .. import peers
from . import recorded
from .play import Cells, play
from .stage import prepare


def record() -> Path:
    """Write the file anew from a Keystone started for it; takes some minutes."""
    with peers.identity_alone() as url:
        recorded.write(asyncio.run(_ask(url)))
    return recorded.FILE


async def _ask(url: str) -> Cells:
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        return await play(await prepare(http, "admin", peers.PASSWORD, "admin"))
