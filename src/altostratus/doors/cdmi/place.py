"""Where in CDMI's tree something is, and what is there.

Below the root of an account are its containers. What CDMI calls containers below those are prefixes of names that end
with a slash: there if any name has it, and kept with metadata by an empty object of the very name.
"""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from altostratus.contracts.objectstore import Container, Listing, Object, ObjectStore, Values
from altostratus.doors.cdmi.object_id import Kind, root_id, write_id
from altostratus.kernel.errors import Fault, NotFound
from altostratus.kernel.tx import Tx

PREFIX = "/cdmi"


class MissingSlash(Fault):
    """This is a container: its URI ends with a slash."""

    status = 301


class Place(NamedTuple):
    """`text` is the decoded path below the root of the account: '' is the root, 'a/' a container, 'a/b/' one in it,
    'a/b' an object."""

    account: str
    text: str

    @property
    def is_container(self) -> bool:
        return not self.text or self.text.endswith("/")

    @property
    def container(self) -> str:
        """The name that the object store has for the container."""
        return self.text.partition("/")[0]

    @property
    def name(self) -> str:
        """The name that the object store has for the object; '' for a container of its."""
        return self.text.partition("/")[2]

    @property
    def parent(self) -> "Place":
        return self._replace(text=self.text[: self._cut])

    @property
    def own_name(self) -> str:
        """What it is called in its parent."""
        return self.text[self._cut :] or "/"

    @property
    def uri(self) -> str:
        return f"{PREFIX}/{quote(self.text)}"

    @property
    def _cut(self) -> int:
        return self.text.rfind("/", 0, max(len(self.text) - 1, 0)) + 1


@dataclass(frozen=True, slots=True)
class Node:
    """What is at a place. `container` is None at the root; `entry` is the object, or the one that stands for a
    container below the first level, if there is one."""

    place: Place
    container: Container | None
    entry: Object | None

    @property
    def id(self) -> str | None:
        """None for a container that is there only because of what is in it."""
        if self.container is None:
            return root_id(self.place.account)
        if not self.place.name:
            return write_id(Kind.CONTAINER, self.container.id)
        return write_id(Kind.OBJECT, self.entry.identity) if self.entry else None

    @property
    def meta(self) -> Values:
        """What users say of it in headers."""
        kept = self.container if not self.place.name else self.entry
        return kept.meta if kept else {}

    @property
    def system(self) -> Values:
        """What doors keep with it."""
        if not self.place.name:
            return self.container.settings if self.container else {}
        return self.entry.system if self.entry else {}


def find_node(store: ObjectStore, tx: Tx, place: Place) -> Node | None:
    """What is there, whatever the place is called: None where there is nothing."""
    if not place.text:
        return Node(place, None, None)
    where = store.find_container(tx, place.account, place.container)
    if where is None or not (place.name or place.is_container):
        return None
    if not place.name:
        return Node(place, where, None)
    entry = store.find_object(tx, where.id, place.name)
    if entry and entry.expires_at is not None and entry.expires_at <= tx.now.timestamp():
        entry = None
    if entry is None and not (
        place.is_container and store.list_objects(tx, where.id, Listing(limit=1, prefix=place.name))
    ):
        return None
    return Node(place, where, entry)


def look(store: ObjectStore, tx: Tx, place: Place) -> Node | None:
    """The same. Raises MissingSlash where there is a container of this name and nothing else."""
    found = find_node(store, tx, place)
    slashed = place._replace(text=place.text + "/")
    if found is None and not place.is_container and find_node(store, tx, slashed):
        fault = MissingSlash()
        fault.headers = (("location", slashed.uri),)
        raise fault
    return found


def get_node(store: ObjectStore, tx: Tx, place: Place) -> Node:
    """Raises NotFound, MissingSlash."""
    found = look(store, tx, place)
    if found is None:
        raise NotFound()
    return found


def place_of(store: ObjectStore, tx: Tx, account: str, kind: Kind, number: int) -> Place | None:
    """The place that an object ID stands for, in this account."""
    if kind is Kind.ROOT:
        return Place(account, "") if root_id(account) == write_id(kind, number) else None
    if kind is Kind.CONTAINER:
        where, name = store.container_by_id(tx, number), ""
    else:
        where, found = store.find_identity(tx, number) or (None, None)
        name = found.name if found else ""
    return Place(account, f"{where.name}/{name}") if where and where.account == account else None
