"""A machine that does nothing but serve one cloud, of this checkout, and whose power can be cut.

`files.py` makes what it starts from, `disk.py` has the disk that its data is on, `machine.py` runs it with QEMU.
"""
