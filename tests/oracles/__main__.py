"""`python -m tests.oracles [identity] [image]`: records anew what the real services answer."""

from __future__ import annotations

import sys

from . import peers, recordings

with peers.running() as cloud:
    for service in sys.argv[1:] or ["identity", "image"]:
        recordings.write(service, recordings.record(cloud, service))
        print(f"wrote {recordings.FILES[service]}")
