"""If-Match: change only the revision that the client has seen."""

from altostratus.services.network.errors import RevisionNumberConstraintFailed


def check_revision(current: int, wanted: int | None) -> None:
    """RevisionNumberConstraintFailed unless this is the revision asked for, if one is."""
    if wanted is not None and wanted != current:
        raise RevisionNumberConstraintFailed(wanted=wanted, current=current)
