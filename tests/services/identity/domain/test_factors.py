from typing import Any

from altostratus.services.identity.domain.factors import begun, suffices

OFFERED = ("password", "token", "application_credential")


def options(*rules: list[str], **more: Any) -> dict[str, Any]:
    return {"multi_factor_auth_rules": list(rules), **more}


def test_one_rule_has_to_be_met_whole() -> None:
    rules = options(["password", "token"], ["application_credential"])
    assert not suffices(["password"], rules, OFFERED)
    assert suffices(["token", "password"], rules, OFFERED)
    assert suffices(["application_credential"], rules, OFFERED)


def test_without_rules_or_when_turned_off_anything_will_do() -> None:
    for free in ({}, options(), options(["token"], multi_factor_auth_enabled=False)):
        assert suffices(["password"], free, OFFERED)
    assert not suffices(["password"], options(["token"], multi_factor_auth_enabled=True), OFFERED)


def test_methods_that_are_not_offered_lock_nobody_out() -> None:
    assert suffices(["password"], options(["password", "totp"]), OFFERED)
    assert suffices(["password"], options(["totp"], ["no-such"]), OFFERED)
    assert not suffices(["password"], options(["totp"], ["token"]), OFFERED)


def test_what_a_client_hears_of_the_rules() -> None:
    rules = options(["password", "token", "totp"], ["token", "application_credential"], ["totp"])
    assert begun(["password"], rules, OFFERED) == [["password", "token"]]
    assert begun(["totp"], rules, OFFERED) == []
