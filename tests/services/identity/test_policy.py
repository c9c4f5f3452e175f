"""Rules hold in their scopes only, and nothing absent matches anything absent."""

from dataclasses import replace

import pytest

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.services.identity.policy import RULES, IdentityPolicy

POLICY = IdentityPolicy(RULES)
READER = Actor("u1", project_id="p1", project_domain_id="d1", roles=frozenset({"reader"}))
SYSTEM_READER = Actor("u1", system=True, roles=frozenset({"reader"}))
DOMAIN_MANAGER = Actor("u1", domain_id="d1", roles=frozenset({"manager", "member", "reader"}))
DOMAIN_ADMIN = Actor("u1", domain_id="d1", roles=frozenset({"admin", "manager", "member", "reader"}))
ADMIN = Actor("u1", project_id="p1", roles=frozenset({"admin"}))


def test_an_actor_without_a_domain_does_not_match_what_has_none() -> None:
    for rule, target in (
        ("identity:list_users", {"target.domain_id": None}),
        ("identity:list_projects", {"target.domain_id": None}),
        ("identity:list_domains", {"target.domain.id": None}),
        ("identity:list_groups", {"target.group.domain_id": None}),
        ("identity:list_role_assignments", {"target.domain_id": None}),
        ("identity:get_user", {}),
    ):
        assert not POLICY.allows(READER, rule, target), rule


def test_a_system_reader_reads_all_and_changes_nothing() -> None:
    assert POLICY.allows(SYSTEM_READER, "identity:list_users")
    assert POLICY.allows(SYSTEM_READER, "identity:list_services")
    assert not POLICY.allows(SYSTEM_READER, "identity:create_user", {"target.user.domain_id": "d1"})


def test_a_domain_manager_manages_that_domain_alone() -> None:
    assert POLICY.allows(DOMAIN_MANAGER, "identity:create_user", {"target.user.domain_id": "d1"})
    assert not POLICY.allows(DOMAIN_MANAGER, "identity:create_user", {"target.user.domain_id": "d2"})
    member = {"target.user.domain_id": "d1", "target.project.domain_id": "d1", "target.role.name": "member"}
    assert POLICY.allows(DOMAIN_MANAGER, "identity:create_grant", member)
    admin = {**member, "target.role.name": "admin", "target.role.domain_id": None}
    assert not POLICY.allows(DOMAIN_MANAGER, "identity:create_grant", admin)
    assert POLICY.allows(DOMAIN_ADMIN, "identity:create_grant", admin)


def test_some_rules_do_not_hold_in_a_domains_scope() -> None:
    assert POLICY.allows(ADMIN, "identity:create_domain")
    assert not POLICY.allows(DOMAIN_ADMIN, "identity:create_domain")
    trustor = {"target.trust.trustor_user_id": "u1"}
    assert POLICY.allows(ADMIN, "identity:create_trust", trustor)
    assert not POLICY.allows(SYSTEM_READER, "identity:create_trust", trustor)


def test_the_fault_names_the_rule() -> None:
    with pytest.raises(Forbidden, match="action: identity:list_users"):
        POLICY.require(READER, "identity:list_users")


def test_roles_are_listed_by_managers_of_domains_but_not_of_projects() -> None:
    assert POLICY.allows(DOMAIN_MANAGER, "identity:list_roles")
    assert not POLICY.allows(replace(DOMAIN_MANAGER, domain_id=None, project_id="p1"), "identity:list_roles")


def test_an_operator_may_override_a_rule() -> None:
    assert IdentityPolicy(RULES, {"identity:list_users": "role:reader"}).allows(READER, "identity:list_users")
