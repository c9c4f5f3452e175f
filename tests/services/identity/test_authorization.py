"""Every route, asked by nobody, a reader, a member of another project, a member, and the administrator.

The rows are played in order in one cloud, so that what the administrator deletes last was there for the others.
A route without a row fails.
"""

from pathlib import Path
from typing import Any, NamedTuple

from litestar import Litestar

from altostratus.kernel.http.pipeline import reraise
from altostratus.services.identity import service as identity
from tests.harness import open_test_cloud
from tests.services.identity.cloud import PASSWORD, People, run

WHO = ("nobody", "reader", "other", "member", "admin")


class Row(NamedTuple):
    """`path` below /identity, with {names} of things made beforehand; the expected statuses in the order of WHO."""

    method: str
    path: str
    expected: tuple[int, int, int, int, int]
    body: Any = None


def anyone(status: int = 200) -> tuple[int, int, int, int, int]:
    return (status,) * 5


def signed_in(status: int = 200) -> tuple[int, int, int, int, int]:
    return (401, status, status, status, status)


def admin_only(status: int = 200) -> tuple[int, int, int, int, int]:
    return (401, 403, 403, 403, status)


def of_project(status: int = 200) -> tuple[int, int, int, int, int]:
    """The reader and the member belong to the project, the other does not."""
    return (401, status, 403, status, status)


