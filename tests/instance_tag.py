"""Instance tags for drivers under test."""

import random


def instance_tag() -> str:
    """Four characters that no id, digest, address or word on the host has in it by chance: a line in which they stand
    is of this instance. (Four hexadecimal digits do stand in other clouds' ids, now and then.)"""
    return "".join(random.SystemRandom().choices("jkqvwxyz", k=4))
