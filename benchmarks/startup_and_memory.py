"""From nothing to the first answered request, and how much memory the process takes."""

import http.client
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator

from cloud import ALTO, free_port, new_data_dir, running_cloud, wait_for
from figure import Figure, spread
from process import memory, processor_time
from servers_simulated import Servers, wait_until_active

MB = 1e6
SETTLE_SECONDS = 3.0  # for what a burst leaves to be swept up


def measure(quick: bool) -> Iterator[Figure]:
    _start_once()  # leaves the byte code and the files in memory, as any second start finds them
    starts = [_start_once() for _ in range(3 if quick else 10)]
    took, worked = zip(*starts, strict=True)
    note = f"empty data directory, schema included; {spread(took)}; {statistics.median(worked):.2f} s of processor time"
    yield Figure("`up --simulate` to first answered request", statistics.median(took), "s", 3, note=note)
    with running_cloud() as cloud:
        cloud.session().get("/compute/v2.1/servers/detail")
        time.sleep(SETTLE_SECONDS)
        yield Figure("memory (PSS) of all our processes, idle", memory(cloud.pid) / MB, "MB", 150)
        servers = Servers(cloud)
        servers.create_many(1000, clients=8)
        wait_until_active(cloud, 1000)
        cloud.session().get("/compute/v2.1/servers/detail")
        time.sleep(SETTLE_SECONDS)
        note = "all ACTIVE, and all listed once in detail"
        yield Figure("memory (PSS) after 1,000 simulated servers", memory(cloud.pid) / MB, "MB", 250, note=note)


def _start_once() -> tuple[float, float]:
    """Seconds to the first answer, and seconds of processor time that it took by then."""
    with new_data_dir() as data_dir:
        port = free_port()
        command = [*ALTO, "up", "--simulate", "--data-dir", str(data_dir), "--listen", f"127.0.0.1:{port}"]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: _answers(port), every=0.002)
            return time.perf_counter() - began, processor_time(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/identity/v3")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
