"""Every operation of the identity API with a request that is valid, as data.

In paths `{name}`, in bodies `$name` stands for a thing of that name: one that is there from the start
(`stage`), one of `RECIPES`, made for the operation alone, or what `things` works out of these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Request = tuple[str, str, Any]
"""(method, path, body)"""
PASSWORD = "Matrix-secret-1"


@dataclass(frozen=True)
class Recipe:
    """How a thing is made: by a POST of `body` to `path`, whose answer has the id at the dotted path `key`.

    `by` is "admin" or "self" (the row's user); `needs` names what must be there before without being mentioned;
    `after` are the administrator's requests that complete it, where `$this` is its id.
    """

    path: str
    body: Any
    key: str
    by: str = "admin"
    needs: tuple[str, ...] = ()
    after: tuple[Request, ...] = ()


@dataclass(frozen=True)
class Row:
    """One operation. `link`: it is about what a PUT to its path makes and a DELETE takes away; `key`: where the answer
    to a POST has the id of what it made, which is removed afterwards; `needs`: as in `Recipe`; `open`: no token is
    looked at."""

    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    link: bool = False
    key: str = ""
    needs: tuple[str, ...] = ()
    open: bool = False
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.path} ({self.note})" if self.note else self.path


V3 = "/v3"
EC2 = f"{V3}/users/{{user}}/credentials/OS-EC2"
ROBOTS = f"{V3}/users/{{user}}/application_credentials"
RULES = f"{V3}/users/{{user}}/access_rules"
GROUPS = f"{V3}/OS-EP-FILTER/endpoint_groups"
FILTERED = f"{V3}/OS-EP-FILTER/projects/{{project}}"
IMPLIED = f"{V3}/roles/{{role}}/implies"
SUBJECT = {"X-Subject-Token": "$self_token"}

_LOGIN = {"identity": {"methods": ["password"], "password": {"user": {"id": "$user", "password": PASSWORD}}}}
_USER = {"name": "$new", "domain_id": "$home", "password": PASSWORD}
_TRUST = {
    "trustor_user_id": "$user", "trustee_user_id": "$guest", "project_id": "$project",
    "impersonation": False, "roles": [{"id": "$member"}],
}  # fmt: skip
_RULE = {"service": "compute", "method": "GET", "path": "/v2.1/servers"}
_REGISTERED = {"service_id": "$catalog_service", "resource_name": "things", "default_limit": 10}
_LIMIT = {"service_id": "$catalog_service", "resource_name": "things", "resource_limit": 5}
_ENDPOINT = {"interface": "public", "service_id": "$catalog_service", "url": "http://a.example"}
_GROUP = {"name": "$new", "filters": {"interface": "admin"}}

RECIPES = {
    "user": Recipe(
        f"{V3}/users", {"user": _USER}, "user.id",
        after=(("PUT", f"{V3}/projects/$project/users/$this/roles/$member", None),),
    ),
    "guest": Recipe(f"{V3}/users", {"user": _USER}, "user.id"),
    "group": Recipe(f"{V3}/groups", {"group": {"name": "$new", "domain_id": "$home"}}, "group.id"),
    "spare_domain": Recipe(f"{V3}/domains", {"domain": {"name": "$new", "enabled": False}}, "domain.id"),
    "spare_project": Recipe(f"{V3}/projects", {"project": {"name": "$new", "domain_id": "$home"}}, "project.id"),
    "role": Recipe(f"{V3}/roles", {"role": {"name": "$new"}}, "role.id"),
    "implied_role": Recipe(f"{V3}/roles", {"role": {"name": "$new"}}, "role.id"),
    "domain_role": Recipe(f"{V3}/roles", {"role": {"name": "$new", "domain_id": "$home"}}, "role.id"),
    "catalog_service": Recipe(f"{V3}/services", {"service": {"type": "$new", "name": "$new"}}, "service.id"),
    "endpoint": Recipe(f"{V3}/endpoints", {"endpoint": _ENDPOINT}, "endpoint.id"),
    "region": Recipe(f"{V3}/regions", {"region": {"id": "$new"}}, "region.id"),
    "credential": Recipe(
        f"{V3}/credentials", {"credential": {"type": "cert", "blob": "abc", "user_id": "$user"}}, "credential.id"
    ),
    "ec2": Recipe(EC2, {"tenant_id": "$project"}, "credential.access", by="self"),
    "trust": Recipe(f"{V3}/OS-TRUST/trusts", {"trust": _TRUST}, "trust.id", by="self"),
    "robot": Recipe(ROBOTS, {"application_credential": {"name": "$new"}}, "application_credential.id", by="self"),
    "access_rule": Recipe(
        ROBOTS, {"application_credential": {"name": "$new", "access_rules": [_RULE]}},
        "application_credential.access_rules.0.id", by="self",
    ),
    "registered_limit": Recipe(
        f"{V3}/registered_limits", {"registered_limits": [_REGISTERED]}, "registered_limits.0.id"
    ),
    "limit": Recipe(
        f"{V3}/limits", {"limits": [{**_LIMIT, "project_id": "$project"}]}, "limits.0.id",
        needs=("registered_limit",),
    ),
    "domain_limit": Recipe(
        f"{V3}/limits", {"limits": [{**_LIMIT, "domain_id": "$home"}]}, "limits.0.id", needs=("registered_limit",)
    ),
    "endpoint_group": Recipe(GROUPS, {"endpoint_group": _GROUP}, "endpoint_group.id"),
}  # fmt: skip
"""Whatever hangs on a user goes with it."""


def reads(*paths: str) -> list[Row]:
    return [Row("GET", path) for path in paths]


def noun(collection: str, thing: str, body: dict[str, Any], change: dict[str, Any], note: str = "") -> list[Row]:
    """POST, GET, PATCH and DELETE of a noun that has nothing unusual."""
    word = next(iter(body))
    return [
        Row("POST", collection, body, key=f"{word}.id", note=note),
        Row("GET", f"{collection}/{{{thing}}}"),
        Row("PATCH", f"{collection}/{{{thing}}}", {word: change}),
        Row("DELETE", f"{collection}/{{{thing}}}"),
    ]


def link(path: str) -> list[Row]:
    """PUT, GET and DELETE of what has no body: that one thing belongs to another."""
    return [Row(method, path, link=True) for method in ("PUT", "GET", "DELETE")]


def _grants() -> list[Row]:
    found = []
    for target in ("projects/{project}", "domains/{home}", "system"):
        for holder in ("users/{user}", "groups/{group}"):
            path = f"{V3}/{target}/{holder}/roles"
            found += [Row("GET", path), *link(f"{path}/{{reader}}")]
    for target in ("projects/{project}", "domains/{home}"):
        for holder in ("users/{user}", "groups/{group}"):
            path = f"{V3}/OS-INHERIT/{target}/{holder}/roles"
            found += link(f"{path}/{{reader}}/inherited_to_projects")
            found += [Row("GET", f"{path}/inherited_to_projects")] if "domains" in target else []
    of_user = f"{V3}/projects/{{project}}/users/{{user}}/roles"
    return [
        *found,
        *(Row("PUT", f"{of_user}/{{{role}}}", link=True) for role in ("admin", "manager", "role")),
        Row("DELETE", f"{of_user}/{{admin}}", link=True),
        *link(f"{V3}/projects/{{elsewhere}}/users/{{user}}/roles/{{reader}}"),
        *link(f"{V3}/domains/{{other}}/groups/{{group}}/roles/{{reader}}"),
    ]


_TOKENS = [
    Row("POST", f"{V3}/auth/tokens", {"auth": _LOGIN}, open=True),
    Row("GET", f"{V3}/auth/tokens", headers=SUBJECT),
    Row("DELETE", f"{V3}/auth/tokens", headers=SUBJECT),
    *reads(*(f"{V3}/auth/{what}" for what in ("catalog", "projects", "domains", "system", "tokens/OS-PKI/revoked"))),
    Row("POST", f"{V3}/ec2tokens", "$signed_for_ec2"),
    Row("POST", f"{V3}/s3tokens", "$signed_for_s3"),
    *reads(f"{V3}/ec2tokens", f"{V3}/s3tokens", f"{V3}/OS-REVOKE/events"),
    Row("DELETE", f"{V3}/users/{{user}}/tokens"),
]
_RESOURCES = [
    *reads(f"{V3}/domains", f"{V3}/domains/{{home}}"),
    *noun(f"{V3}/domains", "spare_domain", {"domain": {"name": "$new", "enabled": False}}, {"description": "x"}),
    Row("PATCH", f"{V3}/domains/{{home}}", {"domain": {"description": "x"}}),
    *reads(f"{V3}/projects", f"{V3}/projects?domain_id={{home}}", f"{V3}/projects/{{project}}"),
    *noun(f"{V3}/projects", "spare_project", {"project": {"name": "$new", "domain_id": "$home"}}, {"description": "x"}),
    Row("PATCH", f"{V3}/projects/{{project}}", {"project": {"description": "x"}}),
    *reads(f"{V3}/projects/{{project}}/tags"),
    Row("PUT", f"{V3}/projects/{{project}}/tags", {"tags": ["red"]}),
    Row("DELETE", f"{V3}/projects/{{project}}/tags"),
    *link(f"{V3}/projects/{{project}}/tags/{{tag}}"),
]
_USERS = [
    *reads(f"{V3}/users", f"{V3}/users?domain_id={{home}}"),
    *noun(f"{V3}/users", "user", {"user": _USER}, {"email": "x"}),
    *reads(f"{V3}/users/{{user}}/groups", f"{V3}/users/{{user}}/projects"),
    Row(
        "POST", f"{V3}/users/{{user}}/password", {"user": {"original_password": PASSWORD, "password": "Other-1"}},
        open=True,
    ),
    *reads(f"{V3}/groups", f"{V3}/groups?domain_id={{home}}", f"{V3}/groups/{{group}}/users"),
    *noun(f"{V3}/groups", "group", {"group": {"name": "$new", "domain_id": "$home"}}, {"description": "x"}),
    *link(f"{V3}/groups/{{group}}/users/{{user}}"),
    *reads(f"{V3}/credentials", f"{V3}/credentials?user_id={{user}}"),
    *noun(
        f"{V3}/credentials", "credential", {"credential": {"type": "cert", "blob": "abc", "user_id": "$user"}},
        {"blob": "def"},
    ),
    *reads(EC2, f"{EC2}/{{ec2}}"),
    Row("POST", EC2, {"tenant_id": "$project"}, key="credential.access"),
    Row("DELETE", f"{EC2}/{{ec2}}"),
    *reads(ROBOTS, f"{ROBOTS}/{{robot}}", RULES, f"{RULES}/{{access_rule}}"),
    Row("POST", ROBOTS, {"application_credential": {"name": "$new"}}, key="application_credential.id"),
    Row("DELETE", f"{ROBOTS}/{{robot}}"),
    Row("DELETE", f"{RULES}/{{access_rule}}"),
    Row("DELETE", f"{RULES}/{{free_rule}}"),
    *reads(
        f"{V3}/OS-TRUST/trusts",
        f"{V3}/OS-TRUST/trusts?trustor_user_id={{user}}",
        f"{V3}/OS-TRUST/trusts?trustee_user_id={{user}}",
        f"{V3}/OS-TRUST/trusts/{{trust}}",
        f"{V3}/OS-TRUST/trusts/{{trust}}/roles",
        f"{V3}/OS-TRUST/trusts/{{trust}}/roles/{{member}}",
    ),
    Row("POST", f"{V3}/OS-TRUST/trusts", {"trust": _TRUST}, key="trust.id"),
    Row("DELETE", f"{V3}/OS-TRUST/trusts/{{trust}}"),
]  # fmt: skip
_ROLES = [
    *reads(f"{V3}/roles", f"{V3}/roles?domain_id={{home}}", f"{V3}/roles/{{reader}}", f"{V3}/role_inferences"),
    *noun(f"{V3}/roles", "role", {"role": {"name": "$new"}}, {"description": "x"}),
    *noun(
        f"{V3}/roles", "domain_role", {"role": {"name": "$new", "domain_id": "$home"}}, {"description": "x"},
        note="of a domain",
    ),
    *reads(IMPLIED),
    *link(f"{IMPLIED}/{{implied_role}}"),
    *reads(
        f"{V3}/role_assignments",
        f"{V3}/role_assignments?scope.project.id={{project}}&include_subtree=1",
        f"{V3}/role_assignments?user.id={{user}}",
    ),
    *_grants(),
]  # fmt: skip
_CATALOG = [
    *reads(f"{V3}/services", f"{V3}/endpoints", f"{V3}/regions"),
    *noun(f"{V3}/services", "catalog_service", {"service": {"type": "$new", "name": "$new"}}, {"description": "x"}),
    *noun(f"{V3}/endpoints", "endpoint", {"endpoint": _ENDPOINT}, {"enabled": False}),
    *noun(f"{V3}/regions", "region", {"region": {"id": "$new"}}, {"description": "x"}),
    Row("PUT", f"{V3}/regions/{{new}}", {"region": {"description": "x"}}),
    *reads(GROUPS, f"{GROUPS}/{{endpoint_group}}/endpoints", f"{GROUPS}/{{endpoint_group}}/projects"),
    *noun(GROUPS, "endpoint_group", {"endpoint_group": _GROUP}, {"description": "x"}),
    *link(f"{GROUPS}/{{endpoint_group}}/projects/{{project}}"),
    *reads(
        f"{V3}/OS-EP-FILTER/endpoints/{{endpoint}}/projects", f"{FILTERED}/endpoint_groups", f"{FILTERED}/endpoints"
    ),
    *link(f"{FILTERED}/endpoints/{{endpoint}}"),
]
_LIMITS = [
    *reads(f"{V3}/registered_limits", f"{V3}/registered_limits/{{registered_limit}}"),
    Row("POST", f"{V3}/registered_limits", {"registered_limits": [_REGISTERED]}, key="registered_limits.0.id"),
    Row("PATCH", f"{V3}/registered_limits/{{registered_limit}}", {"registered_limit": {"default_limit": 7}}),
    Row("DELETE", f"{V3}/registered_limits/{{registered_limit}}"),
    *reads(f"{V3}/limits", f"{V3}/limits/model", f"{V3}/limits/{{limit}}", f"{V3}/limits/{{domain_limit}}"),
    Row(
        "POST", f"{V3}/limits", {"limits": [{**_LIMIT, "project_id": "$project"}]}, key="limits.0.id",
        needs=("registered_limit",),
    ),
    Row("PATCH", f"{V3}/limits/{{limit}}", {"limit": {"resource_limit": 7}}),
    Row("DELETE", f"{V3}/limits/{{limit}}"),
]  # fmt: skip

ROWS = [
    Row("GET", "/", open=True),
    Row("GET", V3, open=True),
    *_TOKENS,
    *_RESOURCES,
    *_USERS,
    *_ROLES,
    *_CATALOG,
    *_LIMITS,
]
