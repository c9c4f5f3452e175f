"""The command line's own client."""

import pytest

from altostratus.cli import Problem
from altostratus.cli.client import wait


def test_what_takes_too_long_says_why_if_somebody_knows() -> None:
    with pytest.raises(Problem, match=r"^the start took longer than 0 s$"):
        wait("the start", lambda: None, 0)
    with pytest.raises(Problem, match=r"^the start took longer than 0 s: no bridge$"):
        wait("the start", lambda: None, 0, why=lambda: ": no bridge")
