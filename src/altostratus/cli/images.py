"""`alto image add`."""

import sys
from pathlib import Path

from altostratus.cli import Problem
from altostratus.cli.client import Client, log_in


def add(data_dir: Path | None, file: Path, name: str | None, public: bool) -> None:
    """Upload a file, showing how far it is."""
    client = log_in(data_dir)
    image_id = upload(client, file, name or file.stem, public)
    print(f"image {name or file.stem} ({image_id}) is ready. Boot it: alto launch {name or file.stem}")


def upload(client: Client, file: Path, name: str, public: bool) -> str:
    """The new image's id; nothing is left behind when the upload fails."""
    format_ = disk_format(file)
    body = {
        "name": name,
        "disk_format": format_,
        "container_format": "bare",
        "visibility": "public" if public else "private",
    }
    image = client.post("/image/v2/images", body)
    size = file.stat().st_size

    def progress(sent: int) -> None:
        if sys.stderr.isatty() and size:
            print(f"\r{name}: {sent * 100 // size} %", end="\n" if sent >= size else "", file=sys.stderr)

    try:
        with file.open("rb") as content:
            client.upload(f"/image/v2/images/{image['id']}/file", content, progress)
    except BaseException:
        client.delete(f"/image/v2/images/{image['id']}")
        raise
    return str(image["id"])


def disk_format(file: Path) -> str:
    """'qcow2' by its magic number, else 'raw'; an empty file is none."""
    with file.open("rb") as content:
        magic = content.read(4)
    if not magic:
        raise Problem(f"{file} is empty")
    return "qcow2" if magic == b"QFI\xfb" else "raw"
