"""The external network of the first start."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from altostratus.services.network.config import EXTERNAL_CANDIDATES, NetworkConfig
from altostratus.services.network.usecases.bootstrap import external_cidr
from tests.services.network.cloud import NetworkCloud, listed, run

RESERVED = [IPv4Network("203.0.113.0/24"), IPv4Network("192.0.2.0/24")]


def test_the_first_candidate_that_the_host_does_not_use() -> None:
    config = NetworkConfig()
    assert external_cidr(config, []) == IPv4Network("198.18.0.0/24")
    used = [IPv4Network("0.0.0.0/0"), IPv4Network("198.18.0.0/25"), IPv4Network("198.18.1.0/24")]
    assert external_cidr(config, used) == IPv4Network("198.18.2.0/24")
    assert external_cidr(config, [IPv4Network("198.0.0.0/8")]) == IPv4Network("10.254.0.0/24")
    assert external_cidr(config, [IPv4Network("198.0.0.0/8"), IPv4Network("10.0.0.0/8")]) is None
    assert external_cidr(NetworkConfig(external_cidr="10.5.0.0/28"), used) == IPv4Network("10.5.0.0/28")


def test_reserved_ranges_are_no_candidates() -> None:
    assert not [text for text in EXTERNAL_CANDIDATES if any(IPv4Network(text).overlaps(net) for net in RESERVED)]


def test_it_is_made_once_and_reaches_the_host(tmp_path: Path) -> None:
    async def test(cloud: NetworkCloud) -> None:
        for _ in range(2):
            cloud.restart()
            [network] = await listed(cloud.client(), "networks")
        assert (network["name"], network["router:external"], network["shared"]) == ("public", True, False)
        [subnet] = await listed(cloud.client(), "subnets")
        assert (subnet["gateway_ip"], subnet["enable_dhcp"]) == ("198.18.0.1", False)
        await cloud.settle()
        spec = cloud.world.networks[network["id"]]
        assert ([str(address) for address in spec.host_address], spec.uplink) == (["198.18.0.1/24"], True)
        deleted = await cloud.client("admin").delete(f"/network/v2.0/networks/{network['id']}")
        assert deleted.status_code == 204
        cloud.restart()
        assert await listed(cloud.client(), "networks") == []

    run(tmp_path, test, external_network=True)


@pytest.mark.parametrize("options", [{"quota_prot": 1}, {"mtu": "wide"}])
def test_unknown_options_are_errors(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\[network\]"):
        NetworkCloud(tmp_path, **options)
