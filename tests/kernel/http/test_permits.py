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
        ("/v2.1/**", ["/v2.1/a", "/v2.1/a/b\n"], ["/v2.10/a"]),
        ("**", ["/", "/a/b"], []),
        ("/a{b", ["/a{b"], ["/a/b"]),
        ("/a+(b)", ["/a+(b)"], ["/aa(b)", "/aab"]),
        ("/a*/b*c", ["/ax/bxc", "/axx/bcc"], ["/a/bxc", "/ax/b/c", "/axbxc", "/ax/bxcd"]),
        ("/**/a*/c", ["/x/a/ab/c", "/x/aa/c"], ["/x/a/c", "/a/c"]),
        ("/***", ["/a", "/a/b"], ["/"]),
    ],
)
def test_a_rules_path(path: str, fits: list[str], fits_not: list[str]) -> None:
    permits = [Permit("compute", "GET", path)]
    assert all(is_permitted(permits, "compute", "GET", [one]) for one in fits)
    assert not any(is_permitted(permits, "compute", "GET", [one]) for one in fits_not)


def test_paths_are_compared_as_they_are_routed() -> None:
    """A rule for what lies beneath a collection does not open the collection to whoever asks for it with a slash."""
    beneath, itself = Permit("compute", "GET", "/v2.1/servers/**"), Permit("compute", "GET", "/v2.1/servers/")
    for path in ("/v2.1/servers", "/v2.1/servers/", "//v2.1//servers//"):
        assert not is_permitted([beneath], "compute", "GET", [path])
        assert is_permitted([itself], "compute", "GET", [path])
    assert is_permitted([beneath], "compute", "GET", ["/v2.1//servers/x/"])


@pytest.mark.parametrize("rule", ["/" + "**a" * 41 + "b", "/" + "*a" * 62 + "b"])
def test_no_rule_takes_for_ever(rule: str) -> None:
    """As regular expressions these would try every way to part the path."""
    assert not is_permitted([Permit("compute", "GET", rule)], "compute", "GET", ["/" + "a" * 2000])
    assert is_permitted([Permit("compute", "GET", rule)], "compute", "GET", ["/" + "a" * 2000 + "b"])


def test_a_path_of_any_length_fits_no_rule() -> None:
    assert not is_permitted([Permit("compute", "GET", "**")], "compute", "GET", ["/" + "a" * 100_000])


def test_service_and_method_must_be_those_of_one_rule() -> None:
    permits = [Permit("compute", "GET", "/a"), Permit("image", "POST", "/b")]
    assert is_permitted(permits, "image", "POST", ["/image/b", "/b"])
    for service, method, path in (("image", "GET", "/b"), ("compute", "POST", "/b"), ("image", "HEAD", "/b")):
        assert not is_permitted(permits, service, method, [path])


def test_anyone_may_look_at_a_token_and_no_more() -> None:
    assert is_permitted([], "identity", "GET", ["/v3/auth/tokens"])
    assert not is_permitted([], "identity", "POST", ["/v3/auth/tokens"])
    assert not is_permitted([], "compute", "GET", ["/v3/auth/tokens"])
    assert not is_permitted([], "identity", "GET", ["/v3/users/x/v3/auth/tokens"])
