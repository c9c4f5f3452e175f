"""Patterns in which * stands for any text and ? for any character; anybody may write them, so they take no longer than
their length times that of the text."""


def fits(pattern: str, text: str) -> bool:
    """Whether all of the text is as the pattern says."""
    at = star = mark = 0
    back = False
    for_now = 0
    while for_now < len(text):
        if at < len(pattern) and pattern[at] == "*":
            back, star, mark = True, at, for_now
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[for_now]):
            at, for_now = at + 1, for_now + 1
        elif back:  # the last * takes one character more
            mark += 1
            at, for_now = star + 1, mark
        else:
            return False
    return not pattern[at:].strip("*")
