"""Filters of ports on this host: what is in the kernel, and the smallest change to what is wanted.

The kernel is the only memory: marks, zones, digests are all read back from the ruleset. What was read is kept
until the ruleset's generation changes behind our back.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from altostratus.services.network.driver import DriverError, PortSpec, digest
from altostratus.services.network.drivers.linux import rules
from altostratus.services.network.drivers.linux.names import Names
from altostratus.services.network.drivers.linux.privileged import Link, Privileged
from altostratus.services.network.drivers.linux.rules import PortMark

Chain = tuple[str, str]  # family, name
Cell = tuple[str, str, str | int]  # family, set or map, key
HALF_MADE = "?"
FIRST_ZONE, LAST_ZONE = 4096, 65535  # the low ones are left to people


@dataclass(slots=True)
class Ruleset:
    """Our two tables as they are: elements with their values, chains with (rules, last comment)."""

    cells: dict[Cell, str | int] = field(default_factory=dict)
    chains: dict[Chain, tuple[int, str]] = field(default_factory=dict)

    def of_port(self, port_id: str) -> dict[Cell, str | int]:
        """Elements that lead to the port's chains, and those under the same tap or mark."""
        chains = {f"src-{port_id}", f"out-{port_id}", f"in-{port_id}"}
        keys = {cell[2] for cell, value in self.cells.items() if value in chains}
        return {cell: value for cell, value in self.cells.items() if cell[2] in keys}

    def mark_of(self, port_id: str) -> int | None:
        wanted = f"out-{port_id}"
        for (_, name, key), value in self.cells.items():
            if name == "egress" and value == wanted:
                return int(key)
        return None

    def free_mark(self) -> int:
        used = {key for _, name, key in self.cells if name == "egress"}
        return next(mark for mark in range(rules.TRUSTED + 1, rules.TRUSTED + 0xFFFFFF) if mark not in used)

    def zone(self, bridge: str) -> int | None:
        value = self.cells.get(("inet", "zones", bridge))
        return None if value is None else int(value)

    def free_zone(self, first: int) -> int:
        """From `first` on, round and round."""
        used = {value for (_, name, _), value in self.cells.items() if name == "zones"}
        zones = itertools.chain(range(first, LAST_ZONE), range(FIRST_ZONE, first))
        try:
            return next(zone for zone in zones if zone not in used)
        except StopIteration:
            raise DriverError("every connection tracking zone is taken") from None

    def ports(self) -> dict[str, PortMark | None]:
        """Every port that has a chain; None when its chains are not as we wrote them."""
        found: dict[str, list[PortMark | None]] = {}
        for port_id, mark, rules_there in self._marks():
            found.setdefault(port_id, []).append(mark if mark and mark.rules == rules_there else None)
        return {port_id: _agreed(port_id, marks) for port_id, marks in found.items()}

    def bridges(self) -> dict[str, str]:
        """The bridge of every port, also of one that is damaged, as long as one of its chains tells."""
        return {port_id: mark.bridge for port_id, mark, _ in self._marks() if mark}

    def _marks(self) -> Iterator[tuple[str, PortMark | None, int]]:
        for (_, chain), (count, comment) in self.chains.items():
            kind, _, port_id = chain.partition("-")
            if kind in ("src", "out", "in"):
                yield port_id, PortMark.parse(comment), count


def _agreed(port_id: str, marks: list[PortMark | None]) -> PortMark | None:
    first = marks[0]
    if first is None or len(marks) != 3 or first.port_id != port_id:
        return None
    same = all(mark and (mark.digest, mark.bridge) == (first.digest, first.bridge) for mark in marks)
    return first if same else None


