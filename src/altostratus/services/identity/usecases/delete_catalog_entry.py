"""DELETE /v3/services/{id} (with its endpoints) and /v3/endpoints/{id}."""

from typing import Any

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.store.records import Records
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_catalog import find_entry, noun_of


def delete_entry(tx: Tx, identity: Identity, actor: Actor, records: Records[Any], id: str) -> None:  # noqa: A002
    find_entry(tx, identity, actor, "delete", records, id)
    records.delete(tx, id)
    events.record(tx, actor, f"identity.{noun_of(records)}.delete", id)
