"""A router's table: its mark, and which connections outlive a change."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from typing import Any

import pytest

from altostratus.services.network.driver import FloatingIP, RouterGateway, RouterInterface, RouterSpec
from altostratus.services.network.drivers.linux import translation
from altostratus.services.network.drivers.linux.netfilter import Connection, Flow
from altostratus.services.network.drivers.linux.translation import RouterMark

FIXED, FLOATING, GATEWAY, LEG = (IPv4Address(text) for text in ("10.0.0.5", "198.18.0.50", "198.18.0.10", "10.0.0.1"))
OUTSIDE, OTHER = IPv4Address("198.18.0.1"), IPv4Address("10.0.0.6")
EXTERNAL = RouterGateway(
    "b", "ext", "02:00:00:00:00:02", (IPv4Interface("198.18.0.10/24"),), OUTSIDE, snat=True, mtu=1500
)
ROUTER = RouterSpec(
    id="r1",
    interfaces=(RouterInterface("a", "n1", "02:00:00:00:00:01", (IPv4Interface("10.0.0.1/24"),), 1450),),
    gateway=EXTERNAL,
    floating=(FloatingIP("f", FLOATING, FIXED),),
)
MARK = RouterMark("0123456789abcdef", 2)


def listing(text: str) -> list[dict[str, Any]]:
    """What nft would list: one rule a line that ends in a verdict."""
    items: list[dict[str, Any]] = []
    for line in text.split("chain arrive")[1].splitlines():
        rule, _, comment = line.strip().partition(" comment ")
        if rule and not rule.startswith(("chain", "type", "}", "{")):
            items.append({"rule": {"comment": comment.strip('"')} if comment else {}})
    return items


@pytest.mark.parametrize(
    "spec",
    [
        ROUTER,
        replace(ROUTER, gateway=None, floating=()),
        replace(ROUTER, gateway=replace(EXTERNAL, snat=False)),
    ],
)
def test_the_mark_is_read_back_until_a_rule_is_missing(spec: RouterSpec) -> None:
    rules = listing(translation.render(spec, MARK))
    assert translation.read(rules) == MARK
    assert translation.read(rules[1:]) is None
    assert translation.read([*rules, {"rule": {}}]) is None
    assert translation.read([]) is None


def test_without_snat_no_address_is_shared() -> None:
    assert f"snat to {GATEWAY}" in translation.render(ROUTER, MARK)
    plain = replace(ROUTER, gateway=replace(EXTERNAL, snat=False))
    assert f"snat to {GATEWAY}" not in translation.render(plain, MARK)


def tracked(source: IPv4Address, target: IPv4Address, back_from: IPv4Address, back_to: IPv4Address) -> Connection:
    return Connection(Flow(source, target, 6, 1, 2), Flow(back_from, back_to, 6, 2, 1))


UNTRANSLATED = tracked(FIXED, OUTSIDE, OUTSIDE, FIXED)
TO_FLOATING = tracked(OUTSIDE, FLOATING, FIXED, OUTSIDE)
FROM_FLOATING = tracked(FIXED, OUTSIDE, OUTSIDE, FLOATING)
SHARED = tracked(OTHER, OUTSIDE, OUTSIDE, GATEWAY)
HAIRPIN = tracked(OTHER, FLOATING, FIXED, LEG)
METADATA = tracked(FIXED, IPv4Address("169.254.169.254"), LEG, FIXED)


@pytest.mark.parametrize("connection", [UNTRANSLATED, TO_FLOATING, FROM_FLOATING, SHARED, HAIRPIN, METADATA])
def test_what_the_router_would_translate_so_goes_on(connection: Connection) -> None:
    assert translation.still_translated(ROUTER, connection)


@pytest.mark.parametrize("connection", [TO_FLOATING, FROM_FLOATING, HAIRPIN])
def test_without_its_floating_address_it_ends(connection: Connection) -> None:
    assert not translation.still_translated(replace(ROUTER, floating=()), connection)
    moved = replace(ROUTER, floating=(FloatingIP("f", FLOATING, OTHER),))
    assert not translation.still_translated(moved, connection)


@pytest.mark.parametrize("connection", [UNTRANSLATED, SHARED, METADATA])
def test_others_do_not_mind(connection: Connection) -> None:
    assert translation.still_translated(replace(ROUTER, floating=()), connection)
