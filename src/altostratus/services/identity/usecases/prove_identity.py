"""Who somebody is, by each of the methods of POST /v3/auth/tokens.

Whatever is wrong answers the same 401 after the same work, so that nobody learns which users there are.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import (
    ON_ITS_OWN,
    Claims,
    Delegation,
    DelegationKind,
    Scope,
    ScopeKind,
)
from altostratus.services.identity.domain.login import CredentialLogin, Login, Reference
from altostratus.services.identity.domain.nouns import ApplicationCredential, Project, User
from altostratus.services.identity.domain.passwords import password_matches
from altostratus.services.identity.errors import BadMethod, Missing, NotWithDelegation
from altostratus.services.identity.store.application_credentials import find_live_credential
from altostratus.services.identity.store.records import application_credentials, projects, users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.validate_token import session_for

NOBODY = Actor(user_id="")


@dataclass(frozen=True, slots=True)
class Proof:
    """Who it is, by which methods; `first` is the token it was proved with, if any. A `delegation` has a scope of its
    own, and no other can be asked for."""

    user: User
    methods: tuple[str, ...]
    first: Claims | None = None
    delegation: Delegation = ON_ITS_OWN
    scope: Scope | None = None


async def prove_identity(identity: Identity, login: Login) -> Proof:
    """By all the methods of the login, which must agree on who it is."""
    if not login.methods or set(login.methods) - _METHODS.keys():
        raise BadMethod()
    first, *more = [await _METHODS[method](identity, login) for method in sorted(login.methods, key=_ORDER.index)]
    for proof in more:
        if proof.user.id != first.user.id:
            raise Unauthorized()
        first = replace(first, methods=tuple(dict.fromkeys((*first.methods, *proof.methods))))
    return first


async def _prove_by_token(identity: Identity, login: Login) -> Proof:
    session = await session_for(identity, login.token)
    if session is None:
        raise Missing("token", "it is not valid")
    if session.claims.delegation.kind:
        raise NotWithDelegation()
    methods = tuple(dict.fromkeys((*session.claims.methods, "token")))
    return Proof(session.user, methods, session.claims)


async def _prove_by_password(identity: Identity, login: Login) -> Proof:
    return Proof(await prove_by_password(identity, login.user, login.password), ("password",))


async def _prove_by_application_credential(identity: Identity, login: Login) -> Proof:
    wanted = login.application_credential
    credential, user = await identity.db.read(lambda tx: _find_credential(tx, wanted))
    matches = await identity.hash(password_matches, credential.secret_hash if credential else None, wanted.secret)
    if not (credential and user and matches):
        await identity.db.write(lambda tx: record_failure(tx, user))
        raise Unauthorized()
    delegation = Delegation(DelegationKind.APPLICATION_CREDENTIAL, credential.id)
    scope = Scope(ScopeKind.PROJECT, credential.project_id)
    return Proof(user, ("application_credential",), delegation=delegation, scope=scope)


def _find_credential(tx: Tx, wanted: CredentialLogin) -> tuple[ApplicationCredential | None, User | None]:
    """The same work where there is none."""
    if wanted.id is not None:
        found = find_live_credential(tx, wanted.id)
        return found, users.find(tx, found.user_id if found else "")
    user = find_user(tx, wanted.user)
    named = application_credentials.find_by(tx, user_id=user.id if user else "", name=wanted.name or "")
    return (find_live_credential(tx, named.id) if named else None), user


_METHODS: Mapping[str, Callable[[Identity, Login], Awaitable[Proof]]] = {
    "token": _prove_by_token,
    "application_credential": _prove_by_application_credential,
    "password": _prove_by_password,
}
_ORDER = list(_METHODS)
"""What limits the new token (an older one's end, a delegation) comes first."""


async def prove_by_password(identity: Identity, who: Reference, password: str) -> User:
    """The user with this password; Unauthorized after one hash, whatever is wrong."""
    user, may_log_in = await identity.db.read(lambda tx: _find_login(tx, who))
    matches = await identity.hash(password_matches, user.password_hash if user else None, password)
    if user and matches and may_log_in:
        return user
    await identity.db.write(lambda tx: record_failure(tx, user))
    raise Unauthorized()


def _find_login(tx: Tx, who: Reference) -> tuple[User | None, bool]:
    """The user, and whether it may log in; the same work where there is no such user."""
    user = find_user(tx, who)
    domain = projects.find(tx, user.domain_id if user else "")
    return user, user is not None and domain is not None and domain.enabled and _may_log_in(tx, user)


def find_user(tx: Tx, who: Reference) -> User | None:
    """By id, or by name in a domain."""
    if who.name is None:
        return users.find(tx, who.id or "")
    domain = find_domain(tx, who.domain or Reference())
    return users.find_by(tx, domain_id=domain.id, name=who.name) if domain else None


def find_domain(tx: Tx, what: Reference) -> Project | None:
    """By id or by name."""
    if what.name is not None:
        return projects.find_by(tx, name_scope="", name=what.name)
    found = projects.find(tx, what.id or "")
    return found if found and found.is_domain else None


def _may_log_in(tx: Tx, user: User) -> bool:
    expires = user.password_expires_at
    current = expires is None or expires > tx.now or bool(user.options.get("ignore_password_expiry"))
    return user.enabled and current


def record_failure(tx: Tx, user: User | None) -> None:
    """Somebody could not prove to be this user."""
    # What was typed as a name is not kept: it may be a password.
    events.record(tx, NOBODY, "identity.authenticate", user.id if user else "", outcome="failure")
