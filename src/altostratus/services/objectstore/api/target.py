"""What a request for an object leads to."""

from dataclasses import dataclass

from altostratus.contracts.objectstore import Container, Object, Reading
from altostratus.services.objectstore.domain.path import Path


@dataclass(frozen=True, slots=True)
class Target:
    """An object that may be read, where it is, and its bytes. `linked`: a symbolic link has led there; `more`: headers
    that only this answer has."""

    path: Path
    container: Container
    found: Object
    reading: Reading
    linked: bool = False
    more: tuple[tuple[str, str], ...] = ()
