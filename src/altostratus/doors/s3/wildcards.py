"""Patterns in which * stands for any text and ? for any character. Anybody may write them, and they are looked at in
transactions: what stands between two stars is looked for once, where it is first, which is enough."""

import functools
import re


def fits(pattern: str, text: str) -> bool:
    """Whether all of the text is as the pattern says."""
    first, *others = pattern.split("*")
    last = others.pop() if others else None
    start, stop = len(first), len(text) - len(last or "")
    if start > stop or not _is(first, text[:start]) or not _is(last or "", text[stop:]):
        return False
    for piece in others:
        if (start := _after(piece, text, start, stop)) < 0:
            return False
    return last is not None or start == stop


def _is(piece: str, text: str) -> bool:
    return len(piece) == len(text) and _after(piece, text, 0, len(text)) >= 0


def _after(piece: str, text: str, start: int, stop: int) -> int:
    """Where the first that is like this piece ends; -1 if there is none."""
    if "?" in piece:
        found = _compiled(piece).search(text, start, stop)
        return found.end() if found else -1
    at = text.find(piece, start, stop)
    return at if at < 0 else at + len(piece)


@functools.lru_cache(256)
def _compiled(piece: str) -> re.Pattern[str]:
    return re.compile(".".join(map(re.escape, piece.split("?"))), re.DOTALL)
