"""/v3/auth: tokens, and what a token may reach."""

from typing import Any

from litestar import Router, delete, get, post
from msgspec import UNSET, Raw, UnsetType

from altostratus.kernel.errors import BadRequest
from altostratus.kernel.http.call import direct
from altostratus.kernel.http.edge import Rendered, json_response
from altostratus.services.identity.api import VARY, IdentityCall, checked, schemas, views
from altostratus.services.identity.domain.claims import SYSTEM, ScopeKind
from altostratus.services.identity.domain.factors import Receipt
from altostratus.services.identity.domain.login import CredentialLogin, Login, Reference, ScopeWish
from altostratus.services.identity.domain.session import Session
from altostratus.services.identity.errors import Expecting, NotAllowed
from altostratus.services.identity.store.access import granted_roles, reachable
from altostratus.services.identity.store.tags import with_tags
from altostratus.services.identity.usecases.authenticate import authenticate
from altostratus.services.identity.usecases.offer_catalog import offer_catalog
from altostratus.services.identity.usecases.revoke_token import revoke_token
from altostratus.services.identity.usecases.show_token import show_token

SUBJECT = "x-subject-token"
ACCESS_RULES = "openstack-identity-access-rules"
RECEIPT = "openstack-auth-receipt"


@post("/tokens", body=schemas.AuthBody)
async def post_token(request: IdentityCall) -> Rendered:
    login = _login(await request.document())
    login = login._replace(client=request.context.client, receipt=request.context.asked.get(RECEIPT, ""))
    answer = await authenticate(request.identity, login)
    if isinstance(answer, Receipt):
        return json_response(401, views.receipt(answer), VARY, (RECEIPT, answer.id))
    token, session = answer
    return json_response(201, await token_body(request, session), VARY, (SUBJECT, token))


@get("/tokens")
async def get_token(request: IdentityCall) -> Rendered:
    token = request.context.asked.get(SUBJECT, "")
    generation = await request.identity.generation()
    heeds = _heeds_access_rules(request)
    session = await show_token(request.identity, request.actor, token, generation, heeds)
    return json_response(200, await token_body(request, session, generation), VARY, (SUBJECT, token))


def _heeds_access_rules(request: IdentityCall) -> bool:
    """Whether the client says that it knows version 1.0 of them."""
    try:
        return float(request.context.asked.get(ACCESS_RULES, "")) >= 1.0
    except ValueError:
        return False


@delete("/tokens", status_code=204)
async def delete_token(request: IdentityCall) -> None:
    await revoke_token(request.identity, request.actor, request.context.asked.get(SUBJECT, ""))


@get("/catalog")
async def get_catalog(request: IdentityCall) -> views.View:
    actor, identity = request.actor, request.identity
    if actor.project_id is None:
        raise NotAllowed()
    found = await offer_catalog(identity, await identity.generation(), actor.user_id, actor.project_id)
    return {"catalog": Raw(found), "links": {"self": f"{request.base}/auth/catalog"}}


@get("/projects")
async def get_projects(request: IdentityCall) -> views.View:
    user_id = request.actor.user_id
    found = await request.identity.db.read(lambda tx: with_tags(tx, reachable(tx, user_id, "project")))
    return request.collection("projects", found, lambda row: views.project(*row, request.base))


@get("/domains")
async def get_domains(request: IdentityCall) -> views.View:
    user_id = request.actor.user_id
    found = await request.identity.db.read(lambda tx: with_tags(tx, reachable(tx, user_id, "domain")))
    return request.collection("domains", found, lambda row: views.domain(*row, request.base))


@get("/system")
async def get_system(request: IdentityCall) -> views.View:
    user_id = request.actor.user_id
    roles = await request.identity.db.read(lambda tx: granted_roles(tx, user_id, SYSTEM))
    return {"system": [{"all": True}] if roles else [], "links": {"self": f"{request.base}/auth/system"}}


async def token_body(request: IdentityCall, session: Session, generation: int | None = None) -> views.View:
    """The token with its catalog, unless the client wants none or it has no scope; as of this generation or later, by
    default of the one that is now."""
    if session.scope is ScopeKind.UNSCOPED or "nocatalog" in request.query_params:
        return views.token(session, None)
    # the URLs of a trust's token are its trustor's, even where the trustee acts in its own name
    user_id = session.trust.trustor_user_id if session.trust else session.user.id
    now = await request.identity.generation() if generation is None else generation
    return views.token(session, Raw(await offer_catalog(request.identity, now, user_id, session.project_id)))


