"""Every route of the identity API, below /identity."""

from typing import Any

from litestar import Router

from altostratus.services.identity.api import (
    assignments,
    auth,
    catalog,
    credentials,
    domains,
    grants,
    groups,
    project_tags,
    projects,
    roles,
    trusts,
    users,
    versions,
)

V3 = Router(
    "/v3",
    route_handlers=[
        versions.get_version,
        auth.ROUTER,
        domains.ROUTER,
        projects.ROUTER,
        project_tags.ROUTER,
        users.ROUTER,
        groups.ROUTER,
        roles.ROUTER,
        roles.get_inferences,
        grants.ROUTER,
        assignments.get_assignments,
        catalog.ROUTER,
        credentials.ROUTER,
        trusts.ROUTER,
    ],
)
ROUTES: list[Any] = [versions.get_versions, V3]
