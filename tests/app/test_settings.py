"""What the configuration file says reaches whom it is for."""

import asyncio
from pathlib import Path

import pytest

import altostratus
from altostratus.app.settings import read_settings
from altostratus.kernel import events
from tests.harness import running_system


def test_a_trusted_proxy_says_where_somebody_logged_in_from(tmp_path: Path) -> None:
    (tmp_path / "altostratus.toml").write_text('trusted_proxies = ["127.0.0.0/8"]\n')
    settings = read_settings(tmp_path)

    async def main() -> str:
        async with running_system(tmp_path, settings={"trusted_proxies": settings.trusted_proxies}) as (system, client):
            headers = {"X-Forwarded-For": "1.2.3.4, 198.51.100.1"}
            await client.post("/identity/v3/projects", {"project": {"name": "p"}}, headers=headers)
            [made] = await system.db.read(lambda tx: events.read_last(tx, 1))
            return str(made.detail["client"])

    assert asyncio.run(main()) == "198.51.100.1"


def test_an_unknown_option_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "altostratus.toml").write_text('trusted_proxy = "10.0.0.1"\n')
    with pytest.raises(ValueError, match=r"trusted_proxy; known are .*trusted_proxies"):
        read_settings(tmp_path)


def test_each_service_has_a_table_of_its_own(tmp_path: Path) -> None:
    services = {path.parent.name for path in Path(altostratus.__path__[0]).glob("*/*/config.py")}
    (tmp_path / "altostratus.toml").write_text("".join(f"[{each}]\n" for each in sorted(services)))
    assert services >= {"compute", "volume"}
    assert set(read_settings(tmp_path).services) == services
