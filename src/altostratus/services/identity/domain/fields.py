"""What clients say of a noun, sorted into columns and the rest; and what may not be changed."""

from collections.abc import Mapping
from typing import Any

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import BadRequest, Forbidden

NOT_KEPT = frozenset({"id", "links", "extra"})
DEFAULT_DOMAIN = "default"


def known(fields: Mapping[str, Any], *columns: str) -> dict[str, Any]:
    """Those of the columns that were said."""
    return {name: fields[name] for name in columns if name in fields}


def rest(fields: Mapping[str, Any], *columns: str) -> dict[str, Any]:
    """What was said beyond the columns; it is kept and given back."""
    return {name: value for name, value in fields.items() if name not in columns and name not in NOT_KEPT}


def merged_options(old: Mapping[str, Any], said: Mapping[str, Any] | None) -> dict[str, Any]:
    """An option set to null is gone."""
    return {name: value for name, value in {**old, **(said or {})}.items() if value is not None}


def home_domain(actor: Actor, fields: Mapping[str, Any]) -> str:
    """The domain that was said, else that of a domain's token, else the first one."""
    return str(fields.get("domain_id") or actor.domain_id or DEFAULT_DOMAIN)


def check_same_id(fields: Mapping[str, Any], id: str) -> None:  # noqa: A002
    if fields.get("id") not in (None, id):
        raise BadRequest("Cannot change ID")


def check_same_domain(fields: Mapping[str, Any], domain_id: str | None) -> None:
    if fields.get("domain_id", domain_id) != domain_id:
        raise BadRequest("Cannot change Domain ID")


def check_mutable(immutable: bool, kind: str, id: str, fields: Mapping[str, Any] | None = None) -> None:  # noqa: A002
    """An immutable one can be neither deleted (`fields` None) nor changed, but for being made mutable and no more."""
    if immutable and (fields is None or set(fields) != {"options"} or fields["options"].get("immutable", True)):
        verb = "delete" if fields is None else "update"
        raise Forbidden(
            f"Unable to {verb} immutable {kind} resource: `{id}`. Set resource option 'immutable' to false first."
        )
