"""Which function answers which method, of what kind of thing, in CDMI or by plain HTTP."""

from collections.abc import Awaitable, Callable

from altostratus.contracts.accounts import account_of
from altostratus.contracts.objectstore import ObjectStore
from altostratus.doors.cdmi import capabilities, containers, data_objects, plain
from altostratus.doors.cdmi.object_id import read_id
from altostratus.doors.cdmi.place import PREFIX, MissingSlash, Place, place_of
from altostratus.doors.cdmi.request import VERSION, CdmiRequest, agreed_version, decoded
from altostratus.doors.cdmi.views import OBJECT
from altostratus.kernel.errors import BadRequest, MethodNotAllowed, NotFound
from altostratus.kernel.http.raw import RawRequest
from altostratus.kernel.lanes import Lane

Verb = Callable[[CdmiRequest], Awaitable[None]]
BY_ID = "cdmi_objectid/"


async def _get_object(request: CdmiRequest) -> None:
    """The data object, or its bytes alone."""
    await (data_objects.get_object if request.wants(OBJECT) else plain.get_bytes)(request)


async def _put_object(request: CdmiRequest) -> None:
    """The data object, or its bytes alone."""
    await (data_objects.put_object if request.sends(OBJECT) else plain.put_bytes)(request)


CONTAINER: dict[str, Verb] = {
    "DELETE": containers.delete_container,
    "GET": containers.get_container,
    "HEAD": containers.get_container,
    "PUT": containers.put_container,
}
DATA_OBJECT: dict[str, Verb] = {
    "DELETE": data_objects.delete_object,
    "GET": _get_object,
    "HEAD": _get_object,
    "PUT": _put_object,
}


OPERATIONS = tuple(
    (method, path, verb)
    for path, verbs in (("/{container}/", CONTAINER), ("/{container}/{object}", DATA_OBJECT))
    for method, verb in verbs.items()
)


class Router:
    """The whole of the door, below /cdmi."""

    def __init__(self, store: ObjectStore, lane: Lane) -> None:
        self._store = store
        self._lane = lane

    async def __call__(self, raw: RawRequest) -> None:
        """Any method of any path."""
        text = decoded(raw.params["path"])
        if not text:
            raise _moved(f"{PREFIX}/")
        version = agreed_version(raw.headers.get(VERSION))
        request = CdmiRequest(self._store, self._lane, raw, Place(account_of(raw.actor.project), text[1:]), version)
        if request.place.text.startswith(BY_ID):
            request.place = await self._by_id(request)
        if request.place.text + "/" == capabilities.ROOT:
            raise _moved(f"{PREFIX}/{capabilities.ROOT}")
        if request.place.text.startswith(capabilities.ROOT):
            await capabilities.serve_capabilities(request, request.place.text)
            return
        verbs = CONTAINER if request.place.is_container else DATA_OBJECT
        if raw.method == "POST":
            raise BadRequest("No capability allows POST.")
        if raw.method == "DELETE" and request.fields:
            raise BadRequest("What is deleted is deleted whole.")
        if raw.method not in verbs:
            fault = MethodNotAllowed()
            fault.headers = (("allow", ", ".join(verbs)),)
            raise fault
        await verbs[raw.method](request)

    async def _by_id(self, request: CdmiRequest) -> Place:
        """The place that cdmi_objectid/<id>, or cdmi_objectid/<id of a container>/<path>, stands for."""
        text, _, rest = request.place.text.removeprefix(BY_ID).partition("/")
        identity = read_id(text)
        if identity is None:
            raise NotFound()
        if path := capabilities.path_of(identity):
            return request.place._replace(text=path + rest)
        account = request.place.account
        found = await self._store.read(lambda tx: place_of(self._store, tx, account, *identity))
        if found is None or (rest and not found.is_container):
            raise NotFound()
        return found._replace(text=found.text + rest)


def _moved(uri: str) -> MissingSlash:
    fault = MissingSlash()
    fault.headers = (("location", uri),)
    return fault
