"""Is data what its image says it is, and is it safe to open? Decided from the stream alone, as Glance does it; pure.

Owns the rules; the formats are known to oslo.utils' format_inspector, which reads headers with bounded memory.
"""

from typing import Any, cast

from oslo_utils.imageutils import format_inspector

from altostratus.services.image.errors import InvalidImageData

_FALSE_MBR = ("aki", "ari")
"""Kernels may begin with what looks like a broken partition table."""


class _Feed:
    """The file-like object that the inspectors read from: whatever `data` is now."""

    data = b""

    def read(self, size: int) -> bytes:
        return self.data

    def close(self) -> None:
        self.data = b""


class Inspection:
    """Looks at an image's data as it passes. Only `bare` containers can be looked into."""

    def __init__(self, disk_format: str | None, container_format: str | None) -> None:
        self._disk_format = disk_format
        self._looks = container_format == "bare"
        self._feed = _Feed()
        self._inspectors = format_inspector.InspectWrapper(cast(Any, self._feed))

    def feed(self, data: bytes) -> None:
        if self._looks:
            self._feed.data = data
            self._inspectors.read(len(data))

    def verdict(self) -> int | None:
        """The virtual size in bytes, None where it is not known. Raises InvalidImageData."""
        if not self._looks:
            return None
        self._inspectors.close()
        try:
            found = self._found()
            size = self._accepted(found)
            found.safety_check()
        except format_inspector.ImageFormatError as error:
            raise InvalidImageData(str(error)) from error
        except format_inspector.SafetyCheckFailed as error:
            self._excuse(found, error)
        except InvalidImageData:
            raise
        except Exception as error:  # a parser that breaks on hostile data has not called it safe
            raise InvalidImageData("Image format inspection failed", detail=repr(error)) from error
        return size or None

    def _found(self) -> format_inspector.FileInspector:
        """The one format that the data has; a bootable ISO may carry a GPT as well."""
        formats = {str(one): one for one in self._inspectors.formats or ()}
        found = formats["iso"] if formats.keys() == {"iso", "gpt"} else self._inspectors.format
        if found is None:
            raise InvalidImageData("Image format inspection failed")
        return found

    def _accepted(self, found: format_inspector.FileInspector) -> int:
        """The virtual size if the format found goes with the one declared. Anything may be called raw."""
        if str(found) == self._disk_format:
            return int(found.virtual_size)
        if self._disk_format == "raw":
            return int(found.actual_size)
        if str(found) == "raw" and self._disk_format not in format_inspector.ALL_FORMATS:
            return 0
        raise InvalidImageData(f"Image disk_format {self._disk_format} does not match stream data {found}")

    def _excuse(self, found: format_inspector.FileInspector, error: format_inspector.SafetyCheckFailed) -> None:
        fatal = set(error.failures) - ({"mbr"} if self._disk_format in _FALSE_MBR else set())
        if fatal or str(found) != "gpt":
            raise InvalidImageData("Image failed safety checks", detail=str(error)) from error
