"""The config drive: an ISO 9660 image, labelled config-2, that tells a guest who it is.

Owns the file layout and the image; what the files say comes from the caller. Pure and deterministic: equal
files make equal bytes, so that a repeat changes nothing. Sources: Nova's user guide, "Metadata"; ECMA-119;
Joliet; Rock Ridge (IEEE P1282).
"""

import io
import itertools
import time
from collections.abc import Mapping
from pathlib import PurePosixPath
from types import SimpleNamespace

import pycdlib
import pycdlib.dates
import pycdlib.headervd
import pycdlib.pycdlib

LABEL = "config-2"
_MAX_DEPTH = 7  # directories below the root, ECMA-119 6.8.2.1


def build(files: Mapping[str, bytes]) -> bytes:
    """The image with these files, by path from its root. Equal contents are stored once. ValueError when a
    path is absolute, has empty or dotted parts, or is deeper than seven folders."""
    _freeze_dates()
    image = pycdlib.PyCdlib()
    image.new(interchange_level=3, vol_ident=LABEL, joliet=3, rock_ridge="1.09")
    writer = _Writer(image)
    for path in sorted(files):
        writer.add(_checked(path), files[path])
    out = io.BytesIO()
    image.write_fp(out)
    image.close()
    return out.getvalue()


class _Writer:
    """Adds files and folders to an image. Their plain ISO 9660 names are ordinals, the real ones are in Rock
    Ridge and Joliet: no guest reads the former."""

    def __init__(self, image: pycdlib.PyCdlib) -> None:
        self._image = image
        self._ordinals = itertools.count()
        self._folders = {PurePosixPath("."): ""}
        self._by_content: dict[bytes, str] = {}

    def add(self, path: PurePosixPath, content: bytes) -> None:
        iso_path = f"{self._folder(path.parent)}/F{next(self._ordinals):06}.;1"
        first = self._by_content.setdefault(content, iso_path)
        if first is iso_path:
            stream = io.BytesIO(content)
            self._image.add_fp(stream, len(content), iso_path, path.name, f"/{path}", file_mode=0o100444)
        else:
            self._image.add_hard_link(iso_old_path=first, iso_new_path=iso_path, rr_name=path.name)
            self._image.add_hard_link(iso_old_path=first, joliet_new_path=f"/{path}")

    def _folder(self, path: PurePosixPath) -> str:
        """Its plain ISO 9660 path; made with its parents when it is new."""
        if path not in self._folders:
            iso_path = f"{self._folder(path.parent)}/D{next(self._ordinals):06}"
            self._image.add_directory(iso_path, path.name, f"/{path}", file_mode=0o040555)
            self._folders[path] = iso_path
        return self._folders[path]


def _checked(path: str) -> PurePosixPath:
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in parts) or len(parts) > _MAX_DEPTH + 1:
        raise ValueError(f"not a path for a config drive: {path!r}")
    return PurePosixPath(path)


def _freeze_dates() -> None:
    """The ISO library stamps the time of day in many places and takes none: give it a `time` that stands
    still."""
    for module in (pycdlib.pycdlib, pycdlib.headervd, pycdlib.dates):
        setattr(module, "time", _STILL)  # noqa: B010 (its stubs do not show the name)


_STILL = SimpleNamespace(**vars(time) | {"time": lambda: 946_684_800.0, "localtime": time.gmtime})
