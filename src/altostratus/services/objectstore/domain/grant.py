"""What a valid signature allows, and nothing else does."""

from dataclasses import dataclass

from altostratus.services.objectstore.domain.path import Path


@dataclass(frozen=True, slots=True)
class Grant:
    """`right` (to read or to write) to one object, or to all that begin with it if `prefix`. What a manifest names may
    be read as far as the key reaches: in one container, or in the whole account where `reach` is ''."""

    path: Path
    right: str
    prefix: bool = False
    reach: str = ""

    def covers(self, path: Path) -> bool:
        if path[:2] != self.path[:2]:
            return False
        return path.object.startswith(self.path.object) if self.prefix else path.object == self.path.object

    def allows(self, path: Path, right: str) -> bool:
        return right == self.right and self.covers(path)

    def reaches(self, path: Path) -> bool:
        return path.account == self.path.account and self.reach in ("", path.container)
