from altostratus.services.identity.domain.urls import filled


def test_a_url_is_filled_in_or_left_out() -> None:
    values = {"project_id": "p1", "user_id": "u1"}
    assert filled("http://c/v1/AUTH_$(project_id)s", values) == "http://c/v1/AUTH_p1"
    assert filled("http://c/%(user_id)s", values) == "http://c/u1"
    assert filled("http://c/v3", {}) == "http://c/v3"
    assert filled("http://c/$(project_id)s", {"user_id": "u1"}) is None
