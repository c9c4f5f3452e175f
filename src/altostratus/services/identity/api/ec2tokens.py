"""/v3/ec2tokens and /v3/s3tokens: what other services ask when a client signed its request to them."""

from typing import Any

from litestar import Response, post
from msgspec import UNSET

from altostratus.kernel.errors import BadRequest, Unauthorized
from altostratus.services.identity.api import IdentityCall, checked, schemas
from altostratus.services.identity.api.auth import SUBJECT, token_body
from altostratus.services.identity.domain.session import Session
from altostratus.services.identity.domain.signatures import Check, SignedRequest, is_signed, is_signed_for_s3
from altostratus.services.identity.usecases.prove_by_signature import authenticate_signed, require_service


@post("/ec2tokens", body=schemas.SignatureBody, status_code=200)
async def post_ec2token(request: IdentityCall) -> Response[Any]:
    require_service(request.identity, request.actor, "ec2tokens")
    token, session = await _log_in(request, is_signed)
    return Response(await token_body(request, session), headers={SUBJECT: token})


@post("/s3tokens", body=schemas.SignatureBody, status_code=200)
async def post_s3token(request: IdentityCall) -> Response[Any]:
    """The service learns who it is, and gets no token to act with."""
    require_service(request.identity, request.actor, "s3tokens")
    _, session = await _log_in(request, is_signed_for_s3)
    return Response(await token_body(request, session))


async def _log_in(request: IdentityCall, check: Check) -> tuple[str, Session]:
    return await authenticate_signed(request.identity, await _signed(request), check)


async def _signed(request: IdentityCall) -> SignedRequest:
    document = await request.document()
    if not document:
        raise BadRequest("request must include a request body")
    body = checked(document, schemas.SignatureBody)
    said = body.credentials or body.credential or body.ec2
    if said is None or said.access is UNSET:
        raise Unauthorized()
    return SignedRequest(
        access=said.access,
        signature=said.signature or "",
        verb=said.verb or "",
        host=said.host or "",
        path=said.path or "",
        params={name: str(value) for name, value in (said.params or {}).items()},
        headers={name.lower().strip(): str(value).strip() for name, value in (said.headers or {}).items()},
        body_hash=said.body_hash or "",
        token=said.token or "",
    )
