"""Versions, authentication, tokens and the catalog."""

from __future__ import annotations

from typing import Any

from ..script import PASSWORD, Script
from .registry import identity

DEFAULT = {"id": "default"}
TOKENS = "/v3/auth/tokens"


def login(user: dict[str, Any], scope: Any = None) -> dict[str, Any]:
    """A request body for password authentication."""
    auth: dict[str, Any] = {"identity": {"methods": ["password"], "password": {"user": user}}}
    if scope is not None:
        auth["scope"] = scope
    return {"auth": auth}


def person(s: Script, label: str) -> tuple[str, str]:
    """A new user of the default domain (recorded); its id and name."""
    name = s.name(label)
    body = {"user": {"name": name, "domain_id": "default", "password": PASSWORD}}
    return s.post("/v3/users", body, keep=f"{label}.id=user.id").pick("user.id"), name


@identity
def version_documents(s: Script) -> None:
    s.get("/", by=None)
    s.get("/v3", by=None)
    s.get("/v3/", by=None)
    s.head("/v3", by=None)
    s.get("/v2.0", by=None)
    s.post("/v3", {}, by=None)


@identity
def unknown_routes_and_methods(s: Script) -> None:
    s.get("/v3/nothing")
    s.get("/v3/nothing", by=None)
    s.get("/nothing", by=None)
    s.put("/v3/users", {})
    s.put("/v3/users", {}, by=None)
    s.delete("/v3/auth/projects")
    s.post("/v3/auth/catalog", {})
    s.get("/v3/users/")
    s.send("OPTIONS", "/v3/users", by=None)


@identity
def unauthenticated(s: Script) -> None:
    for noun in ("projects", "users", "roles", "domains", "groups", "services", "auth/projects", "auth/tokens"):
        s.get(f"/v3/{noun}", by=None)
    s.get("/v3/users", by=None, headers={"X-Auth-Token": "not-a-token"})
    s.get("/v3/users", by=None, headers={"X-Auth-Token": ""})
    s.post("/v3/users", {"user": {"name": "nobody"}}, by=None)
    s.delete("/v3/users/nobody", by=None)


@identity
def password_authentication_scopes(s: Script) -> None:
    user, name = person(s, "alice")
    project_name = s.name("alice-project")
    body = {"project": {"name": project_name, "domain_id": "default"}}
    project = s.post("/v3/projects", body, keep="project.id=project.id").pick("project.id")
    role = s.get("/v3/roles?name=member").pick("roles.0.id")
    s.put(f"/v3/projects/{project}/users/{user}/roles/{role}")
    by_id = {"id": user, "password": PASSWORD}
    by_name = {"name": name, "domain": DEFAULT, "password": PASSWORD}
    s.post(TOKENS, login(by_id), by=None)
    s.post(TOKENS, login(by_name, "unscoped"), by=None)
    s.post(TOKENS, login(by_id, {"project": {"id": project}}), by=None)
    s.post(TOKENS, login(by_name, {"project": {"name": project_name, "domain": {"name": "Default"}}}), by=None)
    s.post(TOKENS + "?nocatalog", login(by_id, {"project": {"id": project}}), by=None)
    s.post(TOKENS, login(by_id, {"domain": DEFAULT}), by=None)
    s.post(TOKENS, login(by_id, {"system": {"all": True}}), by=None)
    s.patch(f"/v3/users/{user}", {"user": {"default_project_id": project}})
    s.post(TOKENS, login(by_id), by=None)


@identity
def administrator_scopes(s: Script) -> None:
    who = {"name": s.cloud.username, "domain": DEFAULT, "password": s.cloud.password}
    s.known.learn(s.cloud.password, "admin password")
    s.post(TOKENS, login(who), by=None)
    s.post(TOKENS, login(who, {"project": {"name": s.cloud.project, "domain": DEFAULT}}), by=None)
    s.post(TOKENS, login(who, {"system": {"all": True}}), by=None)
    s.post(TOKENS, login(who, {"domain": DEFAULT}), by=None)


