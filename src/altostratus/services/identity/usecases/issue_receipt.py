"""A receipt for a login that takes more methods: with it, the rest of them may follow in a later request."""

from datetime import timedelta

from altostratus.kernel.errors import Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import UNSCOPED, Claims
from altostratus.services.identity.domain.factors import Receipt, begun
from altostratus.services.identity.errors import METHODS
from altostratus.services.identity.store.records import projects
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.prove_by_password import are_active, record_failure, settle
from altostratus.services.identity.usecases.prove_identity import Proof


async def issue_receipt(identity: Identity, proof: Proof) -> Receipt:
    """Unauthorized where the user may not log in with any methods."""
    run = identity.db.write if proof.checked else identity.db.read
    receipt = await run(lambda tx: _issue(tx, identity, proof))
    if receipt is None:
        record_failure(identity, proof.user, "may not log in")
        raise Unauthorized()
    user_id = proof.user.id
    identity.journal.record("identity.authenticate", user_id, user_id=user_id, outcome="pending")
    return receipt


def _issue(tx: Tx, identity: Identity, proof: Proof) -> Receipt | None:
    keys = identity.current_keys(tx)
    user, domain = proof.user, projects.find(tx, proof.user.domain_id)
    if domain is None or not (domain.enabled and _may_log_in(tx, identity, proof)):
        return None
    claims = _claims(tx, identity, proof)
    required = begun(proof.methods, user.options, METHODS)
    sealed = keys.seal_receipt(claims)
    return Receipt(sealed, user, domain, proof.methods, required, claims.issued_at, claims.expires_at)


def _may_log_in(tx: Tx, identity: Identity, proof: Proof) -> bool:
    if not (proof.user.enabled and are_active(tx, identity, proof.user.id)):
        return False
    return proof.checked is None or settle(tx, identity, proof.checked)


def _claims(tx: Tx, identity: Identity, proof: Proof) -> Claims:
    issued = tx.now.replace(microsecond=0)
    return Claims(
        user_id=proof.user.id,
        methods=proof.methods,
        scope=UNSCOPED,
        audit_ids=(),
        issued_at=issued,
        expires_at=issued + timedelta(seconds=identity.config.receipt_lifetime),
        user_epoch=proof.user.epoch,
        scope_epoch=0,
    )
