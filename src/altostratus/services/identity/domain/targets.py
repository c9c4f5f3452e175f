"""Nouns as policy rules see them; an absent noun has no attributes, so that it matches no rule about them."""

from typing import Any

from altostratus.services.identity.domain.limits import Limited
from altostratus.services.identity.domain.nouns import Credential, Group, Project, Role, Trust, User

Target = dict[str, Any]


def user_target(user: User | None) -> Target:
    if user is None:
        return {}
    return {"target.user.id": user.id, "target.user.domain_id": user.domain_id, "user_id": user.id}


def group_target(group: Group | None) -> Target:
    return {} if group is None else {"target.group.id": group.id, "target.group.domain_id": group.domain_id}


def project_target(project: Project | None) -> Target:
    if project is None:
        return {}
    return {"target.project.id": project.id, "target.project.domain_id": project.domain_id}


def domain_target(domain: Project | None) -> Target:
    return {} if domain is None else {"target.domain.id": domain.id}


def role_target(role: Role | None) -> Target:
    return {} if role is None else {"target.role.name": role.name, "target.role.domain_id": role.domain_id}


def credential_target(credential: Credential | None) -> Target:
    return {} if credential is None else owner_target(credential.user_id)


def owner_target(user_id: str) -> Target:
    """A credential of this user."""
    return {"target.credential.user_id": user_id}


def trust_target(trust: Trust) -> Target:
    return {
        "target.trust.trustor_user_id": trust.trustor_user_id,
        "target.trust.trustee_user_id": trust.trustee_user_id,
    }


def limit_target(limited: Limited | None, holder: Project | None) -> Target:
    """`holder` is the project or domain that the limit is for."""
    if limited is None or holder is None:
        return {}
    if holder.is_domain:
        return {"target.limit.domain.id": holder.id}
    return {"target.limit.project_id": holder.id, "target.limit.project.domain_id": holder.domain_id}
