"""POST /v3/ec2tokens and /v3/s3tokens: a service asks for a token for whoever signed a request with the secret of an
EC2 credential. What else such a token may be used for: not for this API (api/__init__.py)."""

from datetime import timedelta

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import NotFound, Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import (
    BY_SIGNATURE,
    ON_ITS_OWN,
    Delegation,
    DelegationKind,
    Scope,
    ScopeKind,
)
from altostratus.services.identity.domain.ec2 import KIND, Blob, ec2_id, read_blob
from altostratus.services.identity.domain.nouns import User
from altostratus.services.identity.domain.session import Session
from altostratus.services.identity.domain.signatures import Check, SignedRequest, is_expired
from altostratus.services.identity.errors import Missing
from altostratus.services.identity.store.application_credentials import find_live_credential
from altostratus.services.identity.store.records import credentials, projects, users
from altostratus.services.identity.store.trusts import find_usable_trust
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.authenticate import issue_token
from altostratus.services.identity.usecases.find_credentials import opened
from altostratus.services.identity.usecases.prove_by_password import record_failure
from altostratus.services.identity.usecases.prove_identity import Proof


def require_service(identity: Identity, actor: Actor, api: str) -> None:
    """Only services (and administrators) pass signed requests on; `api` is 'ec2tokens' or 's3tokens'."""
    identity.policy.require(actor, f"identity:{api}_validate")


async def authenticate_signed(identity: Identity, request: SignedRequest, check: Check) -> tuple[str, Session]:
    """A new token in the credential's project. NotFound when there is no such access key; Unauthorized when the
    signature is not its secret's or too old, or the user may not be in the project."""
    try:
        user, proof = await identity.db.read(lambda tx: _prove(tx, identity, request, check))
    except (Missing, Unauthorized):
        owner = await identity.db.read(lambda tx: _owner(tx, request))
        record_failure(identity, owner, "what the EC2 credential stands on is not there")
        raise
    if proof is None:
        record_failure(identity, user, "wrong or old signature")
        raise Unauthorized()
    return await issue_token(identity, proof, None)


def _prove(tx: Tx, identity: Identity, request: SignedRequest, check: Check) -> tuple[User | None, Proof | None]:
    """The credential's user, and, if its secret signed the request, the proof that it was this user."""
    found = credentials.find(tx, ec2_id(request.access))
    if found is None or found.type != KIND:
        raise NotFound("EC2 access key not found.")
    user, blob = users.find(tx, found.user_id), read_blob(opened(identity, found).blob)
    lifetime = timedelta(seconds=identity.config.signature_lifetime)
    if not _is_signed(blob, request, check) or is_expired(request, tx.now, lifetime):
        return user, None
    if user is None:
        raise Missing("user", found.user_id)
    return user, proof_of(tx, user, found.project_id or "", blob)


def _owner(tx: Tx, request: SignedRequest) -> User | None:
    """The user of the credential, if there are both."""
    found = credentials.find(tx, ec2_id(request.access))
    return users.find(tx, found.user_id) if found else None


def _is_signed(blob: Blob, request: SignedRequest, check: Check) -> bool:
    secret = blob.get("secret")
    return isinstance(secret, str) and check(secret, request)


def proof_of(tx: Tx, user: User, project_id: str, blob: Blob) -> Proof:
    """In the credential's project, as it is limited; whether the user may be there is looked at with the token."""
    if projects.find(tx, project_id) is None:
        raise Missing("project", project_id)
    user, delegation = _delegated(tx, user, blob)
    return Proof(user, (BY_SIGNATURE,), delegation=delegation, scope=Scope(ScopeKind.PROJECT, project_id))


def _delegated(tx: Tx, user: User, blob: Blob) -> tuple[User, Delegation]:
    """Who logs in, and in whose stead. What limited the credential must still be there."""
    if trust_id := blob.get("trust_id"):
        return _trustee(tx, user, str(trust_id)), Delegation(DelegationKind.TRUST, str(trust_id))
    if credential_id := blob.get("app_cred_id"):
        if find_live_credential(tx, str(credential_id)) is None:
            raise Missing("application credential", str(credential_id))
        return user, Delegation(DelegationKind.APPLICATION_CREDENTIAL, str(credential_id))
    if blob.get("access_token_id"):
        raise Missing("access token", str(blob["access_token_id"]))
    return user, ON_ITS_OWN


def _trustee(tx: Tx, user: User, trust_id: str) -> User:
    """The credential belongs to the trustor if the trust lets the trustee act in its name, else to the trustee."""
    trust = find_usable_trust(tx, trust_id)
    trustee = users.find(tx, trust.trustee_user_id) if trust else None
    if trust is None or trustee is None:
        raise Missing("trust", trust_id)
    if user.id != (trust.trustor_user_id if trust.impersonation else trustee.id):
        raise Unauthorized()
    return trustee
