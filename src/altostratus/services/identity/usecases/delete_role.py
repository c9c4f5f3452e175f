"""DELETE /v3/roles/{id}: with every grant of it, the application credentials that stand on one, and every trust
that passes it on."""

from altostratus.kernel import events
from altostratus.kernel.actor import Actor
from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.fields import check_mutable
from altostratus.services.identity.store.application_credentials import forget_credentials_with_role
from altostratus.services.identity.store.cleanup import forget_roles
from altostratus.services.identity.store.records import roles
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.find_roles import find_role


def delete_role(tx: Tx, identity: Identity, actor: Actor, role_id: str) -> None:
    role = find_role(tx, identity, actor, "delete", role_id)
    check_mutable(role.immutable, "role", role_id)
    forget_credentials_with_role(tx, role_id)
    forget_roles(tx, [role_id])
    roles.delete(tx, role_id)
    events.record(tx, actor, "identity.role.delete", role_id)
