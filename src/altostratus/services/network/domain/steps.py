"""The steps that reconcilers take; each is safe to take twice. The spec to make is with what the reconciler loaded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EnsureNetwork:
    """Make the segment, its DHCP and its host address as they are wanted."""

    id: str


@dataclass(frozen=True, slots=True)
class RemoveNetwork:
    """Take the segment off the host."""

    id: str


@dataclass(frozen=True, slots=True)
class EnsureRouter:
    """Make the router, its legs and its floating addresses as they are wanted."""

    id: str


@dataclass(frozen=True, slots=True)
class RemoveRouter:
    """Take the router off the host."""

    id: str


@dataclass(frozen=True, slots=True)
class EnsurePort:
    """Put the port's filters in force."""

    id: str


@dataclass(frozen=True, slots=True)
class RemovePort:
    """Take the port's filters off the host."""

    id: str


@dataclass(frozen=True, slots=True)
class SpreadMembership:
    """Tell the ports that accept a group's members who they are now."""

    group_id: str


@dataclass(frozen=True, slots=True)
class RemoveOrphan:
    """Remove from the host what no row knows; `kind` is network, router or port."""

    kind: str
    id: str
