"""Whom the lists of a container let in."""

from dataclasses import replace
from typing import Any

import pytest

from altostratus.contracts.objectstore import Container
from altostratus.kernel.actor import Actor
from altostratus.services.objectstore.domain.access import (
    allows_listing,
    allows_object,
)

MINE = "AUTH_mine"
SOMEBODY = Actor("u1", "una", project_id="p1", project_name="pine", project_domain_id="default")


def box(read: str = "", write: str = "", **settings: Any) -> Container:
    return Container(1, 1, MINE, {}, "box", None, 0, 0, {}, {"read": read, "write": write, **settings}, "")


def mine(*roles: str) -> Actor:
    return Actor("u2", project_id="mine", project_domain_id="default", roles=frozenset(roles))


@pytest.mark.parametrize(
    ("listed", "allowed"),
    [
        ("p1:u1", True),
        ("p1:*", True),
        ("*:u1", True),
        ("*:*", True),
        ("pine:una", True),
        ("pine:u1", True),
        ("p1:una", True),
        ("*:una", True),
        ("p1:u2", False),
        ("p2:u1", False),
        ("p1", False),
        ("u1", False),
        ("u1:p1", False),
        ("member", False),
        ("", False),
    ],
)
def test_somebody_of_another_project(listed: str, allowed: bool) -> None:
    actor = replace(SOMEBODY, roles=frozenset({"member"}))
    assert allows_object(actor, box(read=listed), "read", None) == allowed
    assert allows_object(actor, box(write=listed), "write", None) == allowed
    assert allows_listing(actor, box(read=listed), None) == allowed
    assert not allows_object(actor, box(read=listed), "write", None)


def test_names_count_where_all_are_of_the_default_domain() -> None:
    for other in (
        replace(SOMEBODY, user_domain_id="elsewhere"),
        replace(SOMEBODY, project_domain_id="elsewhere"),
    ):
        assert not allows_object(other, box(read="pine:una"), "read", None)
        assert allows_object(other, box(read="p1:u1"), "read", None)
    assert not allows_object(SOMEBODY, box(read="pine:una", domain="elsewhere"), "read", None)


def test_roles_count_in_the_accounts_own_project_alone() -> None:
    painter = frozenset({"Painter"})
    assert allows_object(mine("Painter"), box(read="painter"), "read", None)
    assert allows_object(mine("painter"), box(write="Painter"), "write", None)
    assert not allows_object(replace(SOMEBODY, roles=painter), box(read="painter"), "read", None)


def test_anybody_by_referrer_alone() -> None:
    for actor in (None, SOMEBODY, mine()):
        assert allows_object(actor, box(read=".r:*"), "read", None)
        assert not allows_object(actor, box(read=".r:*"), "write", None)
        assert not allows_listing(actor, box(read=".r:*"), None)
        assert not allows_listing(actor, box(read=".rlistings"), None)
        assert allows_listing(actor, box(read=".r:*,.rlistings"), None)
    assert not allows_object(None, box(read="*:*"), "read", None)


def test_an_actor_without_a_project_is_everybody_and_no_more() -> None:
    unscoped = Actor("u1", "una")
    assert allows_object(unscoped, box(read="*:*"), "read", None)
    assert allows_object(unscoped, box(read="*:u1"), "read", None)
    assert not allows_object(unscoped, box(read=":u1"), "read", None)
    assert not allows_object(unscoped, box(read="None:u1"), "read", None)
