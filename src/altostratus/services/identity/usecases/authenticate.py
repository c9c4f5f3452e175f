"""POST /v3/auth/tokens: find out who it is, then issue a token for the scope asked for.

Whatever is wrong with who or where answers the same 401 after the same work, so that nobody learns which users,
projects or domains there are.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import UNSCOPED, Claims, Scope, ScopeKind, audit_text
from altostratus.services.identity.domain.login import Login, Reference, ScopeWish
from altostratus.services.identity.domain.nouns import Project, User
from altostratus.services.identity.domain.passwords import password_matches
from altostratus.services.identity.domain.session import Session
from altostratus.services.identity.errors import BadMethod, Missing
from altostratus.services.identity.store.records import projects, users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.open_session import enter
from altostratus.services.identity.usecases.validate_token import session_for

NOBODY = Actor(user_id="")


@dataclass(frozen=True, slots=True)
class Proof:
    """Who it is, by which methods; `first` is the token it was proved with, if any."""

    user: User
    methods: tuple[str, ...]
    first: Claims | None = None


async def authenticate(identity: Identity, login: Login) -> Session:
    """A new session; its token is `identity.keys.seal(session.claims)`."""
    proof = await _prove(identity, login)
    session = await identity.db.write(lambda tx: issue(tx, identity, proof, login.scope))
    if session is None:
        raise Unauthorized()
    return session


async def _prove(identity: Identity, login: Login) -> Proof:
    if set(login.methods) - {"password", "token"}:
        raise BadMethod()
    proof = None
    if "token" in login.methods:
        proof = await _prove_by_token(identity, login.token)
    if "password" in login.methods:
        user = await prove_by_password(identity, login.user, login.password)
        if proof and proof.user.id != user.id:
            raise Unauthorized()
        proof = proof or Proof(user, ("password",))
    if proof is None:
        raise Unauthorized()
    return proof


async def _prove_by_token(identity: Identity, token: str) -> Proof:
    session = await session_for(identity, token)
    if session is None:
        raise Missing("token", "it is not valid")
    methods = tuple(dict.fromkeys((*session.claims.methods, "token")))
    return Proof(session.user, methods, session.claims)


async def prove_by_password(identity: Identity, who: Reference, password: str) -> User:
    """The user with this password; Unauthorized after one hash, whatever is wrong."""
    user = await identity.db.read(lambda tx: find_user(tx, who))
    matches = await identity.hash(password_matches, user.password_hash if user else None, password)
    if user and matches and await identity.db.read(lambda tx: _may_log_in(tx, user)):
        return user
    await identity.db.write(lambda tx: _record_failure(tx, user))
    raise Unauthorized()


def find_user(tx: Tx, who: Reference) -> User | None:
    if who.name is None:
        return users.find(tx, who.id or "")
    domain = _find_domain(tx, who.domain or Reference())
    return users.find_by(tx, domain_id=domain.id, name=who.name) if domain else None


def _may_log_in(tx: Tx, user: User) -> bool:
    domain = projects.find(tx, user.domain_id)
    expires = user.password_expires_at
    current = expires is None or expires > tx.now or bool(user.options.get("ignore_password_expiry"))
    return user.enabled and domain is not None and domain.enabled and current


def _record_failure(tx: Tx, user: User | None) -> None:
    # What was typed as a name is not kept: it may be a password.
    events.record(tx, NOBODY, "identity.authenticate", user.id if user else "", outcome="failure")


def issue(tx: Tx, identity: Identity, proof: Proof, wish: ScopeWish | None) -> Session | None:
    """The session in the scope wished for, in the default project, or unscoped; None when it may not be."""
    user = users.find(tx, proof.user.id)
    if user is None or user.epoch != proof.user.epoch:
        return None
    claims = _claims(tx, identity, proof, user)
    session = _default_session(tx, claims, user) if wish is None else _wished_session(tx, claims, user, wish)
    if session:
        _record_success(tx, session)
    return session


def _default_session(tx: Tx, claims: Claims, user: User) -> Session | None:
    """In the user's default project if it has one and may be there, else unscoped."""
    project = projects.find(tx, user.default_project_id) if user.default_project_id else None
    scoped = _in_scope(tx, claims, user, ScopeKind.PROJECT, project) if project else None
    return scoped or enter(tx, claims, user)


def _wished_session(tx: Tx, claims: Claims, user: User, wish: ScopeWish) -> Session | None:
    if wish.kind in (ScopeKind.UNSCOPED, ScopeKind.SYSTEM):
        return enter(tx, _scoped(claims, Scope(wish.kind), 0), user)
    find = _find_project if wish.kind is ScopeKind.PROJECT else _find_domain
    return _in_scope(tx, claims, user, wish.kind, find(tx, wish.what))


def _in_scope(tx: Tx, claims: Claims, user: User, kind: ScopeKind, project: Project | None) -> Session | None:
    if project is None:
        return None
    return enter(tx, _scoped(claims, Scope(kind, project.id), project.epoch), user)


def _find_project(tx: Tx, what: Reference) -> Project | None:
    if what.name is None:
        return projects.find(tx, what.id or "")
    domain = _find_domain(tx, what.domain or Reference())
    return projects.find_by(tx, name_scope=domain.id, name=what.name) if domain else None


def _find_domain(tx: Tx, what: Reference) -> Project | None:
    if what.name is not None:
        return projects.find_by(tx, name_scope="", name=what.name)
    found = projects.find(tx, what.id or "")
    return found if found and found.is_domain else None


def _claims(tx: Tx, identity: Identity, proof: Proof, user: User) -> Claims:
    """A token got with a token ends when that one does."""
    audit = audit_text(tx.entropy.getrandbits(128).to_bytes(16, "big"))
    first = proof.first
    return Claims(
        user_id=user.id,
        methods=proof.methods,
        scope=UNSCOPED,
        audit_ids=(audit, first.audit_ids[-1]) if first else (audit,),
        issued_at=_to_second(tx.now),
        expires_at=first.expires_at
        if first
        else _to_second(tx.now) + timedelta(seconds=identity.config.token_lifetime),
        user_epoch=user.epoch,
        scope_epoch=0,
    )


def _scoped(claims: Claims, scope: Scope, epoch: int) -> Claims:
    return replace(claims, scope=scope, scope_epoch=epoch)


def _to_second(moment: datetime) -> datetime:
    """Keystone's tokens know whole seconds; clients compare the two times as text."""
    return moment.replace(microsecond=0)


def _record_success(tx: Tx, session: Session) -> None:
    scope = session.claims.scope
    actor = Actor(user_id=session.user.id, project_id=scope.id if scope.kind is ScopeKind.PROJECT else None)
    events.record(tx, actor, "identity.authenticate", session.user.id, outcome="success")
