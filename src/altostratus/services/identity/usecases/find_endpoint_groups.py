"""Endpoint groups by id and in lists, and what is in them."""

from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.filters import Listing
from altostratus.services.identity.domain.nouns import Endpoint, EndpointGroup
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.endpoint_filters import endpoints_in
from altostratus.services.identity.store.records import endpoint_groups
from altostratus.services.identity.usecases import Identity


def find_group(tx: Tx, identity: Identity, actor: Actor, rule: str, group_id: str) -> EndpointGroup:
    """The group, if the actor may do `rule`."""
    identity.policy.require(actor, rule)
    return existing_group(tx, group_id)


def existing_group(tx: Tx, group_id: str) -> EndpointGroup:
    found = endpoint_groups.find(tx, group_id)
    if found is None:
        raise Missing("Endpoint Group", group_id)
    return found


def list_groups(tx: Tx, identity: Identity, actor: Actor, listing: Listing) -> list[EndpointGroup]:
    identity.policy.require(actor, "identity:list_endpoint_groups")
    return endpoint_groups.listed(tx, listing)


def list_endpoints_in_group(tx: Tx, identity: Identity, actor: Actor, group_id: str) -> list[Endpoint]:
    rule = "identity:list_endpoints_associated_with_endpoint_group"
    return endpoints_in(tx, find_group(tx, identity, actor, rule, group_id))
