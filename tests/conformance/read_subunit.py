"""Prints a subunit stream as JSON: `{test id: [status, reason]}`. Runs in Tempest's own environment.

Ids of class fixtures look like `setUpClass (tempest.api...ClassName)`. The reason is that of a skip, or the
last line of a traceback.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import subunit  # type: ignore[import-not-found, unused-ignore]
import testtools  # type: ignore[import-not-found, unused-ignore]


def reason(details: dict[str, str]) -> str:
    if details.get("reason"):
        return details["reason"]
    trace = next((text for name, text in details.items() if name.startswith("traceback")), "")
    return next((line for line in reversed(trace.splitlines()) if line.strip()), "")


def read(path: str) -> dict[str, list[str]]:
    seen: dict[str, list[str]] = {}

    def keep(test: dict[str, Any]) -> None:
        texts = {k: v.as_text() for k, v in test["details"].items() if v.content_type.type == "text"}
        status = test["status"]
        # A test may report twice; a failure stays.
        if status not in ("exists", "inprogress", "unknown") and seen.get(test["id"], [""])[0] != "fail":
            seen[test["id"]] = [status, reason(texts).strip()[:500]]

    result = testtools.StreamToDict(keep)
    result.startTestRun()
    with Path(path).open("rb") as stream:
        subunit.ByteStreamToStreamResult(stream, non_subunit_name="stdout").run(result)
    result.stopTestRun()
    return seen


if __name__ == "__main__":
    json.dump(read(sys.argv[1]), sys.stdout)
