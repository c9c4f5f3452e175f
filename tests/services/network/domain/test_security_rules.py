"""When two rules mean the same."""

import pytest

from altostratus.services.network.domain.security_rules import checked_rule, meaning_of, protocol_number


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"protocol": "tcp"}, {"protocol": 6}, True),
        ({"protocol": "TCP"}, {"protocol": "tcp"}, True),
        ({"protocol": "any"}, {}, True),
        ({"remote_ip_prefix": "0.0.0.0/0"}, {}, True),
        ({"remote_ip_prefix": "10.0.0.7/8"}, {"remote_ip_prefix": "10.0.0.0/8"}, True),
        ({"ethertype": "ipv4"}, {}, True),
        ({"ethertype": "IPv6", "protocol": "icmp"}, {"ethertype": "IPv6", "protocol": "icmpv6"}, True),
        ({"protocol": "tcp"}, {"protocol": "udp"}, False),
        ({"direction": "egress"}, {}, False),
        ({"ethertype": "IPv6"}, {}, False),
        ({"remote_group_id": "g"}, {}, False),
    ],
)
def test_meaning(first: dict[str, object], second: dict[str, object], same: bool) -> None:
    meanings = [meaning_of(checked_rule({"direction": "ingress", **wish})) for wish in (first, second)]
    assert (meanings[0] == meanings[1]) is same


def test_protocols_have_numbers() -> None:
    assert [protocol_number(name) for name in ("tcp", "17", "ipv6-icmp", None)] == [6, 17, 58, None]
