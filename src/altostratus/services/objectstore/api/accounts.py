"""/v1/{account}"""

from altostratus.contracts.objectstore import Prefix, Usage
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.listing import (
    answer_listing,
    container_entry,
    read_listing,
    rendered,
    wanted_format,
)
from altostratus.services.objectstore.api.metadata import merged, read_metadata, shown
from altostratus.services.objectstore.api.request import Headers, SwiftRequest
from altostratus.services.objectstore.api.views import timestamp
from altostratus.services.objectstore.domain.access import is_reseller
from altostratus.services.objectstore.store.accounts import account_usage, change_account, ensure_account, find_account
from altostratus.services.objectstore.store.containers import list_containers
from altostratus.services.objectstore.store.moments import micros

NOBODYS_TO_SET = ("quota-bytes", "quota-count")
"""Metadata of an account that only resellers set."""


async def head_account(request: SwiftRequest) -> None:
    """204 with its totals; of an account that nobody has used yet, with none."""
    request.require_reader()
    headers = await request.store.db.read(lambda tx: _headers(tx, request))
    await request.answer(204, headers)


async def get_account(request: SwiftRequest) -> None:
    """The containers."""
    request.require_reader()
    kind, listing = wanted_format(request), read_listing(request, request.store.config.max_container_listing)
    account = request.path.account
    headers, found = await request.store.db.read(
        lambda tx: (_headers(tx, request), list_containers(tx, account, listing))
    )
    entries = [row if isinstance(row, Prefix) else container_entry(*row) for row in found]
    await answer_listing(
        request, headers, kind, lambda: rendered(kind, "account", account, "container", entries), not entries
    )


async def post_account(request: SwiftRequest) -> None:
    """Change its metadata."""
    request.require_owner()
    given = read_metadata("account", request.headers)
    if any(name in given for name in NOBODYS_TO_SET) and not is_reseller(request.actor):
        raise Forbidden()

    def change(tx: Tx) -> None:
        found = ensure_account(tx, request.path.account)
        change_account(tx, found.id, merged(found.meta, given), found.settings)

    await request.store.db.write(change)
    await request.answer(204)


def _headers(tx: Tx, request: SwiftRequest) -> Headers:
    found = find_account(tx, request.path.account)
    usage = account_usage(tx, found.id) if found else Usage(0, 0)
    created = found.created_at if found else micros(tx.now)
    headers = [
        ("x-account-container-count", str(usage.containers)),
        ("x-account-object-count", str(usage.objects)),
        ("x-account-bytes-used", str(usage.bytes)),
        ("x-timestamp", timestamp(created)),
        ("accept-ranges", "bytes"),
    ]
    return headers + (shown("account", found.meta, request.is_owner) if found else [])
