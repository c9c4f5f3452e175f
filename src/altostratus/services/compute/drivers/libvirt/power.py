"""What libvirt's states and reasons mean. Pure; the numbers are libvirt's (virDomainState and its reasons).

A domain that is shut off keeps its reason only as long as the daemon that saw it runs; after that it is 0,
'unknown'. So a guest that powered itself off while nobody looked, before the daemon was restarted too, counts
as UNKNOWN.
"""

from altostratus.services.compute.driver import OffReason, Power

NO_STATE, RUNNING, BLOCKED, PAUSED, SHUTTING_DOWN, SHUT_OFF, CRASHED, SUSPENDED_BY_GUEST = range(8)
_PAUSED_SHUTTING_DOWN, _PAUSED_CRASHED = 8, 10

_POWER = {
    RUNNING: Power.RUNNING,
    BLOCKED: Power.RUNNING,
    PAUSED: Power.PAUSED,
    SHUTTING_DOWN: Power.RUNNING,
    SUSPENDED_BY_GUEST: Power.PAUSED,
}
_OFF_REASON = {
    1: OffReason.GUEST,  # VIR_DOMAIN_SHUTOFF_SHUTDOWN
    2: OffReason.HOST,  # _DESTROYED
    3: OffReason.CRASH,  # _CRASHED
    6: OffReason.CRASH,  # _FAILED
    8: OffReason.CRASH,  # _DAEMON: its process did not answer a daemon that was started again
}


def power(
    state: int, reason: int, *, started_at: str, boot_id: str, ended_by_host: bool
) -> tuple[Power, OffReason | None]:
    """`started_at`: the host's boot id when the machine was last started; `boot_id`: the host's now.
    `ended_by_host`: its process obeyed a signal, which libvirt's reason does not tell from the guest's own
    power-off."""
    if state == CRASHED or (state, reason) == (PAUSED, _PAUSED_CRASHED):
        return Power.CRASHED, OffReason.CRASH
    if (state, reason) == (PAUSED, _PAUSED_SHUTTING_DOWN):
        return Power.RUNNING, None
    if state in _POWER:
        return _POWER[state], None
    why = _why_off(reason, started_at, boot_id, ended_by_host)
    return (Power.CRASHED if why is OffReason.CRASH else Power.OFF), why


def _why_off(reason: int, started_at: str, boot_id: str, ended_by_host: bool) -> OffReason:
    if not started_at:
        return OffReason.NEVER_STARTED
    if started_at != boot_id:
        return OffReason.UNKNOWN
    why = _OFF_REASON.get(reason, OffReason.UNKNOWN)
    return OffReason.UNKNOWN if why is OffReason.GUEST and ended_by_host else why
