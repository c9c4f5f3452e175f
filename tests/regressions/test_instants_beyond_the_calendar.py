"""A time at the calendar's end, in a zone west of it, was a 500: in UTC it is in the year 10000."""

import asyncio
from pathlib import Path

import pytest

from tests.harness import running_system

LAST = "9999-12-31T23:59:59-12:00"
LISTS = (
    f"/identity/v3/OS-REVOKE/events?since={LAST}",
    f"/identity/v3/users?password_expires_at=gt:{LAST}",
    f"/compute/v2.1/servers?changes-since={LAST}",
    f"/image/v2/images?created_at=gt:{LAST}",
)


@pytest.mark.parametrize("path", LISTS)
def test_an_instant_beyond_the_calendar_is_refused(tmp_path: Path, path: str) -> None:
    async def scenario() -> None:
        async with running_system(tmp_path) as (_, client):
            assert (await client.get(path)).status_code == 400

    asyncio.run(scenario())
