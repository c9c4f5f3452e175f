"""The catalog of a token: from memory while identity does not change, else from the database."""

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.catalog import Catalog, render, render_chosen
from altostratus.services.identity.store.catalog import read_catalog
from altostratus.services.identity.store.endpoint_filters import any_associations, endpoints_for
from altostratus.services.identity.usecases import Identity

IN_NO_PROJECT, IN_ANY_PROJECT = "", "*"
"""Two catalogs besides those of projects that are associated with endpoints; no project has such an id."""


async def offer_catalog(identity: Identity, generation: int, user_id: str, project_id: str | None) -> bytes:
    """In JSON, for a user's tokens in the project (or in none), as it was in this generation or after it."""
    catalog = await _known(identity, generation, IN_ANY_PROJECT if project_id else IN_NO_PROJECT)
    if project_id and catalog.filters:
        catalog = await _known(identity, generation, project_id)
    return catalog.of(user_id, project_id)


async def _known(identity: Identity, generation: int, key: str) -> Catalog:
    return identity.memory.catalogs.get(key, generation) or await _look_up(identity, key)


async def _look_up(identity: Identity, key: str) -> Catalog:
    """From the database, kept for the generation that it was found in: that is read first, as with tokens."""
    generation, catalog = await identity.db.read(lambda tx: (identity.generation_in(tx), _read(tx, identity, key)))
    identity.memory.catalogs.keep(key, generation, catalog)
    return catalog


def _read(tx: Tx, identity: Identity, key: str) -> Catalog:
    """A project whose filters choose nothing has everything, or nothing at all, as the operator says."""
    chosen = frozenset(endpoint.id for endpoint in endpoints_for(tx, key)) if _is_project(key) else frozenset()
    if chosen:
        return Catalog(render_chosen(read_catalog(tx), chosen))
    everything = identity.config.return_all_endpoints_if_no_filter
    items = read_catalog(tx) if everything else []
    return Catalog(render(items, key != IN_NO_PROJECT), any_associations(tx))


def _is_project(key: str) -> bool:
    return key not in (IN_NO_PROJECT, IN_ANY_PROJECT)
