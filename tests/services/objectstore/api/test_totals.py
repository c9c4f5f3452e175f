"""Totals are what lists show, whatever has happened to versions, archives and copies."""

import asyncio
import itertools
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.objectstore.cloud import ObjectCloud

WAYS = ({"X-Versions-Enabled": "true"}, {"X-Versions-Enabled": "false"}, {"X-Versions-Location": "{}-old"})
WAYS += ({"X-History-Location": "{}-old"}, {"X-Versions-Location": ""})
steps = st.one_of(
    st.tuples(st.just("put"), st.sampled_from("ab"), st.integers(0, 9)),
    st.tuples(st.just("delete"), st.sampled_from("ab"), st.just(0)),
    st.tuples(st.just("copy"), st.sampled_from("ab"), st.just(0)),
    st.tuples(st.just("post"), st.sampled_from("ab"), st.integers(1, 9)),
    st.tuples(st.just("remove"), st.just(""), st.integers(0, 9)),
    st.tuples(st.just("restore"), st.just(""), st.integers(0, 9)),
    st.tuples(st.just("keep"), st.just(""), st.integers(0, 4)),
)


async def take(cloud: ObjectCloud, box: str, what: str, name: str, number: int) -> None:
    """One step, which may be refused."""
    if what == "put":
        await cloud.ask("PUT", f"~/{box}/{name}", b"x" * number)
    elif what == "delete":
        await cloud.delete(f"~/{box}/{name}")
    elif what == "copy":
        await cloud.copy(f"~/{box}/{name}", f"{box}/a")
    elif what == "post":
        await cloud.post(f"~/{box}/{name}", headers={"X-Object-Meta-Posted": str(number)})
    elif what == "keep":
        await cloud.post(f"~/{box}", headers={key: value.format(box) for key, value in WAYS[number].items()})
    else:
        listed = (await cloud.get(f"~/{box}?versions")).json()
        chosen = listed[number % len(listed)] if listed else {"name": "a", "version_id": "0"}
        method = "DELETE" if what == "remove" else "PUT"
        await cloud.ask(method, f"~/{box}/{chosen['name']}?version-id={chosen['version_id']}")


async def check(cloud: ObjectCloud, box: str) -> None:
    listed = (await cloud.get(f"~/{box}?format=json")).json()
    headers = (await cloud.head(f"~/{box}")).headers
    assert int(headers["x-container-object-count"]) == len(listed)
    assert int(headers["x-container-bytes-used"]) == sum(each["bytes"] for each in listed)
    versions = (await cloud.get(f"~/{box}?versions")).json()
    latest = [each["name"] for each in versions if each["is_latest"]]
    assert len(latest) == len(set(latest))
    assert set(latest) >= {each["name"] for each in listed}
    for each in listed:
        assert len((await cloud.get(f"~/{box}/{each['name']}")).body) == each["bytes"]


def test_totals_are_what_lists_show(tmp_path: Path) -> None:
    numbers = itertools.count()
    with asyncio.Runner() as runner:
        cloud = ObjectCloud(tmp_path)

        async def play(taken: list[tuple[str, str, int]]) -> None:
            box = f"box{next(numbers)}"
            for name in (box, f"{box}-old"):
                await cloud.put(f"~/{name}")
            for step in taken:
                await take(cloud, box, *step)
            for name in (box, f"{box}-old"):
                await check(cloud, name)

        @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
        @given(st.lists(steps, min_size=3, max_size=14))
        def run(taken: list[tuple[str, str, int]]) -> None:
            runner.run(play(taken))

        run()
        listed = runner.run(cloud.get("~?format=json")).json()
        headers = runner.run(cloud.head("~")).headers
        assert int(headers["x-account-container-count"]) == len(listed)
        assert int(headers["x-account-object-count"]) == sum(each["count"] for each in listed)
        assert int(headers["x-account-bytes-used"]) == sum(each["bytes"] for each in listed)
        cloud.cloud.objects.close()
        cloud.cloud.db.close()