@identity
def refused_authentication(s: Script) -> None:
    user, name = person(s, "bob")
    good = {"id": user, "password": PASSWORD}
    s.post(TOKENS, login({"id": user, "password": "wrong"}), by=None)
    s.post(TOKENS, login({"name": s.name("nobody"), "domain": DEFAULT, "password": "x"}), by=None)
    s.post(TOKENS, login({"id": "no-such-user", "password": "x"}), by=None)
    s.post(TOKENS, login({"name": name, "domain": {"id": "no-such"}, "password": PASSWORD}), by=None)
    s.post(TOKENS, login({"name": name, "password": PASSWORD}), by=None)
    s.post(TOKENS, login(good, {"project": {"id": "no-such"}}), by=None)
    s.post(TOKENS, login(good, {"project": {"name": "admin", "domain": DEFAULT}}), by=None)
    s.post(TOKENS, login(good, {"project": {"name": "admin"}}), by=None)
    s.post(TOKENS, login(good, {"project": {"id": "a"}, "domain": DEFAULT}), by=None)
    s.post(TOKENS, login(good, {"domain": DEFAULT}), by=None)
    s.patch(f"/v3/users/{user}", {"user": {"enabled": False}})
    s.post(TOKENS, login(good), by=None)


@identity
def malformed_authentication(s: Script) -> None:
    json = {"Content-Type": "application/json"}
    s.send("POST", TOKENS, by=None, content=b"{not json", headers=json)
    s.send("POST", TOKENS, by=None, content=b"", headers=json)
    s.send("POST", TOKENS, by=None, content=b"[]", headers=json)
    s.send("POST", TOKENS, by=None, content=b'{"auth": {}}', headers={"Content-Type": "text/plain"})
    bodies: tuple[Any, ...] = (
        {},
        {"auth": None},
        {"auth": {}},
        {"auth": {"identity": {}}},
        {"auth": {"identity": {"methods": []}}},
        {"auth": {"identity": {"methods": ["password"]}}},
        {"auth": {"identity": {"methods": ["no-such"], "no-such": {}}}},
        {"auth": {"identity": {"methods": ["password"], "password": {}}}},
        {"auth": {"identity": {"methods": ["password"], "password": {"user": {}}}}},
        login({"id": 5, "password": PASSWORD}),
        login({"id": "someone"}),
        login({"id": "someone", "password": 5}),
        login({"id": "someone", "password": "x"}, "nonsense"),
        login({"id": "someone", "password": "x"}, {"nonsense": {}}),
        {"auth": {"identity": {"methods": "password"}}},
    )
    for body in bodies:
        s.post(TOKENS, body, by=None)


@identity
def authentication_with_a_token(s: Script) -> None:
    user, _ = person(s, "carol")
    first = s.post(TOKENS, login({"id": user, "password": PASSWORD}), by=None).token
    s.known.learn(first, "first token")
    body: dict[str, Any] = {"auth": {"identity": {"methods": ["token"], "token": {"id": first}}}}
    s.post(TOKENS, body, by=None)
    s.post(TOKENS, {"auth": {"identity": {"methods": ["token"], "token": {"id": "junk"}}}}, by=None)
    s.post(TOKENS, {"auth": {"identity": {"methods": ["token"], "token": {}}}}, by=None)
    body["auth"]["scope"] = {"project": {"name": "admin", "domain": DEFAULT}}
    s.post(TOKENS, body, by=None)
    admin = {"methods": ["token"], "token": {"id": s.token_of("unscoped")}}
    s.post(TOKENS, {"auth": {"identity": admin, "scope": body["auth"]["scope"]}}, by=None)


@identity
def token_validation(s: Script) -> None:
    token = {"X-Subject-Token": s.token_of("member")}
    s.get(TOKENS, headers=token)
    s.head(TOKENS, headers=token)
    s.get(TOKENS + "?nocatalog", headers=token)
    s.get(TOKENS, by="member", headers=token)
    s.get(TOKENS, by="reader", headers=token)
    s.get(TOKENS)
    s.head(TOKENS)
    for wrong in ("junk", "a" * 32, "x" * 300):
        s.get(TOKENS, headers={"X-Subject-Token": wrong})
        s.head(TOKENS, headers={"X-Subject-Token": wrong})
    s.get(TOKENS, by=None, headers=token)


