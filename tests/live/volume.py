"""One real volume as its user sees it, and its files."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from altostratus.cli.client import ApiError
from tests.live.cloud import LiveCloud, wait
from tests.live.guest import Guest


@dataclass(frozen=True)
class Volume:
    """A volume by its id."""

    cloud: LiveCloud
    id: str

    @staticmethod
    def make(cloud: LiveCloud, **wish: Any) -> Volume:
        """A new one, once it is there."""
        made = cloud.api.post(_path(cloud, "volumes"), {"volume": {"size": 1, **wish}})
        volume = Volume(cloud, made["volume"]["id"])
        volume.wait_status("available")
        return volume

    # -- as the API shows it --------------------------------------------------------------------------------------

    @property
    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cloud.api.get(_path(self.cloud, "volumes", self.id))["volume"]
        return found

    def wait_status(self, status: str, seconds: float = 60.0) -> None:
        wait(f"volume {self.id} is {status}", lambda: self.shown["status"] == status, seconds)

    def wait_gone(self) -> None:
        wait(f"volume {self.id} is gone", lambda: not self.exists(), 60)

    def exists(self) -> bool:
        try:
            return bool(self.shown)
        except ApiError as error:
            if error.status != 404:
                raise
            return False

    def delete(self) -> None:
        self.cloud.api.delete(_path(self.cloud, "volumes", self.id))
        self.wait_gone()

    def attach(self, guest: Guest) -> str:
        """Ask for it; the device's name."""
        body = {"volumeAttachment": {"volumeId": self.id}}
        made = self.cloud.api.post(f"/compute/v2.1/servers/{guest.id}/os-volume_attachments", body)
        return str(made["volumeAttachment"]["device"])

    def detach(self, guest: Guest) -> None:
        self.cloud.api.delete(f"/compute/v2.1/servers/{guest.id}/os-volume_attachments/{self.id}")

    # -- in a guest -----------------------------------------------------------------------------------------------

    def device_in(self, guest: Guest) -> str:
        """The device that has its serial; '' while there is none."""
        found = guest.ask(f"grep -l ^{self.id[:20]} /sys/block/*/serial || true")
        return f"/dev/{found.split('/')[3]}" if found else ""

    def wait_device(self, guest: Guest) -> str:
        return wait(f"volume {self.id} is in the guest", lambda: self.device_in(guest), 60)

    def wait_no_device(self, guest: Guest) -> None:
        wait(f"volume {self.id} is out of the guest", lambda: not self.device_in(guest), 60)

    # -- its files ------------------------------------------------------------------------------------------------

    @property
    def file(self) -> Path:
        [found] = (self.cloud.data / "volume/volumes" / self.id).glob("disk.*")
        return found

    def check(self) -> None:
        """Nothing is wrong with it, by qemu-img; nobody may have it open."""
        image_format = self.file.suffix.removeprefix(".")
        if image_format == "qcow2":
            done = subprocess.run(
                ["qemu-img", "check", "--output=json", "-f", image_format, str(self.file)],
                capture_output=True,
                text=True,
                check=False,
            )
            found = json.loads(done.stdout)
            wrong = {name: found.get(name, 0) for name in ("corruptions", "leaks", "check-errors")}
            assert wrong == {"corruptions": 0, "leaks": 0, "check-errors": 0}, wrong
        else:
            assert self.file.stat().st_size == self.shown["size"] << 30


def _path(cloud: LiveCloud, *parts: str) -> str:
    return "/".join((f"/volume/v3/{cloud.api.project_id}", *parts))
