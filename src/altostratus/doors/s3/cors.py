"""What browsers ask before they let a page of another origin speak to a bucket, and what they must be told.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from collections.abc import Sequence

from altostratus.doors.s3.nouns import CorsRule

Headers = list[tuple[str, str]]
VARY = ("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")


def matching(rules: Sequence[CorsRule], origin: str, method: str, headers: Sequence[str] = ()) -> CorsRule | None:
    """The first rule that allows all of this."""
    for rule in rules:
        allowed = [pattern.lower() for pattern in rule.headers]
        if (
            method in rule.methods
            and any(_fits(pattern, origin) for pattern in rule.origins)
            and all(any(_fits(pattern, name.lower()) for pattern in allowed) for name in headers)
        ):
            return rule
    return None


def headers_of(rule: CorsRule, origin: str, asked: Sequence[str] = ()) -> Headers:
    """What the browser is told; that credentials may be sent only where an origin is named."""
    anybody = "*" in rule.origins
    found = [
        ("access-control-allow-origin", "*" if anybody else origin),
        ("access-control-allow-methods", ", ".join(rule.methods)),
        VARY,
    ]
    if asked:
        found.append(("access-control-allow-headers", ", ".join(asked)))
    if rule.expose:
        found.append(("access-control-expose-headers", ", ".join(rule.expose)))
    if rule.max_age is not None:
        found.append(("access-control-max-age", str(rule.max_age)))
    return found if anybody else [*found, ("access-control-allow-credentials", "true")]


def _fits(pattern: str, text: str) -> bool:
    """Only * stands for anything here, and there is one of it at most."""
    start, star, end = pattern.partition("*")
    if not star:
        return pattern == text
    return len(text) >= len(start) + len(end) and text.startswith(start) and text.endswith(end)
