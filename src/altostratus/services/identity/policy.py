"""Who may do what: Keystone's secure defaults, with its rule names, so that its policy files work here.

Some spellings differ from Keystone's own text, not their meaning: `token.domain.id` is `domain_id` and
`token.project.domain.id` is `project_domain_id`, because our credentials are flat. And what must merely have a domain
(`not domain_id:None`) has that of `target.domain_id`, because what is None is left out of our credentials.
https://docs.openstack.org/keystone/latest/configuration/policy.html
"""

from collections.abc import Mapping
from typing import Any

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.policy import Policy

ADMIN = "rule:admin_required"
_SYSTEM_READER = "(role:reader and system_scope:all)"
READER = f"{ADMIN} or {_SYSTEM_READER}"
_USER = "domain_id:%(target.user.domain_id)s"
_GROUP = "domain_id:%(target.group.domain_id)s"
_PROJECT = "domain_id:%(target.project.domain_id)s and not None:%(target.project.domain_id)s"
_PROJECT_READER = f"{READER} or (role:reader and {_PROJECT}) or project_id:%(target.project.id)s"
_PROJECT_MANAGER = f"{ADMIN} or (role:manager and {_PROJECT})"
_USER_MANAGER = f"{ADMIN} or (role:manager and {_USER})"
_GROUP_READER = f"{READER} or (role:reader and {_GROUP})"
_GROUP_MANAGER = f"{ADMIN} or (role:manager and {_GROUP})"
_CREDENTIAL_OWNER = "user_id:%(target.credential.user_id)s"
_TRUSTOR = "user_id:%(target.trust.trustor_user_id)s"
_TRUSTEE = "user_id:%(target.trust.trustee_user_id)s"
_FREE_ROLE = "(domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)"

_ASSIGNMENT_READER = f"{READER} or (role:reader and domain_id:%(target.domain_id)s and not None:%(target.domain_id)s)"


def _grant(role: str) -> str:
    """A role in the domain that both the user or group and the project (or domain) belong to."""
    actors = ("domain_id:%(target.user.domain_id)s", "domain_id:%(target.group.domain_id)s")
    targets = ("domain_id:%(target.project.domain_id)s", "domain_id:%(target.domain.id)s")
    return " or ".join(f"(role:{role} and {actor} and {target})" for actor in actors for target in targets)


_GRANT = f"{ADMIN} or ({_grant('admin')}) and {_FREE_ROLE} or ({_grant('manager')}) and rule:domain_managed_target_role"

_SHARED = {
    "admin_required": "role:admin or is_admin:1",
    "owner": "user_id:%(user_id)s",
    "admin_or_owner": "rule:admin_required or rule:owner",
    "token_subject": "user_id:%(target.token.user_id)s",
    "service_role": "role:service",
    "service_or_admin": "rule:admin_required or rule:service_role",
    "domain_managed_target_role": (
        "'manager':%(target.role.name)s or 'member':%(target.role.name)s or 'reader':%(target.role.name)s"
    ),
}

