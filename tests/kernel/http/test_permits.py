"""Which requests an access rule allows."""

import pytest

from altostratus.kernel.actor import Permit
from altostratus.kernel.http.permits import is_permitted


@pytest.mark.parametrize(
    ("path", "fits", "fits_not"),
    [
        ("/v2.1/servers", ["/v2.1/servers"], ["/v2.1/servers/x", "/v2_1/servers", "/v2.1/server"]),
        ("/v2.1/servers/*", ["/v2.1/servers/x"], ["/v2.1/servers/", "/v2.1/servers/x/y", "/v2.1/servers"]),
        ("/v2.1/{tenant_id}/x", ["/v2.1/t/x"], ["/v2.1/t/u/x", "/v2.1//x"]),
        ("/v2.1/**", ["/v2.1/", "/v2.1/a/b\n"], ["/v2.10/a"]),
        ("**", ["/", "/a/b"], []),
        ("/a{b", ["/a{b"], ["/a/b"]),
        ("/a+(b)", ["/a+(b)"], ["/aa(b)", "/aab"]),
    ],
)
def test_a_rules_path(path: str, fits: list[str], fits_not: list[str]) -> None:
    permits = [Permit("compute", "GET", path)]
    assert all(is_permitted(permits, "compute", "GET", [one]) for one in fits)
    assert not any(is_permitted(permits, "compute", "GET", [one]) for one in fits_not)


def test_service_and_method_must_be_those_of_one_rule() -> None:
    permits = [Permit("compute", "GET", "/a"), Permit("image", "POST", "/b")]
    assert is_permitted(permits, "image", "POST", ["/image/b", "/b"])
    for service, method, path in (("image", "GET", "/b"), ("compute", "POST", "/b"), ("image", "HEAD", "/b")):
        assert not is_permitted(permits, service, method, [path])


def test_anyone_may_look_at_a_token_and_no_more() -> None:
    assert is_permitted([], "identity", "GET", ["/v3/auth/tokens"])
    assert not is_permitted([], "identity", "POST", ["/v3/auth/tokens"])
    assert not is_permitted([], "compute", "GET", ["/v3/auth/tokens"])
