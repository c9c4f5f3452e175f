"""The Image API v2. https://docs.openstack.org/api-ref/image/v2/"""

from urllib.parse import parse_qsl

from litestar import Response

from altostratus.kernel.errors import BadRequest
from altostratus.kernel.http.call import Call
from altostratus.services.image.usecases import Images

PAGE = "text/html; charset=UTF-8"


class ImageCall(Call):
    """A call of the image service."""

    __slots__ = ()

    @property
    def images(self) -> Images:
        found: Images = self.context.state["image"]
        return found

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query string, in order."""
        try:
            return parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="strict")
        except (UnicodeDecodeError, ValueError):
            raise BadRequest(
                "Error decoding your request. Either the URL or the request body contained characters"
                " that could not be decoded by Glance"
            ) from None


def no_content() -> Response[None]:
    """204, with the content type that Glance gives it."""
    return Response(None, status_code=204, headers={"content-type": PAGE})