_IN_ANY_SCOPE = {
    "identity:get_domain": (f"{READER} or domain_id:%(target.domain.id)s or project_domain_id:%(target.domain.id)s"),
    "identity:list_domains": f"{READER} or (role:reader and domain_id:%(target.domain.id)s)",
    "identity:get_project": _PROJECT_READER,
    "identity:list_projects": f"{READER} or (role:reader and domain_id:%(target.domain_id)s)",
    "identity:list_user_projects": f"{READER} or (role:reader and {_USER}) or user_id:%(target.user.id)s",
    "identity:create_project": _PROJECT_MANAGER,
    "identity:update_project": _PROJECT_MANAGER,
    "identity:delete_project": _PROJECT_MANAGER,
    "identity:list_project_tags": _PROJECT_READER,
    "identity:get_project_tag": _PROJECT_READER,
    "identity:update_project_tags": _PROJECT_MANAGER,
    "identity:create_project_tag": _PROJECT_MANAGER,
    "identity:delete_project_tags": _PROJECT_MANAGER,
    "identity:delete_project_tag": _PROJECT_MANAGER,
    "identity:get_user": f"{READER} or (role:reader and {_USER}) or user_id:%(target.user.id)s",
    "identity:list_users": f"{READER} or (role:reader and domain_id:%(target.domain_id)s)",
    "identity:create_user": _USER_MANAGER,
    "identity:update_user": _USER_MANAGER,
    "identity:delete_user": _USER_MANAGER,
    "identity:get_group": _GROUP_READER,
    "identity:list_groups": _GROUP_READER,
    "identity:list_groups_for_user": f"{READER} or (role:reader and {_USER}) or user_id:%(user_id)s",
    "identity:create_group": _GROUP_MANAGER,
    "identity:update_group": _GROUP_MANAGER,
    "identity:delete_group": _GROUP_MANAGER,
    "identity:list_users_in_group": _GROUP_READER,
    "identity:check_user_in_group": f"{READER} or (role:reader and {_GROUP} and {_USER})",
    "identity:add_user_to_group": f"{ADMIN} or (role:manager and {_GROUP} and {_USER})",
    "identity:remove_user_from_group": f"{ADMIN} or (role:manager and {_GROUP} and {_USER})",
    "identity:get_role": f"{READER} or (role:manager and rule:domain_managed_target_role)",
    "identity:list_roles": f"{READER} or (role:manager and not domain_id:None)",
    "identity:check_grant": f"{READER} or ({_grant('reader')}) and {_FREE_ROLE}",
    "identity:list_grants": f"{READER} or {_grant('reader')}",
    "identity:create_grant": _GRANT,
    "identity:revoke_grant": _GRANT,
    "identity:list_role_assignments": _ASSIGNMENT_READER,
    "identity:list_role_assignments_for_tree": _ASSIGNMENT_READER,
    "identity:get_region": "",
    "identity:list_regions": "",
    "identity:get_credential": f"{READER} or {_CREDENTIAL_OWNER}",
    "identity:list_credentials": f"{READER} or {_CREDENTIAL_OWNER}",
    "identity:create_credential": f"{ADMIN} or {_CREDENTIAL_OWNER}",
    "identity:update_credential": f"{ADMIN} or {_CREDENTIAL_OWNER}",
    "identity:delete_credential": f"{ADMIN} or {_CREDENTIAL_OWNER}",
    "identity:get_limit_model": "",
    "identity:get_limit": (
        f"{READER} or domain_id:%(target.limit.domain.id)s or domain_id:%(target.limit.project.domain_id)s"
        " or (project_id:%(target.limit.project_id)s and not None:%(target.limit.project_id)s)"
    ),
    "identity:list_limits": "",
    "identity:get_registered_limit": "",
    "identity:list_registered_limits": "",
    "identity:validate_token": f"{READER} or role:service or rule:token_subject",
    "identity:revoke_token": f"{ADMIN} or rule:token_subject",
    "identity:revoke_tokens_for_user": f"{ADMIN} or rule:owner",
    "identity:ec2tokens_validate": "rule:service_or_admin",
    "identity:s3tokens_validate": "rule:service_or_admin",
}

