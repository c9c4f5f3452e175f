"""Who may do what in a whole account."""

from dataclasses import replace

import pytest

from altostratus.contracts.accounts import is_reseller, owns, reads_all
from altostratus.kernel.actor import Actor

MINE = "AUTH_mine"
SOMEBODY = Actor("u1", "una", project_id="p1", project_name="pine", project_domain_id="default")


def mine(*roles: str) -> Actor:
    return Actor("u2", project_id="mine", project_domain_id="default", roles=frozenset(roles))


@pytest.mark.parametrize(
    ("actor", "owner", "reader"),
    [
        (None, False, False),
        (mine("member"), True, True),
        (mine("Admin"), True, True),
        (mine("reader"), False, True),
        (mine("guest"), False, False),
        (mine(), False, False),
        (replace(SOMEBODY, roles=frozenset({"member", "reader", "admin"})), False, False),
        (replace(SOMEBODY, roles=frozenset({"ResellerAdmin"})), True, True),
        (replace(SOMEBODY, project_id=None, roles=frozenset({"admin"})), False, False),
    ],
)
def test_owners_and_readers(actor: Actor | None, owner: bool, reader: bool) -> None:
    assert (owns(actor, MINE), reads_all(actor, MINE)) == (owner, reader)


def test_an_account_without_a_project_is_nobodys() -> None:
    assert not owns(Actor("u", roles=frozenset({"admin"})), "AUTH_")
    assert not is_reseller(None)
