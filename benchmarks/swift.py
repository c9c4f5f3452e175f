"""The real Swift to compare with: from PyPI, one replica in one folder, a proxy and one server of each kind, on
loopback, and a Keystone for its users; removed afterwards."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloud import free_port
from keystone import IN_ITS_MEMORY, PASSWORD, running_keystone
from tests.oracles import swift


@contextmanager
def running_swift() -> Iterator[tuple[int, str, dict[str, str]]]:
    """Its port, the path of its administrator's account, and what a request for it says."""
    with tempfile.TemporaryDirectory(prefix="alto-benchmark-swift-", dir="/var/tmp") as folder:
        port = free_port()
        with running_keystone(IN_ITS_MEMORY) as session:
            identity = f"http://127.0.0.1:{session.port}{session.identity}"
            with swift.served(Path(folder) / "swift", identity, f"http://127.0.0.1:{port}", PASSWORD):
                subject = {"X-Subject-Token": str(session.token)}
                _, body = session.send("GET", f"{session.identity}/v3/auth/tokens", headers=subject)
                project = json.loads(body)["token"]["project"]["id"]
                yield port, f"/v1/AUTH_{project}", {"X-Auth-Token": str(session.token)}
