import pytest

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Forbidden
from altostratus.services.identity.domain.fields import (
    check_mutable,
    check_same_domain,
    check_same_id,
    home_domain,
    merged_options,
    rest,
)


def test_what_the_api_does_not_name_is_kept_but_for_ids_and_links() -> None:
    said = {"name": "x", "id": "1", "links": {}, "extra": {}, "email": None, "x": 5}
    assert rest(said, "name") == {"email": None, "x": 5}


def test_an_option_set_to_null_is_gone() -> None:
    assert merged_options({"a": 1, "b": 2}, {"a": None, "c": 3}) == {"b": 2, "c": 3}
    assert merged_options({"a": 1}, None) == {"a": 1}


def test_the_home_domain_is_said_or_the_tokens() -> None:
    assert home_domain(Actor("u", domain_id="d"), {"domain_id": "said"}) == "said"
    assert home_domain(Actor("u", domain_id="d"), {}) == "d"
    assert home_domain(Actor("u", project_id="p", project_domain_id="pd"), {}) == "default"
    assert home_domain(Actor("u", system=True), {}) == "default"


def test_ids_do_not_change() -> None:
    check_same_id({"id": "1"}, "1")
    check_same_domain({}, "d")
    with pytest.raises(BadRequest, match="Cannot change ID"):
        check_same_id({"id": "2"}, "1")
    with pytest.raises(BadRequest, match="Cannot change Domain ID"):
        check_same_domain({"domain_id": None}, "d")


def test_an_immutable_one_yields_that_option_alone() -> None:
    check_mutable(False, "role", "1")
    check_mutable(True, "role", "1", {"options": {"immutable": False}})
    for fields in (None, {"name": "x"}, {"options": {"immutable": False}, "name": "x"}, {"options": {}}):
        with pytest.raises(Forbidden, match="immutable"):
            check_mutable(True, "role", "1", fields)
