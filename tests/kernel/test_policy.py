"""Rules: oslo.policy's language, compiled; the operator's file; what is refused instead of being denied in silence."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from altostratus.kernel.actor import SYSTEM, Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.policy import Policy, read_overrides
from altostratus.services.compute.policy import POLICY
from altostratus.services.identity.policy import RULES
from altostratus.services.image import policy as image
from altostratus.services.network import policy as network

DEFAULTS = {
    "admin": "role:admin",
    "owner": "project_id:%(project_id)s",
    "thing:show": "rule:admin or (role:reader and rule:owner)",
    "thing:create": "role:member and rule:owner",
    "thing:purge": "rule:admin",
    "thing:self": "user_id:%(user_id)s",
    "thing:any": "@",
    "thing:none": "!",
    "thing:broken": "rule:that_nobody_wrote",
}
POLICY_OF = Policy(DEFAULTS)
MINE, THEIRS = {"project_id": "p1"}, {"project_id": "p2"}


def person(project: str | None, *roles: str, user: str = "u1") -> Actor:
    return Actor(user_id=user, project_id=project, roles=frozenset(roles))


ADMIN, MEMBER, READER = person("ops", "admin"), person("p1", "member", "reader"), person("p1", "reader")


@pytest.mark.parametrize(
    ("actor", "rule", "target", "allowed"),
    [
        (ADMIN, "thing:show", THEIRS, True),
        (SYSTEM, "thing:purge", THEIRS, True),
        (READER, "thing:show", MINE, True),
        (READER, "thing:show", THEIRS, False),
        (READER, "thing:create", MINE, False),
        (MEMBER, "thing:create", MINE, True),
        (MEMBER, "thing:create", None, True),
        (MEMBER, "thing:purge", MINE, False),
        (MEMBER, "thing:self", {"user_id": "u1"}, True),
        (MEMBER, "thing:self", {"user_id": "u2"}, False),
        (MEMBER, "thing:show", {}, False),
        (person(None), "thing:any", {}, True),
        (ADMIN, "thing:none", {}, False),
        (ADMIN, "thing:broken", {}, False),
    ],
)
def test_rules(actor: Actor, rule: str, target: Mapping[str, str] | None, allowed: bool) -> None:
    assert POLICY_OF.allows(actor, rule, target) is allowed
    if allowed:
        POLICY_OF.require(actor, rule, target)
        return
    with pytest.raises(Forbidden, match=f"Policy doesn't allow {rule} to be performed"):
        POLICY_OF.require(actor, rule, target)


@pytest.mark.parametrize(
    ("actor", "text", "allowed"),
    [
        (person("p1"), "domain_id:None", True),
        (person("p1"), "not domain_id:None", False),
        (Actor("u1", domain_id="d1"), "not domain_id:None", True),
        (Actor("u1", domain_id="d1"), "project_id:None", True),
        (person(None), "domain_id:None and project_id:None and system_scope:None", True),
        (SYSTEM, "system_scope:None", False),
        (person("p1"), "nothing:None", False),
    ],
)
def test_none_is_what_a_token_is_without(actor: Actor, text: str, allowed: bool) -> None:
    assert Policy({"thing": text}).allows(actor, "thing", {}) is allowed


@pytest.mark.parametrize("target", [None, {"project_id": None}, {"project_id": "None"}, {"project_id": ""}])
def test_nobody_without_a_project_owns_what_has_none(target: dict[str, str] | None) -> None:
    domain_member = Actor(user_id="u", domain_id="default", roles=frozenset({"member", "reader"}))
    assert not POLICY_OF.allows(domain_member, "thing:create", target)
    assert not POLICY_OF.allows(domain_member, "thing:show", target)


def test_the_operators_file_replaces_rules(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    assert read_overrides(path) == {}
    path.write_text("# nothing\n")
    assert read_overrides(path) == {}
    path.write_text('"thing:purge": "role:janitor"\n"rule_of_theirs": "role:x"\n"thing:any": "rule:rule_of_theirs"\n')
    policy = Policy(DEFAULTS, read_overrides(path))
    assert policy.allows(person("p", "janitor"), "thing:purge", {})
    assert not policy.allows(ADMIN, "thing:purge", {})
    assert not policy.allows(MEMBER, "thing:any", {})
    assert policy.allows(person("p", "x"), "thing:any", {})


@pytest.mark.parametrize("content", ["- a list", "rule: 1", "rule: [role:admin]", "just text"])
def test_a_file_that_maps_no_names_to_texts_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"policy\.yaml"):
        read_overrides(path)


@pytest.mark.parametrize(
    "text", ["role:admin or", "(role:admin", "nonsense", "role:a role:b", "http://h/x", "not https:h"]
)
def test_a_rule_that_cannot_be_kept_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="policy rule thing:purge"):
        Policy(DEFAULTS, {"thing:purge": text})


@pytest.mark.parametrize(
    "defaults", [RULES, image.DEFAULTS, network.DEFAULTS, POLICY], ids=["identity", "image", "network", "compute"]
)
def test_every_services_rules_can_be_read_and_refer_to_rules_that_exist(defaults: Mapping[str, str]) -> None:
    policy = Policy(defaults)
    used = {
        word.strip("()").removeprefix("rule:") for text in defaults.values() for word in text.split() if "rule:" in word
    }
    assert used <= set(policy.rules)
    assert all(policy.allows(SYSTEM, rule, {}) in (True, False) for rule in policy.rules)


def test_rules_that_refer_to_one_another_in_a_circle_are_refused() -> None:
    with pytest.raises(ValueError, match=r"in a circle: \w > \w > \w"):
        Policy({"a": "rule:b or role:x", "b": "not rule:a"})