def _login(document: dict[str, Any]) -> Login:
    if document.get("auth") is None:
        raise Expecting("auth", "request body")
    auth = checked(document, schemas.AuthBody).auth
    methods = tuple(dict.fromkeys(auth.identity.methods))
    for method in methods:  # what is said of one is missed even where it is not offered
        if method not in document["auth"]["identity"]:
            raise Expecting(method, "identity")
    user, password = _password(auth.identity) if "password" in methods else (Reference(), "")
    token = _token(auth.identity) if "token" in methods else ""
    if "application_credential" not in methods:
        return Login(methods, _scope(auth.scope), user, password, token)
    scope = None if auth.scope is UNSET else ScopeWish(ScopeKind.UNSCOPED)  # any is refused, whatever it says
    return Login(methods, scope, user, password, token, _application_credential(auth.identity))


def _password(identity: schemas.Methods) -> tuple[Reference, str]:
    if isinstance(identity.password, UnsetType):
        raise Expecting("password", "identity")
    user = identity.password.user
    if isinstance(user, UnsetType):
        raise Expecting("user", "password")
    return _within_domain(user, "identity/password/user", "user"), user.password


def _token(identity: schemas.Methods) -> str:
    if isinstance(identity.token, UnsetType):
        raise Expecting("token", "identity")
    return identity.token.id


def _application_credential(identity: schemas.Methods) -> CredentialLogin:
    given = identity.application_credential
    if isinstance(given, UnsetType):
        raise Expecting("application_credential", "identity")
    secret = given.secret or ""
    if not isinstance(given.id, UnsetType):
        return CredentialLogin(id=given.id, secret=secret)
    if isinstance(given.name, UnsetType):
        raise Expecting("name or ID", "application credential")
    if isinstance(given.user, UnsetType):
        raise Expecting("user", "application credential")
    user = _within_domain(given.user, "identity/application_credential/user", "user")
    return CredentialLogin(name=given.name, user=user, secret=secret)


def _scope(scope: schemas.ScopeBody | str | UnsetType) -> ScopeWish | None:
    if isinstance(scope, UnsetType):
        return None
    if scope == "unscoped":
        return ScopeWish(ScopeKind.UNSCOPED)
    if isinstance(scope, str) or [getattr(scope, kind) is UNSET for kind in scope.__struct_fields__].count(False) != 1:
        raise Expecting("system, project, domain, OS-TRUST:trust or unscoped", "scope")
    if not isinstance(scope.project, UnsetType):
        return ScopeWish(ScopeKind.PROJECT, _within_domain(scope.project, "scope/project", "project"))
    if not isinstance(scope.domain, UnsetType):
        return ScopeWish(ScopeKind.DOMAIN, _reference(scope.domain, "scope/domain"))
    if not isinstance(scope.trust, UnsetType):
        return ScopeWish(ScopeKind.PROJECT, trust_id=scope.trust.id)
    return ScopeWish(ScopeKind.UNSCOPED if scope.system is UNSET else ScopeKind.SYSTEM)


def _within_domain(given: schemas.PasswordUser | schemas.ProjectReference, where: str, noun: str) -> Reference:
    found = _reference(given, where)
    domain = None if isinstance(given.domain, UnsetType) else _reference(given.domain, f"{where}/domain")
    if found.name is None:
        return found
    if domain is None:
        raise Expecting("domain", noun)
    return found._replace(domain=domain)


def _reference(given: Any, where: str) -> Reference:
    """By name, if one is said. An id beside it counts for nothing and is left out, so that nobody passes for many by it
    where wrong passwords are counted."""
    if given.id is UNSET and given.name is UNSET:
        raise BadRequest(f"Invalid input for field {where}: id or name must be present.")
    return Reference(id=given.id) if given.name is UNSET else Reference(name=given.name)


DIRECT = {
    ("POST", "/v3/auth/tokens"): direct(post_token, IdentityCall),
    ("GET", "/v3/auth/tokens"): direct(get_token, IdentityCall),
}
ROUTER = Router(
    "/auth", route_handlers=[post_token, get_token, delete_token, get_catalog, get_projects, get_domains, get_system]
)
