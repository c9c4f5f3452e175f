"""Cinder's HTTP API."""

from altostratus.kernel.http.call import Call
from altostratus.kernel.http.context import Version
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
