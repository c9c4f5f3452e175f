"""Which function answers which method, at which depth of the path."""

from collections.abc import Awaitable, Callable

from altostratus.kernel.errors import MethodNotAllowed
from altostratus.kernel.http.raw import RawRequest
from altostratus.services.objectstore.api import (
    accounts,
    archives,
    bulk,
    containers,
    copies,
    cors,
    forms,
    manifests,
    objects,
    signed,
)
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.web import may_be_site, serve_site
from altostratus.services.objectstore.domain.path import Path, read_path
from altostratus.services.objectstore.errors import BadName
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


def choose(request: SwiftRequest) -> Verb:
    """The function that answers, by method, depth, and what the query makes of the request. Raises
    MethodNotAllowed."""
    method, path, query = request.method, request.path, request.query
    if method in ("POST", "DELETE") and "bulk-delete" in query:
        return bulk.bulk_delete
    if method == "PUT" and "extract-archive" in query:
        return archives.extract_archive
    if path.object and (method, query.get("multipart-manifest")) == ("PUT", "put"):
        return manifests.put_manifest
    if path.object and (method, query.get("multipart-manifest")) == ("DELETE", "delete"):
        return manifests.remove_manifest
    if path.object and method == "PUT" and "x-copy-from" in request.headers:
        return copies.copy_in
    if path.container and forms.is_form(request):
        return forms.post_form
    verbs = verbs_of(path)
    if method not in verbs:
        fault = MethodNotAllowed()
        fault.headers = (("allow", ", ".join(sorted({*verbs, "OPTIONS"} - {"COPY"}))),)
        raise fault
    return verbs[method]


def verbs_of(path: Path) -> dict[str, Verb]:
    return OBJECT if path.object else CONTAINER if path.container else ACCOUNT


class Router:
    """The whole of Swift's API, below /v1."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def __call__(self, raw: RawRequest) -> None:
        """Any method of any path below /v1/."""
        path = read_path(raw.params["path"] or "")
        if not path.account:
            raise BadName()
        request = SwiftRequest(self._store, raw, path)
        if request.method == "OPTIONS":
            await cors.answer_options(request, verbs_of(path))
        else:
            await cors.answer(request, _answer)


async def _answer(request: SwiftRequest) -> None:
    if signed.is_temporary(request):
        request = await signed.admit(request)
    if may_be_site(request) and await serve_site(request):
        return
    await choose(request)(request)
