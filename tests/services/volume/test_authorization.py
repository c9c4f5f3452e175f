"""Every route by every kind of person: a route without a row fails. What is asked about is of the project `mine`."""

from pathlib import Path
from typing import Any

from altostratus.services.volume.domain import volume_type
from altostratus.services.volume.service import _API
from tests.services.volume.cloud import V, VolumeCloud, run

ALWAYS = {"alias": "os-quota-sets", "key": "k", "target": "mine", "name": "default", "type_id": volume_type.ID}
PEOPLE = ("nobody", "unscoped", "reader", "other", "member", "admin")
VOLUME, SNAPSHOT = "/volumes/{volume_id:str}", "/snapshots/{snapshot_id:str}"
ATTACHMENT, QUOTA = "/attachments/{attachment_id:str}", "/os-quota-sets/{target:str}"
META: dict[str, Any] = {"metadata": {"k": "v"}}
ITEM: dict[str, Any] = {"meta": {"k": "v"}}
LISTED = (401, 403, 200, 200, 200, 200)
READ = (401, 404, 200, 404, 200, 200)


def written(status: int) -> tuple[int, ...]:
    return (401, 404, 403, 404, status, status)


def ruled(status: int) -> tuple[int, ...]:
    """Administrators alone, where what it is about belongs to nobody."""
    return (401, 403, 403, 403, 403, status)


# method, path, body, then the status for each of PEOPLE
MATRIX: list[tuple[str, str, Any, tuple[int, ...]]] = [
    ("POST", "/volumes", {"volume": {"size": 1}}, (401, 403, 403, 202, 202, 202)),
    ("GET", "/volumes", None, LISTED),
    ("GET", "/volumes/detail", None, LISTED),
    ("GET", "/volumes/summary", None, LISTED),
    ("GET", VOLUME, None, READ),
    ("PUT", VOLUME, {"volume": {"name": "x"}}, written(200)),
    ("DELETE", VOLUME, None, written(202)),
    ("POST", VOLUME + "/action", {"os-reserve": {}}, written(202)),
    ("POST", VOLUME + "/action", {"os-extend": {"new_size": 2}}, written(202)),
    ("POST", VOLUME + "/action", {"os-show_image_metadata": {}}, READ),
    ("POST", VOLUME + "/action", {"os-reset_status": {"status": "error"}}, (401, 404, 403, 404, 403, 202)),
    ("POST", VOLUME + "/action", {"os-force_delete": {}}, (401, 404, 403, 404, 403, 202)),
    ("GET", VOLUME + "/metadata", None, READ),
    ("POST", VOLUME + "/metadata", META, written(200)),
    ("PUT", VOLUME + "/metadata", META, written(200)),
    ("GET", VOLUME + "/metadata/{key:str}", None, READ),
    ("PUT", VOLUME + "/metadata/{key:str}", ITEM, written(200)),
    ("DELETE", VOLUME + "/metadata/{key:str}", None, written(200)),
    ("POST", "/snapshots", {"snapshot": {"volume_id": "{volume_id:str}"}}, written(202)),
    ("GET", "/snapshots", None, LISTED),
    ("GET", "/snapshots/detail", None, LISTED),
    ("GET", SNAPSHOT, None, READ),
    ("PUT", SNAPSHOT, {"snapshot": {"name": "x"}}, written(200)),
    ("DELETE", SNAPSHOT, None, written(202)),
    ("POST", SNAPSHOT + "/action", {"os-reset_status": {"status": "error"}}, (401, 404, 403, 404, 403, 202)),
    ("GET", SNAPSHOT + "/metadata", None, READ),
    ("POST", SNAPSHOT + "/metadata", META, written(200)),
    ("PUT", SNAPSHOT + "/metadata", META, written(200)),
    ("GET", SNAPSHOT + "/metadata/{key:str}", None, READ),
    ("PUT", SNAPSHOT + "/metadata/{key:str}", ITEM, written(200)),
    ("DELETE", SNAPSHOT + "/metadata/{key:str}", None, written(200)),
    ("POST", "/attachments", {"attachment": {"volume_uuid": "{volume_id:str}"}}, written(200)),
    ("GET", "/attachments", None, LISTED),
    ("GET", "/attachments/detail", None, LISTED),
    ("GET", ATTACHMENT, None, READ),
    ("PUT", ATTACHMENT, {"attachment": {"connector": {"host": "h"}}}, written(200)),
    ("DELETE", ATTACHMENT, None, written(200)),
    ("POST", ATTACHMENT + "/action", {"os-complete": {}}, written(204)),
    ("GET", "/limits", None, LISTED),
    ("GET", QUOTA, None, (401, 403, 200, 403, 200, 200)),
    ("GET", QUOTA + "/defaults", None, (401, 403, 200, 403, 200, 200)),
    ("PUT", QUOTA, {"quota_set": {"volumes": 9000}}, ruled(200)),
    ("DELETE", QUOTA, None, ruled(200)),
    ("GET", "/os-quota-class-sets/{name:str}", None, ruled(200)),
    ("GET", "/types", None, LISTED),
    ("GET", "/types/{type_id:str}", None, LISTED),
    ("GET", "/types/{type_id:str}/extra_specs", None, LISTED),
    ("POST", "/types", {"volume_type": {"name": "x"}}, (401, 501, 501, 501, 501, 501)),
    ("GET", "/os-availability-zone", None, (401, 200, 200, 200, 200, 200)),
    ("GET", "/extensions", None, (401, 200, 200, 200, 200, 200)),
    ("GET", "/extensions/{alias:str}", None, (401, 200, 200, 200, 200, 200)),
    ("GET", "/resource_filters", None, (401, 200, 200, 200, 200, 200)),
    ("GET", "/scheduler-stats/get_pools", None, ruled(200)),
    ("GET", "/os-services", None, ruled(200)),
]
CHANGES = sum(status < 400 for method, _, _, expected in MATRIX for status in expected if method != "GET")


