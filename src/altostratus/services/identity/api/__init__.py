"""Identity's HTTP API, Keystone's v3. Keystone checks tokens route by route: an unknown path is a 404 for anyone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Forbidden
from altostratus.kernel.http.call import Call
from altostratus.kernel.http.paging import next_link
from altostratus.services.identity.api.listing import is_set, listing_of
from altostratus.services.identity.domain.filters import ALL, Listing
from altostratus.services.identity.errors import Expecting
from altostratus.services.identity.usecases import Identity

T = TypeVar("T")
R = TypeVar("R")
PREFIX = "/identity/v3"
VARY = ("vary", "X-Auth-Token")
"""A header of every answer."""
DEEPEST = 64
"""How deep a body may be nested. What it says beyond the API's fields is shown in lists, a level deeper, and one that
goes as deep as can be decoded would leave a list that cannot be encoded."""
_UNDERSCORES = str.maketrans("-:", "__")


class IdentityCall(Call):
    """A call of the identity API."""

    __slots__ = ()

    @property
    def identity(self) -> Identity:
        found: Identity = self.context.state["identity"]
        return found

    @property
    def actor(self) -> Actor:
        """Who asks. A token got by a signature is for other services alone."""
        actor = super().actor
        if actor.signed:
            raise Forbidden()
        return actor

    @property
    def base(self) -> str:
        """The API's public URL: https://cloud.example/identity/v3"""
        return self.link(PREFIX)

    @property
    def address(self) -> str:
        """The request's own public URL with its query, as lists name themselves."""
        query = self.scope["query_string"].decode("latin-1")
        path = self.link(str(self.scope["path"]).rstrip("/"))
        return f"{path}?{query}" if query else path

    def collection(
        self, noun: str, rows: Sequence[R], view: Callable[[R], dict[str, Any]], listing: Listing = ALL
    ) -> dict[str, Any]:
        """A list with its links; where there is more than the limit, the link to the rest."""
        shown = rows if listing.limit is None else rows[: listing.limit]
        views = [view(row) for row in shown]
        links = {"next": None, "self": self.address, "previous": None}
        if len(shown) == len(rows):
            return {noun: views, "links": links}
        if views:
            query = list(self.query_params.multi_items())
            links["next"] = next_link(self.address.split("?")[0], query, views[-1]["id"])
        return {noun: views, "links": links, "truncated": True}

    def listing(self, kind: type[Any] | None = None) -> Listing:
        """The list that the query asks for, filtered by those attributes that the route names in `query`. Where there
        is a `kind`, their values are checked against it."""
        if kind is not None:
            checked(dict(self.query_params.items()), kind)
        names = self.route_handler.opt["query"]
        return listing_of(list(self.query_params.multi_items()), names, self.identity.config.list_limit)

    def strict_listing(self) -> Listing:
        """The same where Keystone refuses what it does not know: comparators, a page, an empty value."""
        for name, value in self.query_params.multi_items():
            if name not in self.route_handler.opt["query"]:
                raise BadRequest(f"Additional properties are not allowed ('{name}' was unexpected)")
            if not value.strip():
                raise BadRequest(f"Invalid input for field/attribute {name}. Value: {value}. It should be non-empty")
        return self.listing()

    def flag(self, name: str) -> bool:
        return is_set(self.query_params, name)

    async def document(self) -> dict[str, Any]:
        """The body as a JSON object; an empty body is an empty one. Its type need not be said, but if it is, it is
        JSON's."""
        content = await self.content()
        if not content:
            return {}
        said = self.context.asked.get("content-type") or "application/json"
        if said.split(";")[0].strip().lower() != "application/json":
            raise Expecting("application/json", "Content-Type header")
        try:
            found = msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = None
        if not isinstance(found, dict) or b"\\u0000" in content:  # PostgreSQL keeps no text with NUL
            raise Expecting("valid JSON", "request body")
        if content.count(b"[") + content.count(b"{") > DEEPEST and _is_deeper(found, DEEPEST):
            raise BadRequest(f"The request body is nested more than {DEEPEST} levels deep.")
        return found

    async def fields(self, kind: type[Any], noun: str, *, may_be_empty: bool = False) -> dict[str, Any]:
        """What the body says of the noun, checked against `kind`; fields that `kind` does not name stay. A change says
        something, unless it `may_be_empty`."""
        document = await self.document()
        checked(document, kind)
        found: dict[str, Any] = document.get(noun, {})
        if not found and self.method == "PATCH" and not may_be_empty:
            raise BadRequest(f"Invalid input for field/attribute {noun}. Value: {{}}. {{}} should be non-empty")
        return found

    async def new_fields(self, kind: type[Any], noun: str) -> dict[str, Any]:
        """The same of a new noun: `-` and `:` in the names of fields become `_`, as in Keystone."""
        found = {name.translate(_UNDERSCORES): value for name, value in (await self.fields(kind, noun)).items()}
        checked({noun: found}, kind)
        return found


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inside)


def checked(document: Mapping[str, Any], kind: type[T]) -> T:
    """The document as `kind`; BadRequest says what is wrong and where."""
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise BadRequest(f"Invalid input: {error}") from error
