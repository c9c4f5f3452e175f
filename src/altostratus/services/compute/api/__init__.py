"""Nova's HTTP API."""

from altostratus.kernel.errors import BadRequest
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
MAX_PAGE = 1000


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

    def window(self) -> slice:
        """The part of a list that `offset` and `limit` ask for."""
        first, count = self._number("offset", 0), self._number("limit", MAX_PAGE)
        return slice(first, first + min(count, MAX_PAGE))

    def _number(self, name: str, default: int) -> int:
        text = self.query.get(name) or str(default)
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise BadRequest(f"Invalid input for query parameters {name}. Value: {text}")
        return int(text)

    @property
    def query_items(self) -> list[tuple[str, str]]:
        return list(self.query_params.multi_items())
