"""The scripted requests: functions of a `Script`, found by `SCENARIOS[service][name]`.

They say what is asked, in which order, by whom; nothing of what should come back, and nothing of us.
"""

from __future__ import annotations

from . import (
    access_rules,
    application_credentials,
    bad_inputs,
    content,
    corners,
    credentials,
    endpoint_filters,
    image_access,
    image_data,
    image_lists,
    images,
    implied,
    inherited,
    limits,
    object_basics,
    object_accounts,
    object_containers,
    object_listings,
    passwords,
    projects,
    revocations,
    roles,
    signed_requests,
    tokens,
    trusts,
    users,
)
from .registry import SCENARIOS

__all__ = [
    "SCENARIOS",
    "access_rules",
    "application_credentials",
    "bad_inputs",
    "content",
    "corners",
    "credentials",
    "endpoint_filters",
    "image_access",
    "image_data",
    "image_lists",
    "images",
    "implied",
    "inherited",
    "limits",
    "object_basics",
    "object_accounts",
    "object_containers",
    "object_listings",
    "passwords",
    "projects",
    "revocations",
    "roles",
    "signed_requests",
    "tokens",
    "trusts",
    "users",
]
