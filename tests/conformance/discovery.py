"""Asks a running cloud, through its own API alone, what Tempest needs to know of it; makes what is missing.

Owns the content of tempest.conf. Features are claimed here rather than discovered wherever a cloud could
hide a gap by not advertising it: what is absent then fails instead of being skipped.
"""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import httpx

EXTERNAL_CIDR = "198.51.100.0/24"
IMAGE = bytes(1 << 20)
LOCKOUT_FAILURES, LOCKOUT_SECONDS, FORMER_PASSWORDS = 2, 5, 2
"""What the cloud is set to: Tempest is told, and tries it."""
SERVICES = {
    "nova": ("compute", ("compute",)),
    "glance": ("image", ("image",)),
    "neutron": ("network", ("network",)),
    "cinder": ("volume", ("block-storage", "volumev3")),
    "swift": ("object-storage", ("object-store",)),
}

RESELLER = "ResellerAdmin"
OBJECT_FEATURES = ("account_quotas", "bulk_delete", "bulk_upload", "container_quotas", "dlo", "formpost", "slo")
OBJECT_FEATURES += ("staticweb", "symlink", "tempurl", "versioned_writes")

Conf = dict[str, dict[str, object]]


class Account(Protocol):
    """A cloud and its administrator, in domain Default; `identity_url` with or without `/v3`."""

    @property
    def identity_url(self) -> str: ...
    @property
    def username(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def project(self) -> str: ...


class Api:
    """The cloud's catalog and authenticated requests by service type; refused requests raise."""

    def __init__(self, cloud: Account) -> None:
        self.identity = cloud.identity_url.rstrip("/").removesuffix("/v3") + "/v3"
        user = {"name": cloud.username, "domain": {"id": "default"}, "password": cloud.password}
        scope = {"project": {"name": cloud.project, "domain": {"id": "default"}}}
        asked = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}
        answer = httpx.post(self.identity + "/auth/tokens", json={"auth": asked}, timeout=60)
        token = answer.raise_for_status()
        self.client = httpx.Client(headers={"X-Auth-Token": token.headers["X-Subject-Token"]}, timeout=60)
        self.catalog = {entry["type"]: entry for entry in token.json()["token"]["catalog"]}

    def has(self, *types: str) -> str | None:
        """The first of these service types that the catalog has."""
        return next((name for name in types if self.catalog.get(name, {}).get("endpoints")), None)

    def url(self, service: str) -> str:
        """The public endpoint, or the identity URL given."""
        if service == "identity":
            return self.identity
        points = self.catalog[service]["endpoints"]
        return str(next(point["url"] for point in points if point["interface"] == "public")).rstrip("/")

    def get(self, service: str, path: str) -> Any:
        return self.client.get(self.url(service) + path).raise_for_status().json()

    def post(self, service: str, path: str, body: Mapping[str, object]) -> Any:
        return self.client.post(self.url(service) + path, json=body).raise_for_status().json()


def configure(cloud: Account, workspace: Path) -> Path:
    """Writes `workspace/etc/tempest.conf` for the cloud and returns its path."""
    api = Api(cloud)
    with api.client:
        conf = _describe(api, cloud, workspace)
    return write_conf(conf, workspace / "etc/tempest.conf")


def _describe(api: Api, cloud: Account, workspace: Path) -> Conf:
    conf = _general(workspace) | _identity(api, cloud)
    available: dict[str, object] = {}
    for service, (section, types) in SERVICES.items():
        found = api.has(*types)
        available[service] = bool(found)
        if found:
            conf[section] = {"catalog_type": found}
    conf["service_available"] = available | {"horizon": False}
    describing = {"glance": _image, "nova": _compute, "neutron": _network, "cinder": _volume, "swift": _objects}
    for service, describe in describing.items():
        if available[service]:
            describe(api, conf)
    return conf


def _general(workspace: Path) -> Conf:
    return {
        "DEFAULT": {"log_dir": workspace / "logs", "log_file": "tempest.log", "debug": False},
        "oslo_concurrency": {"lock_path": workspace / "locks"},
        "validation": {"run_validation": False},
    }


def _identity(api: Api, cloud: Account) -> Conf:
    have = {role["name"] for role in api.get("identity", "/roles")["roles"]}
    for role in {"member", "reader"} - have:
        api.post("identity", "/roles", {"role": {"name": role}})
    return {
        "auth": {
            "use_dynamic_credentials": True,
            "create_isolated_networks": bool(api.has("network")),
            "admin_username": cloud.username,
            "admin_password": cloud.password,
            "admin_project_name": cloud.project,
            "admin_domain_name": "Default",
        },
        "identity": {
            "uri_v3": api.identity,
            "auth_version": "v3",
            "default_domain_id": "default",
            "user_lockout_failure_attempts": LOCKOUT_FAILURES,
            "user_lockout_duration": LOCKOUT_SECONDS,
            "user_unique_last_password_count": FORMER_PASSWORDS,
        },
        "identity-feature-enabled": {
            "api_v3": True,
            "trust": True,
            "access_rules": True,
            "application_credentials": True,
            "project_tags": True,
            "security_compliance": True,
            "forbid_global_implied_dsr": True,
        },
    }


