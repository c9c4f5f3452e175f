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
from altostratus.services.identity.usecases.validate_token import keep_actor, session_for

NOBODY = Actor(user_id="")


@dataclass(frozen=True, slots=True)
class Proof:
    """Who it is, by which methods; `first` is the token it was proved with, if any."""

    user: User
    methods: tuple[str, ...]
    first: Claims | None = None


async def authenticate(identity: Identity, login: Login) -> tuple[str, Session]:
    """A new token and its session, which is kept in memory: most tokens are used at once."""
    proof = await _prove(identity, login)
    generation, session = await identity.db.write(
        lambda tx: (identity.generation_in(tx), issue(tx, identity, proof, login.scope))
    )
    if session is None:
        raise Unauthorized()
    token = identity.keys.seal(session.claims)
    keep_actor(identity, token, generation, session)
    return token, session


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
    user, may_log_in = await identity.db.read(lambda tx: _find_login(tx, who))
    matches = await identity.hash(password_matches, user.password_hash if user else None, password)
    if user and matches and may_log_in:
        return user
    await identity.db.write(lambda tx: _record_failure(tx, user))
    raise Unauthorized()


def _find_login(tx: Tx, who: Reference) -> tuple[User | None, bool]:
    """The user, and whether it may log in; the same work where there is no such user."""
    user = find_user(tx, who)
    domain = projects.find(tx, user.domain_id if user else "")
    return user, user is not None and domain is not None and domain.enabled and _may_log_in(tx, user)


def find_user(tx: Tx, who: Reference) -> User | None:
    if who.name is None:
        return users.find(tx, who.id or "")
    domain = _find_domain(tx, who.domain or Reference())
    return users.find_by(tx, domain_id=domain.id, name=who.name) if domain else None


def _may_log_in(tx: Tx, user: User) -> bool:
    expires = user.password_expires_at
    current = expires is None or expires > tx.now or bool(user.options.get("ignore_password_expiry"))
    return user.enabled and current


def _record_failure(tx: Tx, user: User | None) -> None:
    # What was typed as a name is not kept: it may be a password.
    events.record(tx, NOBODY, "identity.authenticate", user.id if user else "", outcome="failure")


def issue(tx: Tx, identity: Identity, proof: Proof, wish: ScopeWish | None) -> Session | None:
    """The session in the scope wished for, in the default project, or unscoped; None when it may not be."""
    claims = _claims(tx, identity, proof)
    session = _default_session(tx, claims, proof.user) if wish is None else _wished_session(tx, claims, wish)
    if session is None or session.user.epoch != proof.user.epoch:
        return None
    user_epoch, scope_epoch = session.epochs
    _record_success(tx, session)
    return replace(session, claims=replace(session.claims, user_epoch=user_epoch, scope_epoch=scope_epoch))


def _default_session(tx: Tx, claims: Claims, user: User) -> Session | None:
    """In the user's default project if it has one and may be there, else unscoped."""
    project_id = user.default_project_id
    scoped = enter(tx, replace(claims, scope=Scope(ScopeKind.PROJECT, project_id))) if project_id else None
    return scoped or enter(tx, claims)


def _wished_session(tx: Tx, claims: Claims, wish: ScopeWish) -> Session | None:
    scope = _wished_scope(tx, wish)
    return enter(tx, replace(claims, scope=scope)) if scope else None


def _wished_scope(tx: Tx, wish: ScopeWish) -> Scope | None:
    """What is asked for by name is looked up; an id is looked at when the scope is entered."""
    if wish.what.name is None:
        return Scope(wish.kind, wish.what.id or "")
    find = _find_project if wish.kind is ScopeKind.PROJECT else _find_domain
    found = find(tx, wish.what)
    return Scope(wish.kind, found.id) if found else None


def _find_project(tx: Tx, what: Reference) -> Project | None:
    domain = _find_domain(tx, what.domain or Reference())
    return projects.find_by(tx, name_scope=domain.id, name=what.name) if domain else None


def _find_domain(tx: Tx, what: Reference) -> Project | None:
    if what.name is not None:
        return projects.find_by(tx, name_scope="", name=what.name)
    found = projects.find(tx, what.id or "")
    return found if found and found.is_domain else None


def _claims(tx: Tx, identity: Identity, proof: Proof) -> Claims:
    """Unscoped ones, of no epoch yet; a token got with a token ends when that one does."""
    audit = audit_text(tx.entropy.getrandbits(128).to_bytes(16, "big"))
    first = proof.first
    return Claims(
        user_id=proof.user.id,
        methods=proof.methods,
        scope=UNSCOPED,
        audit_ids=(audit, first.audit_ids[-1]) if first else (audit,),
        issued_at=_to_second(tx.now),
        expires_at=first.expires_at
        if first
        else _to_second(tx.now) + timedelta(seconds=identity.config.token_lifetime),
        user_epoch=0,
        scope_epoch=0,
    )


def _to_second(moment: datetime) -> datetime:
    """Keystone's tokens know whole seconds; clients compare the two times as text."""
    return moment.replace(microsecond=0)


def _record_success(tx: Tx, session: Session) -> None:
    scope = session.claims.scope
    actor = Actor(user_id=session.user.id, project_id=scope.id if scope.kind is ScopeKind.PROJECT else None)
    events.record(tx, actor, "identity.authenticate", session.user.id, outcome="success")
