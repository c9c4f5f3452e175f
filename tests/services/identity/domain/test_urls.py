import pytest

from altostratus.services.identity.domain.urls import filled


def test_a_url_is_filled_in_or_left_out() -> None:
    values = {"project_id": "p1", "user_id": "u1"}
    assert filled("http://c/v1/AUTH_$(project_id)s", values) == "http://c/v1/AUTH_p1"
    assert filled("http://c/%(user_id)s", values) == "http://c/u1"
    assert filled("http://c/v3", {}) == "http://c/v3"
    assert filled("http://c/$(project_id)s", {"user_id": "u1"}) is None


@pytest.mark.parametrize("url", ["%20b", "100%", "$(user_id)d", "$(user_id)", "$(user_id", "%(user_id", "%d", "$()s"])
def test_a_malformed_url_is_left_out(url: str) -> None:
    assert filled(f"http://c/{url}", {"user_id": "u1"}) is None


@pytest.mark.parametrize(("url", "shown"), [("$x", "$x"), ("(a)s", "(a)s"), ("%%20", "%20"), ("$", "$")])
def test_other_signs_are_left_alone(url: str, shown: str) -> None:
    assert filled(f"http://c/{url}", {}) == f"http://c/{shown}"
