"""Who somebody is, by each of the methods of POST /v3/auth/tokens, and by a receipt for those of an earlier request.

Whatever is wrong answers the same 401 after the same work, so that nobody learns which users there are.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from altostratus.kernel.errors import Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import (
    ON_ITS_OWN,
    UNSCOPED,
    Claims,
    Delegation,
    DelegationKind,
    Scope,
    ScopeKind,
)
from altostratus.services.identity.domain.expiry import unexpired
from altostratus.services.identity.domain.login import CredentialLogin, Login
from altostratus.services.identity.domain.nouns import ApplicationCredential, User
from altostratus.services.identity.domain.passwords import SECRETS
from altostratus.services.identity.errors import BadMethod, Missing, NoReceipt, NotWithDelegation, ScopedCredential
from altostratus.services.identity.store.records import application_credentials, users
from altostratus.services.identity.store.references import find_user
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.prove_by_password import (
    Checked,
    check_limits,
    count_failure,
    is_to_settle,
    prove_by_password,
    record_failure,
)
from altostratus.services.identity.usecases.validate_token import session_for


class Proof(NamedTuple):
    """Who it is, by which methods; `first` is the token it was proved with, if any, which was good in this generation;
    `checked` a password that changes something. A `delegation` has a scope of its own, and no other can be asked
    for."""

    user: User
    methods: tuple[str, ...]
    first: Claims | None = None
    generation: int = 0
    delegation: Delegation = ON_ITS_OWN
    scope: Scope | None = None
    checked: Checked | None = None


async def prove_identity(identity: Identity, login: Login) -> Proof:
    """By all the methods of the login, and its receipt, which must agree on who it is."""
    if set(login.methods) - _METHODS.keys():
        user = await identity.db.read(lambda tx: find_user(tx, login.user))
        record_failure(identity, user, "method not offered")
        raise BadMethod()
    if not login.methods:
        raise Unauthorized()
    first, *more = [await _METHODS[method](identity, login) for method in sorted(login.methods, key=_ORDER.index)]
    for proof in more:
        if proof.user.id != first.user.id:
            record_failure(identity, first.user, "methods of different users")
            raise Unauthorized()
        first = _joined(first, proof)
    return await _with_receipt(identity, first, login.receipt)


def _joined(one: Proof, other: Proof) -> Proof:
    """Both together; what limits either limits the new token."""
    found = _with_methods(one, other.methods)._replace(checked=one.checked or other.checked)
    return found._replace(delegation=other.delegation, scope=other.scope) if other.delegation.kind else found


def _with_methods(proof: Proof, methods: tuple[str, ...]) -> Proof:
    return proof._replace(methods=tuple(dict.fromkeys((*proof.methods, *methods))))


async def _with_receipt(identity: Identity, proof: Proof, receipt: str) -> Proof:
    """With the methods of an earlier request. It was the same user's, who has the same password since. An application
    credential is not among them: what limits its tokens is not in the receipt."""
    if not receipt:
        return proof
    claims = await identity.open_receipt(receipt)
    if claims is None or not _goes_with(claims, proof):
        record_failure(identity, proof.user, "bad receipt")
        raise NoReceipt(receipt)
    return _with_methods(proof, claims.methods)


def _goes_with(receipt: Claims, proof: Proof) -> bool:
    same = (receipt.user_id, receipt.user_epoch) == (proof.user.id, proof.user.epoch)
    return same and "application_credential" not in set(receipt.methods) - set(proof.methods)


async def _prove_by_token(identity: Identity, login: Login) -> Proof:
    check_limits(identity, "", login.client)
    generation = await identity.generation()
    session = await session_for(identity, login.token, generation)
    if session is None:
        count_failure(identity, "", login.client)
        record_failure(identity, None, "token not valid")
        raise Missing("token", "it is not valid")
    if session.claims.delegated:
        record_failure(identity, session.user, "token of a delegation")
        raise NotWithDelegation()
    methods = tuple(dict.fromkeys((*session.claims.methods, "token")))
    return Proof(session.user, methods, session.claims, generation)


async def _prove_by_password(identity: Identity, login: Login) -> Proof:
    checked = await prove_by_password(identity, login.user, login.password, login.client)
    return Proof(checked.user, ("password",), checked=checked if is_to_settle(identity, checked) else None)


async def _prove_by_application_credential(identity: Identity, login: Login) -> Proof:
    wanted = login.application_credential
    who = repr(wanted._replace(secret=""))
    check_limits(identity, who, login.client)
    credential, user = await identity.db.read(lambda tx: _find_credential(tx, wanted))
    if login.scope is not None:
        record_failure(identity, user, "application credential with a scope")
        raise ScopedCredential()  # it has one of its own
    matches = await identity.hash(SECRETS.matches, credential.secret_hash if credential else None, wanted.secret)
    if not (credential and user and matches):
        count_failure(identity, who, login.client)
        record_failure(identity, user, "wrong application credential")
        # as in Keystone: whether there is one by an id is no secret, for nobody guesses one
        raise Missing("Application Credential", wanted.id) if wanted.id and user is None else Unauthorized()
    delegation = Delegation(DelegationKind.APPLICATION_CREDENTIAL, credential.id)
    scope = Scope(ScopeKind.PROJECT, credential.project_id) if credential.project_id else UNSCOPED
    return Proof(user, ("application_credential",), delegation=delegation, scope=scope)


def _find_credential(tx: Tx, wanted: CredentialLogin) -> tuple[ApplicationCredential | None, User | None]:
    """The same work where there is none."""
    if wanted.id is not None:
        found = application_credentials.find(tx, wanted.id)
        user = users.find(tx, found.user_id if found else "")
    else:
        user = find_user(tx, wanted.user)
        found = application_credentials.find_by(tx, user_id=user.id if user else "", name=wanted.name or "")
    return unexpired(found, tx.now), user


_METHODS: Mapping[str, Callable[[Identity, Login], Awaitable[Proof]]] = {
    "token": _prove_by_token,
    "application_credential": _prove_by_application_credential,
    "password": _prove_by_password,
}
_ORDER = list(_METHODS)
"""What limits the new token (an older one's end, a delegation) comes first."""
