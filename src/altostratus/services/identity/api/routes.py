"""Every route of the identity API, below /identity."""

from typing import Any

from litestar import Router

from altostratus.services.identity.api import (
    application_credentials,
    assignments,
    auth,
    catalog,
    credentials,
    domains,
    ec2_credentials,
    ec2tokens,
    endpoint_filters,
    grants,
    groups,
    limits,
    project_tags,
    projects,
    revocations,
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
        endpoint_filters.ROUTER,
        credentials.ROUTER,
        ec2_credentials.ROUTER,
        ec2tokens.post_ec2token,
        ec2tokens.post_s3token,
        revocations.get_revocations,
        revocations.get_revoked_pki,
        revocations.delete_user_tokens,
        trusts.ROUTER,
        application_credentials.ROUTER,
        application_credentials.RULES,
        limits.REGISTERED,
        limits.ROUTER,
    ],
)
ROUTES: list[Any] = [versions.get_versions, V3]