@identity
def token_revocation(s: Script) -> None:
    user, _ = person(s, "dave")
    token = s.post(TOKENS, login({"id": user, "password": PASSWORD}), by=None).token
    subject = {"X-Subject-Token": token}
    s.known.learn(token, "revoked token")
    s.delete(TOKENS)
    s.delete(TOKENS, headers={"X-Subject-Token": "junk"})
    s.delete(TOKENS, by="reader", headers=subject)
    s.delete(TOKENS, headers=subject)
    s.get(TOKENS, headers=subject)
    s.delete(TOKENS, headers=subject)
    s.get("/v3/auth/projects", by=None, headers={"X-Auth-Token": token})
    again = s.post(TOKENS, login({"id": user, "password": PASSWORD}), by=None).token
    s.delete(TOKENS, by=None, headers={"X-Auth-Token": again, "X-Subject-Token": again})


@identity
def what_ends_a_token(s: Script) -> None:
    user, _ = person(s, "erin")
    good = {"id": user, "password": PASSWORD}
    before = s.post(TOKENS, login(good), by=None).token
    changed = {"user": {"original_password": PASSWORD, "password": "Another-pass-2"}}
    s.post(f"/v3/users/{user}/password", changed, by=None, headers={"X-Auth-Token": before})
    s.get(TOKENS, headers={"X-Subject-Token": before})
    s.post(TOKENS, login(good), by=None)
    after = s.post(TOKENS, login({"id": user, "password": "Another-pass-2"}), by=None).token
    s.patch(f"/v3/users/{user}", {"user": {"enabled": False}})
    s.get(TOKENS, headers={"X-Subject-Token": after})


@identity
def what_a_token_gives(s: Script) -> None:
    for who in ("admin", "member", "unscoped"):
        s.get("/v3/auth/catalog", by=who, loose=True)
        s.get("/v3/auth/projects", by=who, loose=who != "member")
        s.get("/v3/auth/domains", by=who, loose=who != "member")
        s.get("/v3/auth/system", by=who)
    s.head("/v3/auth/projects", by="member")
    s.get("/v3/auth/catalog", by=None)


@identity
def catalog_entries(s: Script) -> None:
    s.get("/v3/services", loose=True)
    s.get("/v3/services?type=identity", loose=True)
    s.get("/v3/services?name=" + s.name("nothing"))
    s.get("/v3/endpoints", loose=True)
    s.get("/v3/endpoints?interface=public", loose=True)
    s.get("/v3/regions")
    s.get("/v3/regions/RegionOne")
    s.get("/v3/regions/no-such")
    s.get("/v3/services/no-such")
    s.get("/v3/endpoints/no-such")
    for noun in ("services", "endpoints", "regions"):
        s.get(f"/v3/{noun}", by="member", loose=True)


@identity
def changing_the_catalog(s: Script) -> None:
    name, region = s.name("service"), s.name("region")
    made = s.post("/v3/services", {"service": {"name": name, "type": "oracle"}}, keep="service.id=service.id")
    service = made.pick("service.id")
    s.post("/v3/services", {"service": {"name": name}})
    s.post("/v3/services", {"service": {"name": name, "type": "oracle"}}, by="member")
    s.patch(f"/v3/services/{service}", {"service": {"description": "about", "enabled": False}})
    s.post("/v3/regions", {"region": {"id": region, "description": "x"}}, keep="region.id=region.id")
    s.post("/v3/regions", {"region": {"id": region}})
    s.post("/v3/regions", {"region": {"parent_region_id": "no-such"}})
    where = {"service_id": service, "interface": "public", "url": "http://127.0.0.1:9/", "region_id": region}
    made = s.post("/v3/endpoints", {"endpoint": where}, keep="endpoint.id=endpoint.id")
    endpoint = made.pick("endpoint.id")
    s.post("/v3/endpoints", {"endpoint": where | {"interface": "sideways"}})
    s.post("/v3/endpoints", {"endpoint": where | {"service_id": "no-such"}})
    s.post("/v3/endpoints", {"endpoint": {"service_id": service}})
    s.patch(f"/v3/endpoints/{endpoint}", {"endpoint": {"url": "http://127.0.0.1:10/"}})
    s.get(f"/v3/endpoints/{endpoint}")
    s.get(f"/v3/endpoints?service_id={service}")
    s.delete(f"/v3/endpoints/{endpoint}")
    s.delete(f"/v3/endpoints/{endpoint}")
    s.delete(f"/v3/services/{service}")
    s.delete(f"/v3/regions/{region}")
