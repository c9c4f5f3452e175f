"""Starts the programs of a real service, waits for its answer and stops them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

START_SECONDS = 60


@contextlib.contextmanager
def started(
    *command: object, answers: str, home: Path, log: Path, settings: Mapping[str, str] | None = None
) -> Iterator[None]:
    """A program that runs until the block ends, from when the URL `answers` says anything at all."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(word) for word in command], cwd=home, env={**os.environ, **(settings or {})}, stdout=out, stderr=out
        )
    try:
        _wait_answering(answers, process, log)
        yield
    finally:
        process.terminate()
        process.wait(10)


def run(*command: object, log: Path) -> None:
    with log.open("ab") as out:
        done = subprocess.run([str(word) for word in command], stdout=out, stderr=out, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}); its log ends:\n{_tail(log)}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_answering(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, timeout=5)
            return
        time.sleep(0.1)
    raise RuntimeError(f"no answer from {url}; its log ends:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