_NOT_IN_A_DOMAIN = {
    "identity:ec2_get_credential": f"{READER} or {_CREDENTIAL_OWNER}",
    "identity:ec2_list_credentials": f"{READER} or rule:owner",
    "identity:ec2_create_credential": f"{ADMIN} or (role:member and {_CREDENTIAL_OWNER})",
    "identity:ec2_delete_credential": f"{ADMIN} or (role:member and {_CREDENTIAL_OWNER})",
    "identity:list_revoke_events": "rule:service_or_admin",
    **{f"identity:{verb}_domain": ADMIN for verb in ("create", "update", "delete")},
    **{f"identity:{verb}_role": ADMIN for verb in ("create", "update", "delete")},
    **{f"identity:{verb}_domain_role": ADMIN for verb in ("create", "update", "delete")},
    **{f"identity:{verb}_region": ADMIN for verb in ("create", "update", "delete")},
    **{f"identity:{verb}_service": ADMIN for verb in ("create", "update", "delete")},
    **{f"identity:{verb}_endpoint": ADMIN for verb in ("create", "update", "delete")},
    "identity:create_registered_limits": ADMIN,
    "identity:create_limits": ADMIN,
    **{f"identity:{verb}_{noun}": ADMIN for verb in ("update", "delete") for noun in ("registered_limit", "limit")},
    "identity:get_domain_role": READER,
    "identity:list_domain_roles": READER,
    "identity:list_implied_roles": READER,
    "identity:get_implied_role": READER,
    "identity:check_implied_role": READER,
    "identity:create_implied_role": ADMIN,
    "identity:delete_implied_role": ADMIN,
    "identity:list_role_inference_rules": READER,
    "identity:get_service": READER,
    "identity:list_services": READER,
    "identity:get_endpoint": READER,
    "identity:list_endpoints": READER,
    **{f"identity:{verb}_endpoint_group": ADMIN for verb in ("create", "update", "delete")},
    "identity:get_endpoint_group": READER,
    "identity:list_endpoint_groups": READER,
    "identity:list_endpoints_associated_with_endpoint_group": READER,
    "identity:list_projects_associated_with_endpoint_group": READER,
    "identity:list_endpoint_groups_for_project": READER,
    "identity:get_endpoint_group_in_project": READER,
    "identity:add_endpoint_group_to_project": ADMIN,
    "identity:remove_endpoint_group_from_project": ADMIN,
    "identity:list_projects_for_endpoint": READER,
    "identity:list_endpoints_for_project": READER,
    "identity:check_endpoint_in_project": READER,
    "identity:add_endpoint_to_project": ADMIN,
    "identity:remove_endpoint_from_project": ADMIN,
    **{f"identity:check_system_grant_for_{kind}": READER for kind in ("user", "group")},
    **{f"identity:list_system_grants_for_{kind}": READER for kind in ("user", "group")},
    **{f"identity:create_system_grant_for_{kind}": ADMIN for kind in ("user", "group")},
    **{f"identity:revoke_system_grant_for_{kind}": ADMIN for kind in ("user", "group")},
    "identity:get_application_credential": f"{READER} or rule:owner",
    "identity:list_application_credentials": f"{READER} or rule:owner",
    "identity:delete_application_credential": "rule:admin_or_owner",
    "identity:get_access_rule": f"{_SYSTEM_READER} or user_id:%(target.user.id)s",
    "identity:list_access_rules": f"{_SYSTEM_READER} or user_id:%(target.user.id)s",
    "identity:delete_access_rule": "(role:admin and system_scope:all) or user_id:%(target.user.id)s",
    "identity:list_trusts": READER,
    "identity:list_trusts_for_trustor": f"{READER} or {_TRUSTOR}",
    "identity:list_trusts_for_trustee": f"{READER} or {_TRUSTEE}",
    "identity:get_trust": f"{READER} or {_TRUSTOR} or {_TRUSTEE}",
    "identity:list_roles_for_trust": f"{READER} or {_TRUSTOR} or {_TRUSTEE}",
    "identity:get_role_for_trust": f"{READER} or {_TRUSTOR} or {_TRUSTEE}",
    "identity:delete_trust": f"{ADMIN} or {_TRUSTOR}",
}

_IN_A_PROJECT_ONLY = {
    "identity:create_trust": _TRUSTOR,
    "identity:create_application_credential": "rule:owner",
}

RULES = {**_SHARED, **_IN_ANY_SCOPE, **_NOT_IN_A_DOMAIN, **_IN_A_PROJECT_ONLY}

Target = Mapping[str, Any]
NOTHING: Target = {}


class IdentityPolicy(Policy):
    """Rules that also say in which scopes they hold (`enforce_scope`). Targets are flat, as Keystone names them:
    {'target.user.domain_id': 'default'}; an attribute that is absent matches nothing."""

    def allows(self, actor: Actor, rule: str, target: Target | None = None) -> bool:
        return _in_scope(actor, rule) and super().allows(actor, rule, _known(target or NOTHING))

    def require(self, actor: Actor, rule: str, target: Target | None = None) -> None:
        """Raise Forbidden, worded as Keystone does it, unless the actor may."""
        if not self.allows(actor, rule, target):
            raise Forbidden(f"You are not authorized to perform the requested action: {rule}.")


def _known(target: Target) -> Target:
    """Without what is None: a rule compares texts, and an actor without a domain would match a noun without one.
    Of a role alone a rule asks whether it is of no domain."""
    return {name: value for name, value in target.items() if value is not None or name == "target.role.domain_id"}


def _in_scope(actor: Actor, rule: str) -> bool:
    """oslo.policy counts a token that is neither of the system nor of a domain as one of a project."""
    if rule in _IN_A_PROJECT_ONLY:
        return not actor.system and actor.domain_id is None
    return rule not in _NOT_IN_A_DOMAIN or actor.domain_id is None
