"""A control plane that kills itself, as SIGKILL would, before or after the first step of one kind that it takes.

    python -m tests.live.dying before|after STEP PORT

The data directory is $ALTO_DATA_DIR. Everything but the crash point is what `alto up` runs.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from altostratus.app import serve
from altostratus.app.settings import read_settings
from altostratus.app.wiring import System
from altostratus.cli import operate
from altostratus.kernel.tx import Wake


def main(when: str, step: str, port: str) -> int:
    """Serve until death."""

    def die(now: str, wake: Wake, taken: Any) -> None:
        if (now, type(taken).__name__) == (when, step):
            os.kill(os.getpid(), signal.SIGKILL)

    data_dir = Path(os.environ["ALTO_DATA_DIR"])
    settings = operate.prepared(read_settings(data_dir, address="127.0.0.1", port=int(port)))
    with mock.patch.object(serve, "System", partial(System, crash_point=die)):
        return serve.run(settings)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
