"""When something ends, as clients say it, and whether it has."""

import re
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from altostratus.kernel.errors import BadRequest
from altostratus.services.identity.errors import MALFORMED

_DATE = r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}"
_TIME = r"[0-9]{2}(:?[0-9]{2}(:?[0-9]{2}([.,][0-9]+)?)?)?"
_MOMENT = re.compile(f"{_DATE}[T ]{_TIME}")


class Ending(Protocol):
    """What ends, or (None) does not."""

    @property
    def expires_at(self) -> datetime | None: ...


E = TypeVar("E", bound=Ending)


def unexpired(found: E | None, now: datetime) -> E | None:
    """None also when it has ended."""
    return found if found and (found.expires_at is None or found.expires_at > now) else None


def expiry_of(text: str, now: datetime) -> datetime:
    """ISO 8601 in UTC, with or without its Z. BadRequest when it is no such time, or past."""
    try:
        if not _MOMENT.fullmatch(text.removesuffix("Z")):
            raise ValueError(text)
        moment = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadRequest(f"Timestamp not in expected format. {MALFORMED}") from error
    if moment < now:
        raise BadRequest(f"The 'expires_at' must not be before now. {MALFORMED}")
    return moment
