"""The scripted requests: functions of a `Script`, found by `SCENARIOS[service][name]`.

They say what is asked, in which order, by whom; nothing of what should come back, and nothing of us.
"""

from __future__ import annotations

from . import corners, image_access, image_data, image_lists, images, projects, roles, tokens, users
from .registry import SCENARIOS

__all__ = [
    "SCENARIOS",
    "corners",
    "image_access",
    "image_data",
    "image_lists",
    "images",
    "projects",
    "roles",
    "tokens",
    "users",
]
