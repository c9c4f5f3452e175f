"""POST /v3/auth/tokens: find out who it is, then issue a token for the scope asked for, or a receipt."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from altostratus.kernel.db import NeedsDatabase
from altostratus.kernel.errors import Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import (
    UNSCOPED,
    Claims,
    Delegation,
    DelegationKind,
    Scope,
    ScopeKind,
    audit_text,
)
from altostratus.services.identity.domain.factors import Receipt, suffices
from altostratus.services.identity.domain.login import Login, Reference, ScopeWish
from altostratus.services.identity.domain.nouns import Project, User
from altostratus.services.identity.domain.session import Session
from altostratus.services.identity.errors import METHODS, Missing, Refused
from altostratus.services.identity.store.holders import find_holder
from altostratus.services.identity.store.records import projects, users
from altostratus.services.identity.store.references import find_domain
from altostratus.services.identity.store.revocations import is_revoked
from altostratus.services.identity.store.trusts import consume_use, find_usable_trust
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.issue_receipt import issue_receipt
from altostratus.services.identity.usecases.open_session import enter
from altostratus.services.identity.usecases.prove_by_password import are_active, record_failure, settle
from altostratus.services.identity.usecases.prove_identity import Proof, prove_identity
from altostratus.services.identity.usecases.validate_token import remember


async def authenticate(identity: Identity, login: Login) -> tuple[str, Session] | Receipt:
    """A new token and its session, which is kept in memory: most tokens are used at once. A receipt where the user has
    to log in with more methods."""
    proof = await prove_identity(identity, login)
    if not suffices(proof.methods, proof.user.options, METHODS):
        return await issue_receipt(identity, proof)
    return await issue_token(identity, proof, login.scope)


async def issue_token(identity: Identity, proof: Proof, wish: ScopeWish | None) -> tuple[str, Session]:
    """Unauthorized where whoever proved to be somebody may not be in the scope wished for; Refused or Missing where a
    trust does not let it."""
    try:
        generation, session = await session_of(identity, proof, wish)
    except (Refused, Missing):
        record_failure(identity, proof.user, "not allowed by this trust")
        raise
    if session is None:
        record_failure(identity, proof.user, "not allowed in this scope")
        raise Unauthorized()
    token = identity.keys.seal(session.claims)
    remember(identity, token, generation, session)
    user_id, project_id = session.user.id, session.project_id
    identity.journal.record("identity.authenticate", user_id, user_id=user_id, project_id=project_id, outcome="success")
    if proof.scope is None and wish is not None and wish.trust_id is None:
        identity.memory.scopes.keep(wish, generation, session.claims.scope)
    return token, session


async def session_of(identity: Identity, proof: Proof, wish: ScopeWish | None) -> tuple[int, Session | None]:
    """What whoever has proved to be somebody may do in a scope, if it may be there, and the generation of that. Most
    logins change nothing: they wait neither for other changes nor for a disk that is full, and those of users
    that are in memory not even for the database."""

    def issue(tx: Tx) -> tuple[int, Session | None]:
        return _issue(tx, identity, proof, wish)

    try:
        return identity.db.without(issue)
    except NeedsDatabase:
        return await (identity.db.write(issue) if _changes_something(proof, wish) else identity.db.read(issue))


def _changes_something(proof: Proof, wish: ScopeWish | None) -> bool:
    """A password that is to be settled, or a use of a trust."""
    return proof.checked is not None or (wish is not None and wish.trust_id is not None)


def _issue(tx: Tx, identity: Identity, proof: Proof, wish: ScopeWish | None) -> tuple[int, Session | None]:
    """The session in the scope wished for, in the default project, or unscoped; None when it may not be. And the
    generation that it was found in."""
    identity.current_keys(tx)
    generation = identity.generation_in(tx)
    if proof.first and proof.generation != generation and is_revoked(tx, proof.first):
        return generation, None
    session = _Entrance(tx, identity, generation, _claims(tx, identity, proof)).enter(proof, wish)
    if session is None or not _may_have(tx, identity, session, proof):
        return generation, None
    if session.trust and proof.scope is None:
        consume_use(tx, session.trust.id)
    user_epoch, scope_epoch = session.epochs
    ends = _to_second(session.ends_at)
    claims = session.claims._replace(user_epoch=user_epoch, scope_epoch=scope_epoch, expires_at=ends)
    return generation, session._replace(claims=claims)


def _may_have(tx: Tx, identity: Identity, session: Session, proof: Proof) -> bool:
    """Whether what was proved is so now, in this transaction."""
    if not are_active(tx, identity, proof.user.id, session.user.id):
        return False
    return _is_unchanged(tx, session, proof.user) and (proof.checked is None or settle(tx, identity, proof.checked))


def _is_unchanged(tx: Tx, session: Session, proved: User) -> bool:
    """Whether nothing has ended the user's tokens since it proved who it is. With a trust others' epochs count too."""
    if session.trust is None:
        return session.user_epoch == proved.epoch
    user = users.find(tx, proved.id)
    return user is not None and user.epoch == proved.epoch


@dataclass(frozen=True, slots=True)
class _Entrance:
    """Where somebody may go in, as one transaction sees it. `claims` are those of a token without a scope."""

    tx: Tx
    identity: Identity
    generation: int
    claims: Claims

    def enter(self, proof: Proof, wish: ScopeWish | None) -> Session | None:
        if proof.scope is not None:
            return self._into(proof.scope)
        if wish is None:
            return self._by_default(proof.user)
        if wish.trust_id is not None:
            return self._by_trust(wish.trust_id)
        scope = self.identity.memory.scopes.get(wish, self.generation) or _wished_scope(self.tx, wish)
        return self._into(scope) if scope else None

    def _into(self, scope: Scope, delegation: Delegation | None = None) -> Session | None:
        claims = self.claims._replace(scope=scope, delegation=delegation or self.claims.delegation)
        return enter(self.tx, self.identity, self.generation, claims)

    def _by_default(self, user: User) -> Session | None:
        """In the user's default project if it has one and may be there, else unscoped."""
        project_id = user.default_project_id
        return (self._into(Scope(ScopeKind.PROJECT, project_id)) if project_id else None) or self._into(UNSCOPED)

    def _by_trust(self, trust_id: str) -> Session | None:
        """In the trust's project. None when there is no such trust (any more), or one may not be in its project."""
        trust = find_usable_trust(self.tx, trust_id)
        if trust is None:
            return None
        scope = Scope(ScopeKind.PROJECT, trust.project_id or "")
        holder = find_holder(self.tx, self.claims._replace(scope=scope))
        if holder is None or not holder.enabled:
            return None
        if trust.trustee_user_id != self.claims.user_id:
            raise Refused("User is not a trustee")
        if holder.target is None:
            raise Missing("project", "None")
        session = self._into(scope, Delegation(DelegationKind.TRUST, trust.id))
        if session is None:
            raise Refused("Someone whom the trust names is disabled, or its trustor has lost a role that it passes on")
        return session


def _wished_scope(tx: Tx, wish: ScopeWish) -> Scope | None:
    """What is asked for by name is looked up; an id is looked at when the scope is entered."""
    if wish.what.name is None:
        return Scope(wish.kind, wish.what.id or "")
    find = _find_project if wish.kind is ScopeKind.PROJECT else find_domain
    found = find(tx, wish.what)
    return Scope(wish.kind, found.id) if found else None


def _find_project(tx: Tx, what: Reference) -> Project | None:
    domain = find_domain(tx, what.domain or Reference())
    return projects.find_by(tx, name_scope=domain.id, name=what.name) if domain else None


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
        delegation=proof.delegation,
    )


def _to_second(moment: datetime) -> datetime:
    """Keystone's tokens know whole seconds; clients compare the two times as text."""
    return moment.replace(microsecond=0)