ENDPOINT_GROUP = {"endpoint_group": {"name": "made", "filters": {"interface": "public"}}}
ADMIN_ROWS = (
    ("GET", "/v3/projects", 200, None),
    ("POST", "/v3/projects", 201, {"project": {"name": "made"}}),
    ("PATCH", "/v3/projects/{project_id}", 200, {"project": {"description": "x"}}),
    ("PUT", "/v3/projects/{project_id}/tags", 200, {"tags": ["a"]}),
    ("PUT", "/v3/projects/{project_id}/tags/{tag}", 201, None),
    ("GET", "/v3/domains", 200, None),
    ("POST", "/v3/domains", 201, {"domain": {"name": "made"}}),
    ("PATCH", "/v3/domains/{domain_id}", 200, {"domain": {"enabled": False}}),
    ("GET", "/v3/users", 200, None),
    ("POST", "/v3/users", 201, {"user": {"name": "made"}}),
    ("GET", "/v3/users/{user_id}", 200, None),
    ("PATCH", "/v3/users/{user_id}", 200, {"user": {"email": "x"}}),
    ("GET", "/v3/users/{user_id}/projects", 200, None),
    ("GET", "/v3/users/{user_id}/groups", 200, None),
    ("GET", "/v3/groups", 200, None),
    ("POST", "/v3/groups", 201, {"group": {"name": "made"}}),
    ("GET", "/v3/groups/{group_id}", 200, None),
    ("PATCH", "/v3/groups/{group_id}", 200, {"group": {"description": "x"}}),
    ("GET", "/v3/groups/{group_id}/users", 200, None),
    ("PUT", "/v3/groups/{group_id}/users/{user_id}", 204, None),
    ("GET", "/v3/groups/{group_id}/users/{user_id}", 204, None),
    ("DELETE", "/v3/groups/{group_id}/users/{user_id}", 204, None),
    ("GET", "/v3/roles", 200, None),
    ("POST", "/v3/roles", 201, {"role": {"name": "made"}}),
    ("GET", "/v3/roles/{role_id}", 200, None),
    ("PATCH", "/v3/roles/{role_id}", 200, {"role": {"description": "x"}}),
    ("GET", "/v3/roles/{role_id}/implies", 200, None),
    ("PUT", "/v3/roles/{role_id}/implies/{member_role_id}", 201, None),
    ("GET", "/v3/roles/{role_id}/implies/{member_role_id}", 200, None),
    ("DELETE", "/v3/roles/{role_id}/implies/{member_role_id}", 204, None),
    ("GET", "/v3/role_inferences", 200, None),
    ("GET", "/v3/role_assignments", 200, None),
    ("GET", "/v3/services", 200, None),
    ("POST", "/v3/services", 201, {"service": {"type": "made"}}),
    ("GET", "/v3/services/{service_id}", 200, None),
    ("PATCH", "/v3/services/{service_id}", 200, {"service": {"name": "x"}}),
    ("GET", "/v3/endpoints", 200, None),
    (
        "POST",
        "/v3/endpoints",
        201,
        {"endpoint": {"service_id": "{service_id}", "interface": "admin", "url": "http://x"}},
    ),
    ("GET", "/v3/endpoints/{endpoint_id}", 200, None),
    ("PATCH", "/v3/endpoints/{endpoint_id}", 200, {"endpoint": {"enabled": False}}),
    ("POST", "/v3/regions", 201, {"region": {"description": "made"}}),
    ("PUT", "/v3/regions/made", 201, {"region": {"description": "made"}}),
    ("PATCH", "/v3/regions/{region_id}", 200, {"region": {"description": "x"}}),
    ("POST", "/v3/credentials", 201, {"credential": {"user_id": "{user_id}", "type": "t", "blob": "b"}}),
    ("GET", "/v3/credentials/{credential_id}", 200, None),
    ("PATCH", "/v3/credentials/{credential_id}", 200, {"credential": {"blob": "b"}}),
    ("GET", "/v3/OS-TRUST/trusts", 200, None),
    ("GET", "/v3/OS-EP-FILTER/endpoint_groups", 200, None),
    ("POST", "/v3/OS-EP-FILTER/endpoint_groups", 201, ENDPOINT_GROUP),
    ("GET", "/v3/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}", 200, None),
    ("PATCH", "/v3/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}", 200, {"endpoint_group": {"name": "x"}}),
    ("PUT", "/v3/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}/projects/{project_id}", 204, None),
    ("GET", "/v3/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}/projects/{project_id}", 200, None),
    ("GET", "/v3/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}/projects", 200, None),
    ("GET", "/v3/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}/endpoints", 200, None),
    ("GET", "/v3/OS-EP-FILTER/projects/{project_id}/endpoint_groups", 200, None),
    ("DELETE", "/v3/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}/projects/{project_id}", 204, None),
    ("PUT", "/v3/OS-EP-FILTER/projects/{project_id}/endpoints/{endpoint_id}", 204, None),
    ("GET", "/v3/OS-EP-FILTER/projects/{project_id}/endpoints/{endpoint_id}", 204, None),
    ("GET", "/v3/OS-EP-FILTER/projects/{project_id}/endpoints", 200, None),
    ("GET", "/v3/OS-EP-FILTER/endpoints/{endpoint_id}/projects", 200, None),
    ("DELETE", "/v3/OS-EP-FILTER/projects/{project_id}/endpoints/{endpoint_id}", 204, None),
    # From here on things go away, each after what depends on it.
    ("DELETE", "/v3/OS-EP-FILTER/endpoint_groups/{endpoint_group_id}", 204, None),
    ("DELETE", "/v3/credentials/{credential_id}", 204, None),
    ("DELETE", "/v3/endpoints/{endpoint_id}", 204, None),
    ("DELETE", "/v3/services/{service_id}", 204, None),
    ("DELETE", "/v3/regions/{region_id}", 204, None),
    ("DELETE", "/v3/projects/{project_id}/tags/{tag}", 204, None),
    ("DELETE", "/v3/projects/{project_id}/tags", 204, None),
)

GRANT_ROWS = tuple(
    Row(method, f"/v3/{target}/{holder}/roles{role}", admin_only(status))
    for target in ("projects/{project_id}", "domains/{domain_id}", "system")
    for holder in ("users/{user_id}", "groups/{group_id}")
    for method, role, status in (
        ("PUT", "/{role_id}", 204),
        ("GET", "/{role_id}", 204),
        ("GET", "", 200),
        ("DELETE", "/{role_id}", 204),
    )
)

