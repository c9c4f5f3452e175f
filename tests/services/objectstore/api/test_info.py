"""What the object store says that it can do."""

import json
from pathlib import Path

from tests.services.objectstore.cloud import ObjectCloud, run


def test_the_same_at_both_places(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        here = await cloud.get("/object-store/info", by=None)
        root = await cloud.get("/info", by=None)
        assert (here.status, root.status, here.body) == (200, 200, root.body)
        assert here.headers["content-type"].lower() == root.headers["content-type"].lower()
        assert (await cloud.head("/object-store/info", by=None)).body == b""
        assert (await cloud.ask("OPTIONS", "/object-store/info", by=None)).headers["allow"] == "GET, HEAD, OPTIONS"
        assert (await cloud.post("/object-store/info", by=None)).status == 405
        health = await cloud.get("/object-store/healthcheck", by=None)
        assert (health.status, health.text, health.headers["content-type"]) == (200, "OK", "text/plain")

    run(tmp_path, test)


def test_limits_are_what_is_said(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        said = (await cloud.get("/info", by=None)).json()
        await cloud.put("~/c")
        await cloud.put("~/c/s", b"x")
        swift, slo = said["swift"], said["slo"]
        for limit, name in (("max_container_name_length", "~/{}"), ("max_object_name_length", "~/c/{}")):
            assert (await cloud.ask("PUT", name.format("n" * swift[limit]))).status == 201
            assert (await cloud.ask("PUT", name.format("n" * (swift[limit] + 1)))).status == 400
        for count, status in ((slo["max_manifest_segments"], 201), (slo["max_manifest_segments"] + 1, 413)):
            body = json.dumps([{"path": "c/s"}] * count).encode()
            assert (await cloud.ask("PUT", "~/c/slo?multipart-manifest=put", body)).status == status
        most = said["bulk_delete"]["max_deletes_per_request"]
        for count, expected in ((most, "200 OK"), (most + 1, "413 Request Entity Too Large")):
            answer = await cloud.ask(
                "POST", "~?bulk-delete", b"c/none\n" * count, headers={"content-type": "text/plain"}
            )
            assert f"Response Status: {expected}" in answer.text
        assert said["tempurl"]["allowed_digests"] == said["formpost"]["allowed_digests"] == ["sha1", "sha256", "sha512"]

    run(tmp_path, test, max_file_size=1 << 20)