def test_who_may(tmp_path: Path) -> None:
    async def test(cloud: VolumeCloud) -> None:
        wrong, sets = [], iter(await things(cloud, CHANGES + 1))
        known = next(sets)
        for method, path, body, expected in MATRIX:
            for who, status in zip(PEOPLE, expected, strict=True):
                client = cloud.client(None if who == "nobody" else who)
                answer = await client.request(method, V + filled(path, known), json=filled(body, known))
                if answer.status_code != status:
                    wrong.append((method, path, body, who, answer.status_code, status))
                if method != "GET" and status < 400:
                    known = next(sets)
        assert wrong == []

    run(tmp_path, test, volumes=-1, snapshots=-1, gigabytes=-1)


def test_every_route_has_its_row() -> None:
    rows = {(method, path) for method, path, *_ in MATRIX}
    routes = [route for module in _API for route in module.ROUTES]
    assert {(method, path) for one in routes for method in one.http_methods for path in one.paths} <= rows


async def things(cloud: VolumeCloud, count: int) -> list[dict[str, str]]:
    """So many times a volume, a snapshot of another and an attachment of a third; ids by the names of parameters."""
    client, volumes, sets = cloud.client(), [], []
    for _ in range(3 * count):
        volumes.append((await client.make("volume", size=1, metadata={"k": "v"}))["id"])
    await cloud.sweep()
    for first, second, third in zip(*(iter(volumes),) * 3, strict=True):
        snapshot = await client.make("snapshot", volume_id=second, metadata={"k": "v"})
        attachment = await client.make("attachment", volume_uuid=third)
        sets.append({"volume_id": first, "snapshot_id": snapshot["id"], "attachment_id": attachment["id"], **ALWAYS})
    await cloud.sweep()
    return sets


def filled(value: Any, known: dict[str, str]) -> Any:
    """With each parameter replaced."""
    if isinstance(value, dict):
        return {name: filled(each, known) for name, each in value.items()}
    if isinstance(value, str):
        for name, key in known.items():
            value = value.replace(f"{{{name}:str}}", key)
    return value