REGISTERED = {"service_id": "{service_id}", "resource_name": "made", "default_limit": 1}
LIMIT = {"service_id": "{service_id}", "resource_name": "r", "resource_limit": 1, "domain_id": "default"}
LIMIT_ROWS = (
    Row("GET", "/v3/registered_limits", signed_in()),
    Row("GET", "/v3/registered_limits/{registered_limit_id}", signed_in()),
    Row("POST", "/v3/registered_limits", admin_only(201), {"registered_limits": [REGISTERED]}),
    Row(
        "PATCH",
        "/v3/registered_limits/{registered_limit_id}",
        admin_only(403),  # a limit stands on it
        {"registered_limit": {"default_limit": 3}},
    ),
    Row("GET", "/v3/limits/model", signed_in()),
    Row("GET", "/v3/limits", signed_in()),
    Row("GET", "/v3/limits/{limit_id}", of_project()),
    Row("POST", "/v3/limits", admin_only(201), {"limits": [LIMIT]}),
    Row("PATCH", "/v3/limits/{limit_id}", admin_only(), {"limit": {"resource_limit": 3}}),
    Row("DELETE", "/v3/limits/{limit_id}", (401, 403, 403, 403, 204)),
    Row("DELETE", "/v3/registered_limits/{free_limit_id}", admin_only(204)),
)

INHERITED_ROWS = tuple(
    Row(method, f"/v3/OS-INHERIT/{target}/{holder}/roles{role}/inherited_to_projects", admin_only(status))
    for target in ("projects/{project_id}", "domains/{domain_id}")
    for holder in ("users/{user_id}", "groups/{group_id}")
    for method, role, status in (
        ("PUT", "/{role_id}", 204),
        ("GET", "/{role_id}", 204),
        ("GET", "", 200),
        ("DELETE", "/{role_id}", 204),
    )
    if role or target.startswith("domains")
)

TOKEN = {"X-Subject-Token": "{token}"}
EC2_CREDENTIAL = {"tenant_id": "{project_id}"}
SIGNATURE = {"credentials": {"access": "nobody's", "signature": "x"}}
PASSWORD_CHANGE = {"user": {"original_password": "wrong", "password": "x"}}
TRUST = {
    "trust": {
        "trustor_user_id": "{member_id}",
        "trustee_user_id": "{user_id}",
        "project_id": "{project_id}",
        "impersonation": False,
        "roles": [{"name": "member"}],
    }
}
MEMBERS = "/v3/users/{member_id}/application_credentials"
RULE = {"id": "chosen", "service": "compute", "method": "GET", "path": "/**"}