def _objects(api: Api, conf: Conf) -> None:
    """What tests are not to try: Tempest waits ten minutes for containers that are not synchronised."""
    if RESELLER not in {role["name"] for role in api.get("identity", "/roles")["roles"]}:
        api.post("identity", "/roles", {"role": {"name": RESELLER}})
    conf["object-storage"]["reseller_admin_role"] = RESELLER
    conf["object-storage-feature-enabled"] = {"container_sync": False, "discoverable_apis": ",".join(OBJECT_FEATURES)}


def _image(api: Api, conf: Conf) -> None:
    usable = "/v2/images?status=active&visibility=public&sort=name:asc"
    images = api.get("image", usable)["images"]
    for number in range(len(images), 2):
        _ensure_image(api, f"conformance-{number + 1}")
    images = api.get("image", usable)["images"]
    # Of several, the smallest boot fastest.
    images.sort(key=lambda image: (image["size"] or 0, image["name"]))
    conf.setdefault("compute", {}).update(image_ref=images[0]["id"], image_ref_alt=images[1]["id"])
    conf["image-feature-enabled"] = {"api_v2": True, "import_image": _answers(api, "/v2/info/import")}


def _answers(api: Api, path: str) -> bool:
    answer = api.client.get(api.url("image") + path)
    return answer.status_code == 200 and bool(answer.json().get("import-methods", {}).get("value"))


def _ensure_image(api: Api, name: str) -> None:
    body = {"name": name, "disk_format": "raw", "container_format": "bare", "visibility": "public"}
    made = api.post("image", "/v2/images", body)["id"]
    kind = {"Content-Type": "application/octet-stream"}
    api.client.put(f"{api.url('image')}/v2/images/{made}/file", content=IMAGE, headers=kind).raise_for_status()


def _compute(api: Api, conf: Conf) -> None:
    flavors = api.get("compute", "/flavors/detail")["flavors"]
    for number in range(len(flavors), 2):
        flavor = {"name": f"conformance-{number + 1}", "ram": 64 + number, "vcpus": 1, "disk": 1}
        flavors.append(api.post("compute", "/flavors", {"flavor": flavor})["flavor"])
    flavors.sort(key=lambda flavor: (flavor["ram"], flavor["vcpus"], flavor["disk"], flavor["id"]))
    version = api.get("compute", "/")["version"]
    conf["compute"] |= {
        "flavor_ref": flavors[0]["id"],
        "flavor_ref_alt": flavors[1]["id"],
        "max_microversion": version.get("version") or "2.1",
        "build_timeout": 60,
    }
    conf["compute-feature-enabled"] = {"vnc_console": False, "change_password": False}


def _network(api: Api, conf: Conf) -> None:
    aliases = sorted(one["alias"] for one in api.get("network", "/v2.0/extensions")["extensions"])
    conf["network-feature-enabled"] = {"api_extensions": ",".join(aliases), "ipv6": True}
    query = "/v2.0/networks?router:external=true"
    external = api.get("network", query)["networks"] or [_ensure_external_network(api)]
    conf["network"] |= {
        "public_network_id": external[0]["id"],
        "floating_network_name": external[0]["name"],
    }


def _volume(api: Api, conf: Conf) -> None:
    versions = api.client.get(api.url("identity").removesuffix("/identity/v3") + "/volume/v3").raise_for_status()
    conf["volume"] |= {
        "max_microversion": versions.json()["versions"][0]["version"],
        "storage_protocol": "file",
        "vendor_name": "Altostratus",
        "build_timeout": 60,
    }
    aliases = sorted(one["alias"] for one in api.get("block-storage", "/extensions")["extensions"])
    features = {"backup": False, "extend_attached_volume": False, "api_extensions": ",".join(aliases)}
    conf["volume-feature-enabled"] = features


def _ensure_external_network(api: Api) -> Any:
    body = {"network": {"name": "conformance-external", "router:external": True}}
    network = api.post("network", "/v2.0/networks", body)["network"]
    subnet = {"network_id": network["id"], "ip_version": 4, "cidr": EXTERNAL_CIDR, "enable_dhcp": False}
    api.post("network", "/v2.0/subnets", {"subnet": subnet})
    return network


def write_conf(conf: Conf, path: Path) -> Path:
    """Writes the sections as oslo.config reads them, for the owner's eyes only."""
    parser = configparser.RawConfigParser()
    for section, values in conf.items():
        # oslo.config substitutes $name; a doubled $ is one.
        texts = {key: str(value).replace("$", "$$") for key, value in values.items()}
        parser[section] = texts
    path.parent.mkdir(parents=True, exist_ok=True)
    # It holds the administrator's password.
    path.touch(mode=0o600)
    with path.open("w") as out:
        parser.write(out)
    return path
