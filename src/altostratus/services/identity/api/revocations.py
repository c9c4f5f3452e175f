"""/v3/OS-REVOKE/events, and ending all of a user's tokens."""

from datetime import UTC, datetime

from litestar import delete, get
from litestar.params import FromPath

from altostratus.kernel.errors import BadRequest, Forbidden
from altostratus.services.identity.api import IdentityCall, views
from altostratus.services.identity.usecases.find_revocations import list_revocations
from altostratus.services.identity.usecases.revoke_user_tokens import revoke_user_tokens


@get("/OS-REVOKE/events", query=("since",))
async def get_revocations(request: IdentityCall) -> views.View:
    identity, actor, since = request.identity, request.actor, _since(request.query_params.get("since"))
    found = await identity.db.read(lambda tx: list_revocations(tx, identity, actor, since))
    links = {"next": None, "self": f"{request.base}/OS-REVOKE/events", "previous": None}
    return {"events": [views.revocation(one) for one in found], "links": links}


@get("/auth/tokens/OS-PKI/revoked")
async def get_revoked_pki(request: IdentityCall) -> None:
    """There are no such tokens any more; Keystone answers the same to everyone."""
    raise Forbidden()


@delete("/users/{user_id:str}/tokens")
async def delete_user_tokens(request: IdentityCall, user_id: FromPath[str]) -> None:
    identity, actor = request.identity, request.actor
    await identity.change(lambda tx: revoke_user_tokens(tx, identity, actor, user_id))


def _since(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a zone's plus that was not escaped
    except ValueError as error:
        raise BadRequest(f"invalidate date format {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
