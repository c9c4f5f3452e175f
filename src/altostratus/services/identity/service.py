"""Identity as the app sees it."""

import re
from collections.abc import Sequence

from litestar import Router

from altostratus.kernel.config import build_config
from altostratus.kernel.events import Journal
from altostratus.kernel.http.edge import Edge
from altostratus.kernel.policy import read_overrides
from altostratus.kernel.service import CatalogEntry, Cloud, Service
from altostratus.services.identity.api import VARY, IdentityCall
from altostratus.services.identity.api.auth import DIRECT
from altostratus.services.identity.api.routes import ROUTES
from altostratus.services.identity.config import IdentityConfig
from altostratus.services.identity.domain.failures import FailureLimit, LoginLimits
from altostratus.services.identity.domain.passwords import Hasher
from altostratus.services.identity.errors import fault_format
from altostratus.services.identity.facade import IdentityFacade
from altostratus.services.identity.policy import RULES, IdentityPolicy
from altostratus.services.identity.store.token_keys import TokenKeys
from altostratus.services.identity.usecases import Identity, Memory
from altostratus.services.identity.usecases.bootstrap import bootstrap

PREFIX = "/identity"
CATALOG = (CatalogEntry("identity", "keystone", "/identity/v3"),)
HASH_SECONDS = 30.0
ROUTER = Router(PREFIX, route_handlers=ROUTES, request_class=IdentityCall, response_headers=dict([VARY]))


def build(cloud: Cloud, catalog: Sequence[CatalogEntry], admin_password: str) -> Service:
    """The identity service of this cloud; `catalog` is what every service offers."""
    identity = build_identity(cloud)
    return Service(
        name="identity",
        # Keystone checks tokens in each route, so that what does not exist is a 404 for everyone.
        edge=Edge("identity", PREFIX, fault_format, re.compile(r".*"), direct=DIRECT),
        routes=[ROUTER],
        state=identity,
        facade=IdentityFacade(identity),
        catalog=CATALOG,
        listeners=[identity.journal],
        refresh=identity.refresh,
        prepare=lambda tx: bootstrap(tx, identity, cloud.public_url, cloud.region, catalog, admin_password),
    )


def build_identity(cloud: Cloud) -> Identity:
    config = build_config(IdentityConfig, "identity", cloud.options.get("identity", {}))
    return Identity(
        db=cloud.db,
        clock=cloud.clock,
        policy=IdentityPolicy(RULES, read_overrides(cloud.data_dir / "policy" / "identity.yaml")),
        config=config,
        keys=TokenKeys(cloud.master_key),
        master_key=cloud.master_key,
        hashing=cloud.lane("identity-hash", config.hash_threads, HASH_SECONDS),
        memory=Memory(config.cached_tokens, config.cached_catalogs),
        journal=Journal(cloud.db, cloud.clock),
        hasher=Hasher(config.password_time_cost, config.password_memory_cost, config.password_parallelism),
        logins=_login_limits(config),
    )


def _login_limits(config: IdentityConfig) -> LoginLimits:
    known = config.remembered_login_failures
    return LoginLimits(
        FailureLimit(config.login_failures, config.login_failures_per_minute, known),
        FailureLimit(config.address_login_failures, config.address_login_failures_per_minute, known),
    )
