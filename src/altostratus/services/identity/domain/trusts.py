"""What a trust may pass on, and how often. Pure."""

from collections.abc import Mapping, Set
from typing import Any

from altostratus.kernel.errors import BadRequest
from altostratus.services.identity.domain.nouns import Trust
from altostratus.services.identity.errors import Refused


def passes_left(fields: Mapping[str, Any], above: Trust | None, most: int) -> int:
    """How often the trust that is asked for may be passed on; `above` is what it is itself passed on from."""
    wanted = fields.get("redelegation_count")
    if not fields.get("allow_redelegation") or wanted == 0:
        return 0
    if wanted is not None and wanted > most:
        raise Refused(f"Requested redelegation depth of {wanted} is greater than allowed {most}")
    if fields.get("remaining_uses") is not None:
        raise BadRequest("remaining_uses must not be set if redelegation is allowed")
    left = most if above is None else above.redelegation_count - 1
    if above is not None and wanted not in (None, left):
        raise Refused('Modifying "redelegation_count" upon redelegation is forbidden; leave it out')
    return left if wanted is None else wanted


def check_passed_on(above: Trust, above_roles: Set[str], made: Trust, role_ids: Set[str], most: int) -> None:
    """Refused unless `made` gives away no more than `above`, one of the trusts that it is passed on from, gave."""
    for wrong, reason in (
        (
            not 0 < above.redelegation_count <= most,
            f"Remaining redelegation depth of {above.redelegation_count} out of allowed range of [0..{most}]",
        ),
        (made.remaining_uses is not None, 'Field "remaining_uses" must not be set in order to redelegate a trust'),
        (_outlives(made, above), "Requested expiration time is more than redelegated trust can provide"),
        (made.project_id not in (None, above.project_id), "The redelegated trust is for another project"),
        (not role_ids <= above_roles, "Some of requested roles are not in redelegated trust"),
        (
            made.impersonation and not above.impersonation,
            f"Impersonation is not allowed because redelegated trust {above.id} does not specify it",
        ),
    ):
        if wrong:
            raise Refused(reason)


def _outlives(made: Trust, above: Trust) -> bool:
    return above.expires_at is not None and (made.expires_at is None or made.expires_at > above.expires_at)
