"""Names fit the kernel, tell instances apart, and can be read back."""

import pytest

from altostratus.services.network.driver import Impossible
from altostratus.services.network.drivers.linux.names import Label, Names

HERE, THERE = Names("1a2b"), Names("1a2c")


def test_links_have_at_most_fifteen_characters() -> None:
    for name in (HERE.bridge("n" * 64), HERE.leg("router", "p" * 64)):
        assert len(name) == 15


def test_another_instance_is_not_ours() -> None:
    assert HERE.is_our_link(HERE.bridge("n"))
    assert HERE.is_our_link(HERE.leg("dhcp", "n"))
    assert not HERE.is_our_link(THERE.bridge("n"))
    assert not HERE.is_our_link("docker0")
    assert HERE.is_our_table(HERE.uplink_table("n"))
    assert not HERE.is_our_table(THERE.table)


def test_namespaces_tell_whose_they_are() -> None:
    assert HERE.network_of(HERE.dhcp_namespace("n1")) == "n1"
    assert HERE.router_of(HERE.router_namespace("r1")) == "r1"
    assert HERE.router_of(HERE.dhcp_namespace("n1")) is None
    assert HERE.network_of(THERE.dhcp_namespace("n1")) is None


def test_a_label_survives_the_kernel_and_foreign_aliases_are_none() -> None:
    label = Label("network", "x" * 64, "f" * 16, "dhu")
    assert Label.parse(str(label)) == label
    assert len(str(label)) < 256
    for alias in ("", "uplink to the office", "altostratus"):
        assert Label.parse(alias) is None


@pytest.mark.parametrize("tag", ["", "abc", "abcde", "AB12", 'a"b;', "ab-1"])
def test_a_bad_instance_tag_is_refused(tag: str) -> None:
    with pytest.raises(Impossible):
        Names(tag)
