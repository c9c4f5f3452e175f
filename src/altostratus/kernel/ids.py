"""Identifiers: random ones for what users make, derived ones for what a parent brings with it."""

import random
import uuid

_NAMESPACE = uuid.UUID("6f1c1f6c-6b1f-5c0e-9a43-0c1d0c6d7a51")


def new_uuid(entropy: random.Random) -> str:
    """A random uuid4 with dashes, as most OpenStack services use."""
    return str(uuid.UUID(int=entropy.getrandbits(128), version=4))


def child_id(parent: str, role: str, ordinal: int) -> str:
    """The id of a child that comes with its parent; the same inputs always give the same id."""
    return str(uuid.uuid5(_NAMESPACE, f"{parent}/{role}/{ordinal}"))


def is_uuid(text: str) -> bool:
    """Whether the text is a uuid in any of the spellings that OpenStack accepts (with or without dashes)."""
    try:
        return str(uuid.UUID(text)).replace("-", "") == text.lower().replace("-", "")
    except ValueError:
        return False