ROWS = (
    Row("GET", "", anyone(300)),
    Row("GET", "/v3", anyone()),
    Row("POST", "/v3/auth/tokens", anyone(401), {"auth": {"identity": {"methods": ["totp"]}}}),
    Row("GET", "/v3/auth/tokens", (401, 403, 403, 200, 200)),
    Row("GET", "/v3/auth/catalog", signed_in()),
    Row("GET", "/v3/auth/projects", signed_in()),
    Row("GET", "/v3/auth/domains", signed_in()),
    Row("GET", "/v3/auth/system", signed_in()),
    Row("GET", "/v3/domains/default", signed_in()),
    Row("GET", "/v3/domains/{domain_id}", admin_only()),
    Row("GET", "/v3/projects/{project_id}", of_project()),
    Row("GET", "/v3/projects/{project_id}/tags", of_project()),
    Row("GET", "/v3/projects/{project_id}/tags/old", of_project(204)),
    Row("POST", "/v3/users/{user_id}/password", anyone(401), PASSWORD_CHANGE),
    Row("GET", "/v3/regions", signed_in()),
    Row("GET", "/v3/regions/{region_id}", signed_in()),
    Row("GET", "/v3/credentials", signed_in()),
    Row("GET", "/v3/users/{member_id}/credentials/OS-EC2", (401, 403, 403, 200, 200)),
    Row("POST", "/v3/users/{member_id}/credentials/OS-EC2", (401, 403, 403, 201, 201), EC2_CREDENTIAL),
    Row("GET", "/v3/users/{member_id}/credentials/OS-EC2/{access}", (401, 403, 403, 200, 200)),
    Row("DELETE", "/v3/users/{member_id}/credentials/OS-EC2/{access}", (401, 403, 403, 204, 404)),
    Row("POST", "/v3/ec2tokens", (401, 403, 403, 403, 404), SIGNATURE),
    Row("POST", "/v3/s3tokens", (401, 403, 403, 403, 404), SIGNATURE),
    Row("GET", "/v3/OS-REVOKE/events", admin_only()),
    Row("GET", "/v3/auth/tokens/OS-PKI/revoked", anyone(403)),
    Row("POST", "/v3/OS-TRUST/trusts", (401, 403, 403, 201, 403), TRUST),
    Row("GET", "/v3/OS-TRUST/trusts/{trust_id}", (401, 403, 403, 200, 200)),
    Row("GET", "/v3/OS-TRUST/trusts/{trust_id}/roles", (401, 403, 403, 200, 200)),
    Row("GET", "/v3/OS-TRUST/trusts/{trust_id}/roles/{member_role_id}", (401, 403, 403, 200, 200)),
    Row("DELETE", "/v3/OS-TRUST/trusts/{trust_id}", (401, 403, 403, 204, 404)),
    Row("GET", MEMBERS, (401, 403, 403, 200, 200)),
    Row("POST", MEMBERS, (401, 403, 403, 201, 403), {"application_credential": {"name": "made"}}),
    Row("GET", MEMBERS + "/{application_credential_id}", (401, 403, 403, 200, 200)),
    Row("DELETE", MEMBERS + "/{application_credential_id}", (401, 403, 403, 204, 404)),
    Row("GET", "/v3/users/{member_id}/access_rules", (401, 403, 403, 200, 403)),
    Row("GET", "/v3/users/{member_id}/access_rules/{access_rule_id}", (401, 403, 403, 200, 403)),
    Row("DELETE", "/v3/users/{member_id}/access_rules/{access_rule_id}", (401, 403, 403, 204, 403)),
    *GRANT_ROWS,
    *INHERITED_ROWS,
    *LIMIT_ROWS,
    *(Row(method, path, admin_only(status), body) for method, path, status, body in ADMIN_ROWS),
    Row("DELETE", "/v3/auth/tokens", (401, 403, 403, 204, 404)),
    Row("DELETE", "/v3/groups/{group_id}", admin_only(204)),
    Row("DELETE", "/v3/roles/{role_id}", admin_only(204)),
    Row("DELETE", "/v3/users/{user_id}/tokens", admin_only(204)),
    Row("DELETE", "/v3/users/{user_id}", admin_only(204)),
    Row("DELETE", "/v3/domains/{domain_id}", admin_only(204)),
    Row("DELETE", "/v3/projects/{doomed_id}", admin_only(204)),
)


async def make_things(people: People) -> dict[str, str]:
    """What the rows name, by name."""
    things = {"tag": "new", "project_id": await people.make("project", name="theirs", tags=["old"])}
    things["doomed_id"] = await people.make("project", name="doomed")
    for noun, fields in (
        ("user", {"password": PASSWORD}),
        ("group", {}),
        ("domain", {}),
        ("role", {}),
        ("service", {"type": "t"}),
        ("region", {}),
    ):
        things[f"{noun}_id"] = await people.make(noun, name=f"a-{noun}", **fields)
    endpoint = {"service_id": things["service_id"], "interface": "public", "url": "http://x"}
    things["endpoint_id"] = await people.make("endpoint", **endpoint)
    group = await people.admin.post("/identity/v3/OS-EP-FILTER/endpoint_groups", ENDPOINT_GROUP)
    things["endpoint_group_id"] = group.json()["endpoint_group"]["id"]
    credential = {"user_id": people.admin.user_id, "type": "cert", "blob": "x"}
    things["credential_id"] = await people.make("credential", **credential)
    things["member_role_id"] = await people.role("member")
    await make_limits(people, things)
    return things


