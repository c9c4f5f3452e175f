"""Records anew what the real services answer: `python -m tests.oracles`, with what to record if not all of it:
identity, image, object-store, authorization.
"""

from __future__ import annotations

import sys

from . import peers, recordings
from .matrix.record import record

asked = sys.argv[1:] or [*recordings.FILES, "authorization"]
if services := [service for service in asked if service in recordings.FILES]:
    with peers.running() as cloud:
        for service in services:
            recordings.write(service, recordings.record(cloud, service))
            print(f"wrote {recordings.FILES[service]}")
if "authorization" in asked:
    print(f"wrote {record()}")
