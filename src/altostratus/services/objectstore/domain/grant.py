"""What a valid signature allows, and nothing else does."""

from dataclasses import dataclass

from altostratus.services.objectstore.domain.path import Path


@dataclass(frozen=True, slots=True)
class Grant:
    """`right` (to read or to write) to one object. What its manifest names may be read as far as the key reaches: in
    one container, or in the whole account where `reach` is ''."""

    path: Path
    right: str
    reach: str = ""

    def allows(self, path: Path, right: str) -> bool:
        return right == self.right and path == self.path

    def reaches(self, path: Path) -> bool:
        return self.right == "read" and path.account == self.path.account and self.reach in ("", path.container)
