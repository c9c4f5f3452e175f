"""What the kernel can do for networks: really tried, in namespaces that the checks make themselves."""

from __future__ import annotations

import json

import pytest

from altostratus.cli.command import run
from altostratus.cli.host import network_checks

DROPPING = "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }"
OURS = "add table inet alto_ab12; add chain inet alto_ab12 f { type filter hook forward priority 0; policy drop; }"


@pytest.mark.live
def test_a_machine_that_can_run_guests_passes() -> None:
    checks = (network_checks.check_namespaces, network_checks.check_bridges, network_checks.check_nftables)
    assert [check().level for check in checks] == ["ok"] * 3


@pytest.mark.live
def test_the_tries_leave_nothing_behind() -> None:
    network_checks.check_bridges()
    network_checks.check_nftables()
    assert b"alto_check" not in run("nft", "list", "tables")
    assert b"alto-br" not in run("ip", "link")


@pytest.mark.live
def test_a_chain_of_others_that_drops_is_found_and_ours_is_not() -> None:
    script = f"nft '{DROPPING}'; nft '{OURS}'; nft --json list chains"
    listed = json.loads(run("unshare", "--net", "sh", "-c", script))
    assert network_checks.dropping_chains(listed) == ["ip filter FORWARD"]


def test_a_machine_without_a_firewall_has_none() -> None:
    assert network_checks.dropping_chains({"nftables": [{"metainfo": {"version": "1.0.6"}}]}) == []
