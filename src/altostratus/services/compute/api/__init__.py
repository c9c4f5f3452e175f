"""Nova's HTTP API."""

from altostratus.kernel.http.call import Call
from altostratus.kernel.http.context import Version
from altostratus.kernel.http.microversions import Microversions
from altostratus.services.compute.usecases import Compute

MICROVERSIONS = Microversions(
    service="compute",
    lowest=Version(2, 1),
    highest=Version(2, 96),
    path="/v2.1",
    legacy="X-OpenStack-Nova-API-Version",
)


class ComputeCall(Call):
    """A request to compute."""

    @property
    def compute(self) -> Compute:
        found: Compute = self.context.state["compute"]
        return found

    def since(self, minor: int) -> bool:
        """Whether the request asks for microversion 2.`minor` or later."""
        return self.version.minor >= minor

    @property
    def query(self) -> dict[str, str]:
        """The query string; of repeated parameters the last."""
        return dict(self.query_params.multi_items())

    @property
    def query_items(self) -> list[tuple[str, str]]:
        return list(self.query_params.multi_items())
