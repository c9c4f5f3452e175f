"""Who may what with images: Glance's rule names and default check strings.

https://docs.openstack.org/glance/latest/admin/policies.html
"""

from typing import Any, Protocol

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Forbidden
from altostratus.kernel.policy import Policy

_ADMIN = "rule:context_is_admin"
_OPEN = "project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s"
_MEMBER = f"{_ADMIN} or (role:member and project_id:%(project_id)s)"
_READER = f"{_ADMIN} or (role:reader and project_id:%(project_id)s)"


class Target(Protocol):
    """What the rules read of an image."""

    @property
    def owner(self) -> str | None: ...
    @property
    def visibility(self) -> str: ...


DEFAULTS = {
    "default": "",
    "context_is_admin": "role:admin",
    "add_image": f"{_ADMIN} or (role:member and project_id:%(project_id)s and project_id:%(owner)s)",
    "delete_image": _MEMBER,
    "get_image": f"{_ADMIN} or (role:reader and (project_id:%(project_id)s or {_OPEN}))",
    "get_images": _READER,
    "modify_image": _MEMBER,
    "publicize_image": _ADMIN,
    "communitize_image": _MEMBER,
    "download_image": f"{_ADMIN} or (role:member and (project_id:%(project_id)s or {_OPEN}))",
    "upload_image": _MEMBER,
    "deactivate": _MEMBER,
    "reactivate": _MEMBER,
}


def allows(policy: Policy, actor: Actor, rule: str, image: Target | None = None) -> bool:
    """Whether the actor, who needs a project, may do `rule` to the image (or in the own project)."""
    owner = actor.project_id if image is None else image.owner
    target: dict[str, Any] = {"project_id": owner, "owner": owner, "visibility": image.visibility if image else None}
    return actor.project_id is not None and policy.allows(actor, rule, target)


def require(policy: Policy, actor: Actor, rule: str, image: Target | None = None) -> None:
    """Raise Forbidden, worded as Glance does it, unless the actor may."""
    if not allows(policy, actor, rule, image):
        raise Forbidden(f"You are not authorized to complete {rule} action.")
