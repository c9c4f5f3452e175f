"""The tiny guest image: a Linux of some 20 MB that boots, takes a key and runs a script, for `alto demo` and tests.

Owns its recipe (Debian packages, our own scripts in `files/`) and its building. Knows nothing of clouds or
hypervisors: out comes a qcow2 file, and beside it the kernel and initramfs it boots with.
"""

from altostratus.cli.guest.build import GuestImage, ensure_guest, ensure_guest_image

__all__ = ["GuestImage", "ensure_guest", "ensure_guest_image"]
