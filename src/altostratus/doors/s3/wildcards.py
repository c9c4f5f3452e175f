"""Patterns in which * stands for any text and ? for any character. Anybody may write them, so they take a step for each
of their characters: bits of numbers are places in the text, those that the pattern may have come to."""


def fits(pattern: str, text: str) -> bool:
    """Whether all of the text is as the pattern says."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    places: dict[str, int] = {}
    for place, character in enumerate(text):
        places[character] = places.get(character, 0) | 1 << place
    everywhere, reached = (1 << len(text) + 1) - 1, 1
    for character in pattern:
        if character == "*":
            reached = everywhere & -(reached & -reached)  # from the first of them on
        elif character == "?":
            reached = reached << 1 & everywhere
        else:
            reached = (reached & places.get(character, 0)) << 1
        if not reached:
            return False
    return bool(reached >> len(text))
