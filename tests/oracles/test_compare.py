"""The comparison finds each kind of difference, and nothing in equal answers."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from .compare import Allowed, Difference, differences, unexplained

JSON = {"content-type": "application/json", "vary": "X-Auth-Token"}
USER = {"id": "<hex id>", "name": "{alice}", "email": None, "made": "<time Z>", "roles": ["a", "b"]}


def step(body: Any, status: int = 200, headers: dict[str, str] = JSON, loose: bool = False) -> dict[str, Any]:
    request = {"method": "GET", "path": "/v3/users", "by": "admin"}
    return {"request": request, "response": {"status": status, "headers": headers, "body": body}, "loose": loose}


def found(real: dict[str, Any], ours: dict[str, Any], service: str = "identity") -> list[str]:
    return [one.where for one in differences(service, "a scenario", [real], [ours])]


def test_equal_answers_have_no_differences() -> None:
    assert found(step({"user": USER}), step({"user": copy.deepcopy(USER)})) == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": 5}, "body.user.name"),
        ({"name": "other"}, "body.user.name"),
        ({"email": "x"}, "body.user.email"),
        ({"made": "<time with microseconds Z>"}, "body.user.made"),
        ({"id": "<uuid>"}, "body.user.id"),
        ({"extra": 1}, "body.user.extra"),
        ({"roles": ["a", "c"]}, "body.user.roles[1]"),
        ({"roles": ["a"]}, "body.user.roles (length)"),
    ],
)
def test_a_changed_field_is_found(changes: dict[str, Any], where: str) -> None:
    assert found(step({"user": USER}), step({"user": USER | changes})) == [where]


def test_a_missing_field_is_found() -> None:
    assert found(step({"user": USER}), step({"user": {k: USER[k] for k in USER if k != "email"}})) == [
        "body.user.email"
    ]


def test_true_is_not_one() -> None:
    assert found(step({"enabled": True}), step({"enabled": 1})) == ["body.enabled"]


def test_another_status_is_found_and_hides_the_rest() -> None:
    assert found(step({}, 201), step({"user": USER}, 200)) == ["status"]


def test_headers_are_compared_by_meaning() -> None:
    same = {"content-type": "application/json; charset=UTF-8", "vary": "x-auth-token", "x-more": "1"}
    assert found(step({}), step({}, headers=same)) == []
    other = {"content-type": "text/plain", "vary": "Accept"}
    assert found(step({}), step({}, headers=other)) == ["header content-type", "header vary"]
    assert found(step({}), step({}, headers={"content-type": "application/json"})) == ["header vary"]


def test_headers_of_objects_are_compared_by_value_and_none_may_be_added() -> None:
    real = {"etag": "a", "x-object-meta-a": "1", "x-trans-id": "one", "content-length": "5"}
    assert found(step(None, headers=real), step(None, headers=real | {"x-trans-id": "two"}), "object-store") == []
    other = {"etag": "b", "x-object-meta-b": "1", "content-length": "4"}
    assert found(step(None, headers=real), step(None, headers=other), "object-store") == [
        "header content-length",
        "header etag",
        "header x-object-meta-a",
        "header x-object-meta-b",
        "header x-trans-id",
    ]


def test_words_of_an_error_are_free_but_its_form_is_not() -> None:
    real = {"error": {"code": 404, "message": "Could not find it", "title": "Not Found"}}
    assert found(step(real, 404), step({"error": real["error"] | {"message": "gone"}}, 404)) == []
    assert found(step(real, 404), step({"error": real["error"] | {"message": None}}, 404)) == ["body.error.message"]


def test_order_counts_in_lists_of_images_and_objects() -> None:
    real, ours = [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}]
    assert found(step({"users": real}), step({"users": ours})) == []
    wrong = found(step({"images": real}), step({"images": ours}), service="image")
    assert wrong == ["body.images[0].name", "body.images[1].name"]
    assert found(step(real), step(ours), service="object-store") == ["body[0].name", "body[1].name"]


def test_a_loose_list_is_compared_by_shape() -> None:
    real = step({"users": [{"id": "x", "email": None}, {"id": "y", "email": "z", "extra": "e"}]}, loose=True)
    assert found(real, step({"users": [{"id": "1", "email": "q"}]})) == []
    assert found(real, step({"users": []})) == ["body.users[]"]
    assert found(real, step({"users": [{"email": "q"}]})) == ["body.users[] (keys)"]
    assert found(real, step({"users": [{"id": "1", "email": 5}]})) == ["body.users[].email (kind)"]
    assert found(real, step({"users": [{"id": "1", "email": "q", "more": 1}]})) == ["body.users[] (keys)"]


def test_of_a_page_only_the_title_counts() -> None:
    html = {"content-type": "text/html; charset=UTF-8"}
    page = step("<title>404 Not Found</title> real", 404, html)
    assert found(page, step("<title>404 Not Found</title> ours", 404, html)) == []
    assert found(page, step("<title>Oops</title>", 404, html)) == ["body title"]
    assert found(page, step({"code": 404}, 404)) == ["header content-type"]


def test_where_the_real_service_breaks_ours_may_refuse_but_not_break() -> None:
    assert found(step("broken", 500), step({"error": {}}, 400)) == []
    assert found(step("broken", 500), step({"error": {}}, 500)) == ["status"]


def test_an_allowed_difference_is_explained_and_others_are_not() -> None:
    one = Difference("image", "pages", 0, "GET /v2/images?limit=x by admin", "status", "400 x", "200 y")
    assert unexplained([one], [Allowed("meant", request="GET /v2/images?limit=* by *", where="status")]) == []
    assert unexplained([one], [Allowed("another", request="GET /v2/images?marker=* by *")]) == [one]
    assert unexplained([one], [Allowed("another", real="404*")]) == [one]
