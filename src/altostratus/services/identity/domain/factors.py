"""Which methods a user must log in with: the options `multi_factor_auth_rules` and `multi_factor_auth_enabled`.

A rule is a list of methods, and one rule has to be met whole. Methods that are not offered here do not count; a rule
of nothing else is ignored, and so are the rules where all are such, lest a user be locked out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from altostratus.services.identity.domain.nouns import Project, User

Rules = list[list[str]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a user has logged in with some of the methods it needs; `id` is the sealed form that it comes back in."""

    id: str
    user: User
    user_domain: Project
    methods: tuple[str, ...]
    required: Rules
    issued_at: datetime
    expires_at: datetime


def rules_of(options: Mapping[str, Any], offered: Collection[str]) -> Rules:
    """The rules, without the methods that are not offered."""
    rules: Rules = options.get("multi_factor_auth_rules") or []
    known = [[method for method in rule if method in offered] for rule in rules]
    return [rule for rule in known if rule]


def suffices(methods: Collection[str], options: Mapping[str, Any], offered: Collection[str]) -> bool:
    """Whether whoever logged in with these methods needs no more."""
    if options.get("multi_factor_auth_enabled") is False:
        return True
    rules = rules_of(options, offered)
    return not rules or any(set(rule) <= set(methods) for rule in rules)


def begun(methods: Collection[str], options: Mapping[str, Any], offered: Collection[str]) -> Rules:
    """The rules that some of the methods are of, which is what a client hears of them."""
    return [rule for rule in rules_of(options, offered) if set(rule) & set(methods)]
