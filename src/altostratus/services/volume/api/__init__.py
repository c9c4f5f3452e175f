"""Cinder's HTTP API."""

from datetime import datetime
from typing import Any

from altostratus.kernel.clock import iso_plain
from altostratus.kernel.errors import BadRequest
from altostratus.kernel.http.call import Call
from altostratus.kernel.http.context import Context, Version
from altostratus.kernel.http.microversions import Microversions
from altostratus.services.volume.usecases import BlockStorageService

MICROVERSIONS = Microversions(service="volume", lowest=Version(3, 0), highest=Version(3, 71), path="/v3")


class VolumeCall(Call):
    """A request to block storage."""

    @property
    def volumes(self) -> BlockStorageService:
        found: BlockStorageService = self.context.state["volume"]
        return found

    def since(self, minor: int) -> bool:
        """Whether the request asks for microversion 3.`minor` or later."""
        return self.version.minor >= minor

    @property
    def query(self) -> dict[str, str]:
        """The query string; of repeated parameters the last."""
        return dict(self.query_params.multi_items())

    def flag(self, name: str) -> bool:
        """A yes or no of the query string."""
        return truth(self.query[name]) if name in self.query else False

    def volume_link(self, path: str, version: str = "/v3") -> str:
        """An absolute URL below /volume/v3, with the project in it where the request has it."""
        project = self.path_params.get("project_id")
        return self.link(f"/volume{version}/{project}{path}" if project else f"/volume{version}{path}")


async def require_own_project(connection: Any, handler: Any) -> None:
    """Refuse a project in the URL that is not the token's, as Cinder does."""
    project, actor = connection.path_params.get("project_id"), Context.of(connection.scope).actor
    if project is not None and actor is not None and project != actor.project_id:
        raise BadRequest("Malformed request url")


def truth(value: Any) -> bool:
    """A yes or no however clients write it; BadRequest where it is neither."""
    text = str(value).strip().lower()
    if text in ("true", "1", "on", "yes", "y", "t"):
        return True
    if text in ("false", "0", "off", "no", "n", "f"):
        return False
    raise BadRequest(f"Invalid value '{value}': it must be true or false.")


def moment(at: datetime | None) -> str | None:
    """A time as Cinder writes it: in UTC, and without saying so."""
    return iso_plain(at) if at else None
