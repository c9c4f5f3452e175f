"""A request's address is its sender's, unless proxies of ours say whose it is."""

import pytest

from altostratus.kernel.http.proxies import MOST, Proxies

OURS = Proxies(["10.0.0.5", "10.1.0.0/16", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # who is no proxy says what it likes
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.5", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # what the client said itself comes first
        ("10.0.0.5", "1.2.3.4, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("10.0.0.5", "10.1.2.3,10.1.2.4", "10.1.2.3"),
        ("::ffff:10.0.0.5", "198.51.100.1", "198.51.100.1"),
        ("fd00::1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.5", "unknown", "10.0.0.5"),
        ("10.0.0.5", "198.51.100.1, unknown", "10.0.0.5"),
        ("10.0.0.5", ",", "10.0.0.5"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_last_that_is_no_proxy(peer: str, forwarded: str, client: str) -> None:
    assert OURS.client_of(peer, forwarded) == client


def test_a_header_without_end_is_read_from_its_end() -> None:
    assert OURS.client_of("10.0.0.5", "1.2.3.4," * 1000 + "10.1.0.1," * MOST + "10.1.0.2") == "10.1.0.1"


def test_without_proxies_nobody_is_believed() -> None:
    assert Proxies().client_of("127.0.0.1", "198.51.100.1") == "127.0.0.1"


@pytest.mark.parametrize("network", ["10.0.0.0/33", "proxy.example", "10.0.0.1/8"])
def test_what_is_no_network_is_refused(network: str) -> None:
    with pytest.raises(ValueError, match=network.split("/")[0]):
        Proxies([network])
