"""Every route by every kind of person: a route without a row fails."""

from pathlib import Path
from typing import Any

import pytest

from altostratus.services.image.service import _ROUTES
from tests.services.image.cloud import BYTES, V21, ImageCloud, make, run, upload

PEOPLE = ("nobody", "unscoped", "reader", "other", "member", "admin")
NEW = "/v2/images"
ONE = "/v2/images/{image_id:str}"
FILE = "/v2/images/{image_id:str}/file"
TAG = "/v2/images/{image_id:str}/tags/{tag:str}"
PATCH: dict[str, Any] = {"json": [{"op": "add", "path": "/a", "value": "b"}], "headers": V21}
DATA: dict[str, Any] = {"content": b"x", "headers": BYTES}

# method, path, request, the image's state, then the status for each of PEOPLE. The image is private to `mine`.
MATRIX: list[tuple[str, str, dict[str, Any], str, tuple[int, ...]]] = [
    ("GET", "/", {}, "queued", (300, 300, 300, 300, 300, 300)),
    ("GET", "/versions", {}, "queued", (200, 200, 200, 200, 200, 200)),
    ("GET", "/v1", {}, "queued", (300, 300, 300, 300, 300, 300)),
    ("GET", "/v2/schemas/{name:str}", {}, "queued", (401, 200, 200, 200, 200, 200)),
    ("GET", "/v2/info/import", {}, "queued", (401, 200, 200, 200, 200, 200)),
    ("GET", "/v2/info/stores", {}, "queued", (401, 200, 200, 200, 200, 200)),
    ("POST", NEW, {"json": {}}, "queued", (401, 403, 403, 201, 201, 201)),
    ("GET", NEW, {}, "queued", (401, 403, 200, 200, 200, 200)),
    ("GET", ONE, {}, "queued", (401, 404, 200, 404, 200, 200)),
    ("PATCH", ONE, PATCH, "queued", (401, 404, 403, 404, 200, 200)),
    ("DELETE", ONE, {}, "queued", (401, 404, 403, 404, 204, 204)),
    ("PUT", TAG, {}, "queued", (401, 404, 403, 404, 204, 204)),
    ("DELETE", TAG, {}, "queued", (401, 404, 403, 404, 204, 204)),
    ("POST", ONE + "/actions/deactivate", {}, "active", (401, 404, 403, 404, 204, 204)),
    ("POST", ONE + "/actions/reactivate", {}, "active", (401, 404, 403, 404, 204, 204)),
    ("PUT", FILE, DATA, "queued", (401, 404, 403, 404, 204, 204)),
    ("GET", FILE, {}, "active", (401, 404, 403, 404, 200, 200)),
    ("HEAD", FILE, {}, "active", (401, 404, 403, 404, 200, 200)),
    ("POST", FILE, {}, "queued", (401, 405, 405, 405, 405, 405)),
    ("PATCH", FILE, {}, "queued", (401, 405, 405, 405, 405, 405)),
    ("DELETE", FILE, {}, "queued", (401, 405, 405, 405, 405, 405)),
]


@pytest.mark.parametrize(("method", "path", "request_", "state", "expected"), MATRIX, ids=lambda v: str(v)[:40])
def test_who_may(
    tmp_path: Path, method: str, path: str, request_: dict[str, Any], state: str, expected: tuple[int, ...]
) -> None:
    async def test(cloud: ImageCloud) -> None:
        found = []
        for who in PEOPLE:
            image = await make(cloud.client(), tags=["t"], visibility="private")
            if state == "active":
                await upload(cloud.client(), image, b"x")
            where = path.replace("{image_id:str}", image["id"]).replace("{tag:str}", "t").replace("{name:str}", "image")
            client = cloud.client(None if who == "nobody" else who)
            found.append((await client.request(method, f"/image{where}", **request_)).status_code)
        assert dict(zip(PEOPLE, found, strict=True)) == dict(zip(PEOPLE, expected, strict=True))

    run(tmp_path, test)


def test_every_route_has_its_row(tmp_path: Path) -> None:
    rows = {(method, path) for method, path, *_ in MATRIX}
    routes = {(method, path) for one in _ROUTES for method in one.http_methods for path in one.paths}
    assert routes <= rows
    cloud = ImageCloud(tmp_path)
    raw = [(route.method, route.path) for route in cloud.service.edge.raw]
    cloud.cloud.db.close()
    for method, pattern in raw:
        assert any(method == m and pattern.fullmatch(path) for m, path, *_ in MATRIX), (method, pattern.pattern)
