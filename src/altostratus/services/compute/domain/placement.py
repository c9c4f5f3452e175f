"""Where a server goes: the host with the most free memory among those that can take it; else a readable reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from altostratus.services.compute.domain.server import Host

PATIENCE = timedelta(minutes=5)
"""A host that has been silent for longer is not waited for."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What is promised on a host, or asked of one: vCPUs, MiB, GiB."""

    vcpus: int = 0
    memory_mb: int = 0
    disk_gb: int = 0

    @classmethod
    def of(cls, flavor: Mapping[str, Any], local_root: bool) -> "Usage":
        """What a server of this flavor takes of its host; without a `local_root` it boots from a volume."""
        root = flavor["disk"] if local_root else 0
        return cls(flavor["vcpus"], flavor["ram"], root + flavor["ephemeral"])


@dataclass(frozen=True, slots=True)
class Ratios:
    """How much may be promised for each unit there is, and the memory that is kept back."""

    cpu: float
    ram: float
    disk: float
    reserved_mb: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A host and what is promised on it already."""

    host: Host
    used: Usage


def choose_host(candidates: Sequence[Candidate], need: Usage, ratios: Ratios) -> Host | str:
    """A host, or the reason why there is none."""
    if not candidates:
        return "there is no host yet"
    reasons = {c.host.name: _refusal(c, need, ratios) for c in candidates}
    able = [c for c in candidates if not reasons[c.host.name]]
    if able:
        return max(able, key=lambda c: (c.host.memory_mb - c.used.memory_mb, c.host.id)).host
    return "; ".join(f"host {name} {reason}" for name, reason in sorted(reasons.items()))


def may_answer(host: Host, now: datetime) -> bool:
    """Whether a host that does not answer is likely to do so soon: then a server waits for it, and does not fail."""
    wanted = host.enabled and not host.forced_down
    return wanted and not host.reachable and now - (host.seen_at or host.created_at) < PATIENCE


def _refusal(candidate: Candidate, need: Usage, ratios: Ratios) -> str:
    """Why the host cannot take it; '' when it can."""
    host, used = candidate.host, candidate.used
    if not host.enabled:
        return f"is disabled ({host.disabled_reason or 'no reason given'})"
    if host.forced_down:
        return "is forced down"
    if not host.reachable:
        return "does not answer"
    for what, unit, asked, taken, total in (
        ("vCPUs", "", need.vcpus, used.vcpus, host.vcpus * ratios.cpu),
        ("memory", " MiB", need.memory_mb, used.memory_mb, (host.memory_mb - ratios.reserved_mb) * ratios.ram),
        ("disk", " GiB", need.disk_gb, used.disk_gb, host.disk_gb * ratios.disk),
    ):
        if taken + asked > total:
            return f"has {max(0, int(total - taken))}{unit} of {what} left and {asked}{unit} is needed"
    return ""
