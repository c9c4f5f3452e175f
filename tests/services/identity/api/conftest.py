"""What of this API takes too long for `alto test --fast`: each test has a cloud of its own, and there are hundreds."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
SLOW = (
    "access_rules", "application_credentials", "assignments", "catalog", "ec2_credentials", "ec2tokens",
    "endpoint_filters", "grants", "implied_roles", "inherit", "limits", "passwords", "receipts", "registered_limits",
    "bounds", "credentials", "projects", "revocations", "roles", "trust_tokens", "trusts",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = {HERE / f"test_{name}.py" for name in SLOW}
    for item in items:
        if item.path in slow:
            item.add_marker(pytest.mark.slow)
