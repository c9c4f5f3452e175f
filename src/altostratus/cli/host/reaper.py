"""Runs one program as its parent and reaps every orphan below it at once. Standard library only: run as a file.

libvirtd and QEMU leave processes behind that PID 1 should reap. Where PID 1 is slow at that, libvirt waits for it:
1.4 s instead of 0.3 s to destroy a guest. Guests outlive this process and libvirtd: no signal of ours goes to them.
"""

import ctypes
import os
import signal
import sys

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


def supervise(argv: list[str]) -> int:
    """Runs `argv` to its end, passing on SIGTERM and SIGINT; its exit status."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    child = os.spawnvp(os.P_NOWAIT, argv[0], argv)  # noqa: S606 - no shell is wanted
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: os.kill(child, received))
    while True:
        gone, status = os.wait()
        if gone == child:
            return os.waitstatus_to_exitcode(status) & 0xFF


if __name__ == "__main__":
    sys.exit(supervise(sys.argv[1:]))
