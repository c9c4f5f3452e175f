"""Options: what is unknown or of the wrong type is refused by name."""

from typing import Any

import msgspec
import pytest

from altostratus.kernel.config import build_config


class Options(msgspec.Struct, frozen=True, kw_only=True):
    threads: int = 4
    name: str = "x"


def test_options_or_defaults() -> None:
    assert build_config(Options, "lamp", {}) == Options()
    assert build_config(Options, "lamp", {"threads": 2}) == Options(threads=2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"thread": 1, "zoo": 2}, r"\[lamp\] has no option thread, zoo; it has name, threads"),
        ({"threads": "2"}, r"\[lamp\] Expected `int`, got `str` - at `\$\.threads`"),
        ({"threads": 2.5}, r"\[lamp\] .*threads"),
        ({"name": None}, r"\[lamp\] .*name"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        build_config(Options, "lamp", options)
