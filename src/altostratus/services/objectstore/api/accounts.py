"""/v1/{account}"""

from typing import Any

from altostratus.contracts.accounts import is_own, is_reseller
from altostratus.contracts.objectstore import Prefix, Usage
from altostratus.kernel.clock import micros
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
from altostratus.services.objectstore.api.views import POLICY, timestamp
from altostratus.services.objectstore.errors import Malformed
from altostratus.services.objectstore.store.accounts import account_usage, change_account, ensure_account, find_account
from altostratus.services.objectstore.store.containers import list_containers

QUOTAS = ("quota-bytes", "quota-count")
"""Metadata of an account that only resellers set, which is also X-Account-Quota-*."""


async def get_account(request: SwiftRequest) -> None:
    """The containers; HEAD has the totals alone, of an account that nobody has used yet as well."""
    request.require_reader()
    kind, listing = wanted_format(request), read_listing(request, request.store.config.max_container_listing)
    account, listed = request.path.account, request.method == "GET"

    def look(tx: Tx) -> tuple[bool, Headers, list[Any]]:
        found = list_containers(tx, account, listing) if listed else []
        return (find_account(tx, account) is not None, _headers(tx, request), found)

    used, headers, found = await request.store.db.read(look)
    entries = [row if isinstance(row, Prefix) else container_entry(*row) for row in found]
    if not listed and not used:
        await request.answer(200, [*headers, ("content-type", f"{kind}; charset=utf-8"), ("vary", "Accept")])
        return
    await answer_listing(
        request, headers, kind, lambda: rendered(kind, "account", account, "container", entries), not entries
    )


async def post_account(request: SwiftRequest) -> None:
    """Change its metadata."""
    request.require_owner()
    given = read_metadata("account", request.headers) | _quotas(request)
    if any(name in given for name in QUOTAS) and not is_reseller(request.actor):
        raise Forbidden()
    if any(given[name] and not (given[name].isascii() and given[name].isdigit()) for name in QUOTAS if name in given):
        raise Malformed("Invalid quota.")

    def change(tx: Tx) -> None:
        found = ensure_account(tx, request.path.account)
        change_account(tx, found.id, merged(found.meta, given), found.settings)

    await request.store.db.write(change)
    await request.answer(204)


def _quotas(request: SwiftRequest) -> dict[str, str]:
    """What X-Account-Quota-* says; '' takes one away."""
    found = {name: request.headers[f"x-account-{name}"] for name in QUOTAS if f"x-account-{name}" in request.headers}
    return {name: "" for name in QUOTAS if f"x-remove-account-{name}" in request.headers} | found


def _headers(tx: Tx, request: SwiftRequest) -> Headers:
    found = find_account(tx, request.path.account)
    usage = account_usage(tx, found.id) if found else Usage(0, 0)
    created = timestamp(found.created_at if found else micros(tx.now))
    headers = [
        ("x-account-container-count", str(usage.containers)),
        ("x-account-object-count", str(usage.objects)),
        ("x-account-bytes-used", str(usage.bytes)),
        ("x-timestamp", created),
        ("accept-ranges", "bytes"),
    ]
    if found is None:
        return [*headers, ("x-put-timestamp", created)]
    if usage.containers:  # all of them have the one storage policy
        headers += [(name.replace("x-account-", f"x-account-storage-policy-{POLICY}-"), n) for name, n in headers[:3]]
    if request.actor and request.actor.project_domain_id and is_own(request.actor, request.path.account):
        headers.append(("x-account-project-domain-id", request.actor.project_domain_id))
    quotas = [(f"x-account-{name}", str(found.meta[name])) for name in QUOTAS if name in found.meta]
    meta = {name: value for name, value in found.meta.items() if name != "quota-count"}
    return [*headers, *quotas, *shown("account", meta, request.is_owner)]
