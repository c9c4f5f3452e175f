"""`qemu-img info` on a file that nobody trusts: under limits of memory and time, and never guessing the format.

The stream was inspected before; this is QEMU's own opinion, because QEMU will open the file in the end.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from altostratus.kernel.disk_images import QemuImgFailed, qemu_img
from altostratus.services.image.errors import InvalidImageData


@dataclass(frozen=True, slots=True)
class QemuImg:
    """Address space in bytes; seconds of CPU and of waiting."""

    memory: int = 1 << 30
    seconds: int = 30

    @property
    def available(self) -> bool:
        """Whether this machine has the programs; a simulated cloud needs neither."""
        return bool(shutil.which("qemu-img") and shutil.which("prlimit"))

    def qcow2_size(self, path: Path) -> int:
        """The virtual size in bytes. Raises InvalidImageData when the file is no qcow2 or leans on other files."""
        found = self._info(path)
        if unsafe := _unsafe(found):
            raise InvalidImageData("Image failed safety checks", detail=unsafe)
        return int(found["virtual-size"])

    def _info(self, path: Path) -> dict[str, Any]:
        question = ("info", "--output=json", "-f", "qcow2", str(path))
        try:
            said = qemu_img(*question, memory=self.memory, seconds=self.seconds)
        except QemuImgFailed as error:
            raise InvalidImageData("Image format inspection failed", detail=error.strerror) from error
        found: dict[str, Any] = json.loads(said)
        return found


def _unsafe(found: dict[str, Any]) -> str:
    """Why the image may not be opened; '' when it may."""
    more = found.get("format-specific", {}).get("data", {})
    if found.get("backing-filename") or found.get("full-backing-filename"):
        return "it has a backing file"
    if "data-file" in more or "data-file-raw" in more:
        return "it has an external data file"
    return "it is encrypted" if found.get("encrypted") else ""