class Filters:
    """The filters of every port of one instance. Callers hold the driver's lock."""

    def __init__(self, names: Names, privileged: Privileged) -> None:
        self._names = names
        self._privileged = privileged
        # zones are the host's, not ours: two clouds in one would cut each other's connections between equal addresses
        self._first_zone = FIRST_ZONE + crc32(names.instance.encode()) % (LAST_ZONE - FIRST_ZONE)
        self._known: tuple[int, Ruleset] | None = None
        self._reloads = 0

    def ensure_zone(self, bridge: str) -> int:
        """The connection tracking zone of a segment, so that equal addresses on two of them do not meet."""
        now = self._read()
        zone = now.zone(bridge)
        if zone is None:
            zone = now.free_zone(self._first_zone)
            self._commit(now, {}, {("inet", "zones", bridge): zone}, [])
        return zone

    def remove_zone(self, bridge: str) -> None:
        now = self._read()
        if now.zone(bridge) is not None:
            self._commit(now, {("inet", "zones", bridge): 0}, {}, [])

    def ensure(self, spec: PortSpec, bridge: str) -> None:
        """Filters are as the spec says, and no connection goes on that they do not accept."""
        now = self._read()
        mark = now.mark_of(spec.id) or now.free_mark()
        wanted = dict(_cells(spec, mark))
        there = now.of_port(spec.id)
        there |= {cell: now.cells[cell] for cell in wanted if cell in now.cells}
        stale = {cell: value for cell, value in there.items() if wanted.get(cell) != value}
        fresh = {cell: value for cell, value in wanted.items() if there.get(cell) != value}
        if not stale and not fresh and self._is_made(now, spec, bridge):
            return
        if spec.id not in now.bridges():
            # nothing of it passes yet; what is there belonged to who had the address before
            self._cut_refused(spec, bridge)
        else:
            # half-made until the connections are cut, so that a crash in between is seen and mended
            self._commit(now, stale, fresh, _chains(spec, bridge, mark, HALF_MADE))
            self._cut_refused(spec, bridge)
            now, stale, fresh = self._read(), {}, {}
        self._commit(now, stale, fresh, _chains(spec, bridge, mark, digest(spec)))

    @staticmethod
    def _is_made(now: Ruleset, spec: PortSpec, bridge: str) -> bool:
        mark = now.ports().get(spec.id)
        return mark is not None and (mark.digest, mark.bridge) == (digest(spec), bridge)

    def remove(self, port_id: str) -> None:
        now = self._read()
        gone = [key for key in now.chains if key[1] in (f"src-{port_id}", f"out-{port_id}", f"in-{port_id}")]
        if gone:
            self._commit(now, now.of_port(port_id), {}, [(key, None) for key in gone])

    def _cut_refused(self, spec: PortSpec, bridge: str) -> None:
        """End the connections of this port that its rules no longer accept."""
        zone = self._read().zone(bridge)
        found = self._privileged.connections(zone) if zone is not None else []
        refused = [connection for connection in found if not rules.still_accepted(spec, connection)]
        if refused:
            self._privileged.cut(refused)

    def observe(self, links: dict[str, Link]) -> dict[str, str]:
        """Port id to digest; '' where filters or the plugging of the tap are not as they were made."""
        now = self._read(repair=False)
        if not self._has_skeleton(now):
            return dict.fromkeys(now.ports(), "")
        keys = {value: key for (_, name, key), value in now.cells.items() if name in ("sources", "egress")}
        return {
            port_id: mark.digest if mark and _plugged(now, mark, keys, links) else ""
            for port_id, mark in now.ports().items()
        }

    def bridge_of(self, port_id: str) -> str | None:
        """The bridge the port was last made for, as far as can be seen."""
        return self._read(repair=False).bridges().get(port_id)

    def bridges_in_use(self) -> set[str]:
        """Bridges that ports name, plugged or not."""
        return set(self._read(repair=False).bridges().values())

    def reloads(self) -> int:
        """How often the ruleset had to be read: it grows whenever somebody else changed anything of it."""
        self._read(repair=False)
        return self._reloads

    def _has_skeleton(self, now: Ruleset) -> bool:
        for chain, lines in rules.base_chains(self._names).items():
            if now.chains.get(chain) != (len(lines), rules.skeleton_mark(self._names, chain)):
                return False
        return True

    def _read(self, repair: bool = True) -> Ruleset:
        generation = self._privileged.generation()
        if self._known is None or self._known[0] != generation:
            self._known = (generation, self._list())
        if repair and not self._has_skeleton(self._known[1]):
            tables = [("bridge", self._names.table), ("inet", self._names.table)]
            self._privileged.apply_rules(rules.skeleton(self._names), tables=tables)
            self._known = (self._privileged.generation(), self._list())
        return self._known[1]

    def _list(self) -> Ruleset:
        self._reloads += 1
        found = Ruleset()
        for family in ("bridge", "inet"):
            for item in self._privileged.rules(family, self._names.table):
                _note(found, family, item)
        return found

    def _commit(
        self,
        now: Ruleset,
        stale: dict[Cell, str | int],
        fresh: dict[Cell, str | int],
        chains: list[tuple[Chain, list[str] | None]],
    ) -> None:
        """One transaction: stale elements go, chains are written (None: removed), fresh elements come."""
        before = self._known[0] if self._known else 0
        text = "\n".join(self._script(now, stale, fresh, chains)) + "\n"
        self._known = None
        self._privileged.apply_rules(text)
        for cell in stale:
            now.cells.pop(cell, None)
        now.cells.update(fresh)
        for chain, lines in chains:
            if lines is None:
                now.chains.pop(chain, None)
            else:
                now.chains[chain] = (len(lines), lines[-1].split('"')[1])
        after = self._privileged.generation()
        if after == before + 1:  # nobody else changed anything meanwhile
            self._known = (after, now)

    def _script(
        self,
        now: Ruleset,
        stale: dict[Cell, str | int],
        fresh: dict[Cell, str | int],
        chains: list[tuple[Chain, list[str] | None]],
    ) -> Iterator[str]:
        table = self._names.table
        for family, name, key in stale:
            yield f"delete element {family} {table} {name} {{ {_key(key)} }}"
        for (family, chain), lines in chains:
            if lines is None:
                yield f"flush chain {family} {table} {chain}"
                yield f"delete chain {family} {table} {chain}"
                continue
            yield f"add chain {family} {table} {chain}"
            if (family, chain) in now.chains:
                yield f"flush chain {family} {table} {chain}"
            yield from (f"add rule {family} {table} {chain} {line}" for line in lines)
        for (family, name, key), value in fresh.items():
            yield f"add element {family} {table} {name} {{ {_key(key)}{_value(name, value)} }}"


