"""Logs: one structured line an event, on standard error; every line carries the correlation id of its cause."""

import logging
import sys
from contextvars import ContextVar
from typing import Any

# structlog would import rich, and that pygments: 5 MB of memory for tracebacks of a kind that we do not print
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
import structlog  # noqa: E402

if sys.modules.get("rich") is None:
    del sys.modules["rich"]

correlation: ContextVar[str] = ContextVar("correlation", default="")
"""The request id that started what is happening now; follows calls into lanes and passes."""


client: ContextVar[str] = ContextVar("client", default="")
"""The address that the request came from which started what is happening now; '' for what nobody asked for."""


def _add_correlation(_: Any, __: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if cause := correlation.get():
        entry.setdefault("request", cause)
    return entry


def configure(level: str = "info", json: bool = False) -> None:
    """Set the process's log format: readable on a terminal, JSON lines for collectors."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if json
        # not its own tracebacks: they show local variables, and among them tokens and passwords
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            _add_correlation,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if json else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,  # modules make their loggers before the settings are known
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")


def logger(name: str) -> Any:
    """A logger bound to the part of the program that it speaks for."""
    return structlog.get_logger(part=name)


configure()
