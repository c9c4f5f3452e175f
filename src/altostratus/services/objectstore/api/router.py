"""Which function answers which method, at which depth of the path."""

from collections.abc import Awaitable, Callable

from altostratus.kernel.errors import MethodNotAllowed, NotFound
from altostratus.kernel.http.raw import RawRequest
from altostratus.services.objectstore.api import accounts, containers, copies, objects
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.domain.path import read_path
from altostratus.services.objectstore.usecases import ObjectStore

Verb = Callable[[SwiftRequest], Awaitable[None]]
ACCOUNT: dict[str, Verb] = {
    "GET": accounts.get_account,
    "HEAD": accounts.get_account,
    "POST": accounts.post_account,
}
CONTAINER: dict[str, Verb] = {
    "DELETE": containers.remove_container,
    "GET": containers.get_container_listing,
    "HEAD": containers.get_container_listing,
    "POST": containers.post_container,
    "PUT": containers.put_container,
}
OBJECT: dict[str, Verb] = {
    "COPY": copies.copy_out,
    "DELETE": objects.remove_object,
    "GET": objects.get_object,
    "HEAD": objects.get_object,
    "POST": objects.post_object,
    "PUT": objects.put_object,
}


OPERATIONS = tuple(
    (method, path, verb)
    for path, verbs in (
        ("/v1/{account}", ACCOUNT),
        ("/v1/{account}/{container}", CONTAINER),
        ("/v1/{account}/{container}/{object}", OBJECT),
    )
    for method, verb in verbs.items()
    if method != "COPY"  # OpenAPI has no such method
)


class Router:
    """The whole of Swift's API, below /v1."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def __call__(self, raw: RawRequest) -> None:
        """Any method of any path below /v1/."""
        path = read_path(raw.params["path"])
        if not path.account:
            raise NotFound()
        verbs = OBJECT if path.object else CONTAINER if path.container else ACCOUNT
        verb = verbs.get(raw.method)
        if verb is None:
            fault = MethodNotAllowed()
            fault.headers = (("allow", ", ".join(sorted({*verbs, "OPTIONS"} - {"COPY"}))),)
            raise fault
        await verb(SwiftRequest(self._store, raw, path))