def _plugged(now: Ruleset, mark: PortMark, keys: dict[str | int, str | int], links: dict[str, Link]) -> bool:
    """Frames of the tap reach the chains of the port, and the tap is in its bridge, once there is one."""
    tap, number = keys.get(f"src-{mark.port_id}"), keys.get(f"out-{mark.port_id}")
    if mark.digest == HALF_MADE or tap is None or number is None or ("bridge", "members", tap) not in now.cells:
        return False
    if now.cells.get(("inet", "ingress", number)) != f"in-{mark.port_id}":
        return False
    # a port that is down passes nothing in either direction: one rule, no target
    is_down = now.chains[("bridge", f"src-{mark.port_id}")][0] == 1
    has_target = ("bridge", "targets", tap) in now.cells
    link = links.get(str(tap))
    return has_target != is_down and (link is None or link.master == mark.bridge)


def _chains(spec: PortSpec, bridge: str, mark: int, content: str) -> list[tuple[Chain, list[str] | None]]:
    chains: list[tuple[Chain, list[str] | None]] = []
    for chain, lines in rules.port_chains(spec, mark).items():
        comment = PortMark(spec.id, bridge, content, len(lines) + 1)
        chains.append((chain, [*lines, f'drop comment "{comment}"']))
    return chains


def _cells(spec: PortSpec, mark: int) -> Iterator[tuple[Cell, str | int]]:
    yield ("bridge", "members", spec.tap), ""
    yield ("bridge", "sources", spec.tap), f"src-{spec.id}"
    if spec.up:
        yield ("bridge", "targets", spec.tap), mark if spec.secure else rules.TRUSTED
    yield ("inet", "egress", mark), f"out-{spec.id}"
    yield ("inet", "ingress", mark), f"in-{spec.id}"


def _key(key: str | int) -> str:
    return f'"{key}"' if isinstance(key, str) else f"{key:#x}"


def _value(name: str, value: str | int) -> str:
    if name == "members":
        return ""
    return f" : goto {value}" if isinstance(value, str) else f" : {value}"


def _note(found: Ruleset, family: str, item: dict[str, Any]) -> None:
    if "chain" in item:
        found.chains.setdefault((family, item["chain"]["name"]), (0, ""))
    elif "rule" in item:
        chain = (family, item["rule"]["chain"])
        count = found.chains.get(chain, (0, ""))[0]
        found.chains[chain] = (count + 1, item["rule"].get("comment", ""))
    else:
        named: dict[str, Any] = item.get("set") or item.get("map") or {}
        for element in named.get("elem", []):
            key, value = element if isinstance(element, list) else (element, "")
            found.cells[(family, named["name"], key)] = _plain(value)


def _plain(value: Any) -> str | int:
    """A chain's name, a mark or a zone."""
    target: str | int = value["goto"]["target"] if isinstance(value, dict) else value
    return target
