"""Microversions: which one a request asks for, and how the answer says so.

https://specs.openstack.org/openstack/api-sig/guidelines/microversion_specification.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from altostratus.kernel.errors import BadRequest, NotAcceptable
from altostratus.kernel.http.context import Version

_FORM = re.compile(r"([1-9]\d{0,3})\.(0|[1-9]\d{0,3})")


@dataclass(frozen=True, slots=True)
class Microversions:
    """A service's range. `path` is where versioning applies ('/v2.1'); `legacy` an older header without a type."""

    service: str
    lowest: Version
    highest: Version
    path: str
    legacy: str | None = None

    def requested(self, headers: Mapping[str, str]) -> Version:
        """The version to answer in; the lowest when none is asked for."""
        text = self._text(headers)
        if text is None:
            return self.lowest
        if text == "latest":
            return self.highest
        form = _FORM.fullmatch(text)
        if not form:
            raise BadRequest(f"API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum.")
        version = Version(int(form[1]), int(form[2]))
        if not self.lowest <= version <= self.highest:
            raise NotAcceptable(
                f"Version {version} is not supported by the API. Minimum is {self.lowest}"
                f" and maximum is {self.highest}."
            )
        return version

    def answer(self, version: Version) -> list[tuple[str, str]]:
        """Response headers."""
        names = "OpenStack-API-Version"
        found = [(names, f"{self.service} {version}")]
        if self.legacy:
            found.append((self.legacy, str(version)))
            names += f", {self.legacy}"
        return [*found, ("Vary", names)]

    def _text(self, headers: Mapping[str, str]) -> str | None:
        """'compute 2.90, volume 3.1' names several services; only our own word counts."""
        for part in headers.get("openstack-api-version", "").split(","):
            words = part.split()
            if len(words) == 2 and words[0].lower() == self.service:
                return words[1]
        text = headers.get(self.legacy.lower()) if self.legacy else None
        return text.strip() if text else None