async def make_limits(people: People, things: dict[str, str]) -> None:
    """Two registered limits; on one stands a limit of the project."""
    wishes = [{**REGISTERED, "resource_name": name} for name in ("r", "free")]
    made = await people.admin.post("/identity/v3/registered_limits", filled({"registered_limits": wishes}, things))
    things["registered_limit_id"], things["free_limit_id"] = (one["id"] for one in made.json()["registered_limits"])
    wish = {key: value for key, value in LIMIT.items() if key != "domain_id"} | {"project_id": "{project_id}"}
    limits = await people.admin.post("/identity/v3/limits", filled({"limits": [wish]}, things))
    things["limit_id"] = limits.json()["limits"][0]["id"]


def filled(value: Any, things: dict[str, str]) -> Any:
    """The value with {names} replaced in every text."""
    if isinstance(value, dict):
        return {key: filled(part, things) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, things) for part in value]
    return value.format(**things) if isinstance(value, str) else value


def test_who_may_do_what(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        things = await make_things(people)
        elsewhere = await people.make("project", name="elsewhere")
        clients = {
            "nobody": people.client(),
            "reader": await people.person("reader", things["project_id"]),
            "other": await people.person("member", elsewhere),
            "member": await people.person("member", things["project_id"]),
            "admin": people.admin,
        }
        things["member_id"] = clients["member"].user_id
        things["token"] = await people.token(clients["member"].user_id)
        made = await clients["member"].post("/identity/v3/OS-TRUST/trusts", filled(TRUST, things))
        things["trust_id"] = made.json()["trust"]["id"]
        own = f"/identity/v3/users/{things['member_id']}/credentials/OS-EC2"
        made = await clients["member"].post(own, filled(EC2_CREDENTIAL, things))
        things["access"] = made.json()["credential"]["access"]
        robot = {"application_credential": {"name": "robot", "access_rules": [RULE]}}
        made = await clients["member"].post("/identity" + filled(MEMBERS, things), robot)
        things["application_credential_id"] = made.json()["application_credential"]["id"]
        things["access_rule_id"] = RULE["id"]
        wrong = []
        for row in ROWS:
            for who, expected in zip(WHO, row.expected, strict=True):
                options = {} if row.body is None else {"json": filled(row.body, things)}
                path = "/identity" + filled(row.path, things)
                response = await clients[who].request(row.method, path, headers=filled(TOKEN, things), **options)
                if response.status_code != expected:
                    wrong.append(f"{row.method} {row.path} by {who}: {response.status_code}, not {expected}")
        assert wrong == []

    run(tmp_path, story)


def test_every_route_has_a_row(tmp_path: Path) -> None:
    cloud = open_test_cloud(tmp_path)
    routes = identity.build(cloud, identity.CATALOG, "x").routes
    app = Litestar(routes, openapi_config=None, logging_config=None, exception_handlers={Exception: reraise})
    there = {
        (method, shape(route.path.removeprefix("/identity").replace(":str", "")))
        for route in app.routes
        for method in route.methods - {"OPTIONS"}
    }
    assert there - {(row.method, shape(row.path)) for row in ROWS} == set()
    cloud.db.close()


def shape(path: str) -> str:
    """A path with its variable parts as '*': what follows a collection's name, unless it is another's."""
    fixed = {"v3", "auth", "tokens", "system", "OS-TRUST", "trusts", "password", "implies"}
    nouns = {"projects", "domains", "users", "groups", "roles", "tags", "services", "endpoints", "regions"}
    nouns |= {"limits", "registered_limits", "model", "endpoint_groups"}
    fixed |= {"OS-EP-FILTER", "OS-INHERIT", "inherited_to_projects"}
    nouns |= {"credentials", "catalog", "role_inferences", "role_assignments"}
    fixed |= {"ec2tokens", "s3tokens", "OS-EC2", "OS-PKI", "OS-REVOKE", "revoked", "events"}
    return "/".join(part if part in fixed | nouns else "*" for part in path.split("/") if part)
