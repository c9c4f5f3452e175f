"""Accounts: totals, metadata, quotas."""

from pathlib import Path

import pytest

from tests.services.objectstore.cloud import ObjectCloud, run

TEXT, HTML = "text/plain; charset=utf-8", "text/html; charset=UTF-8"


def test_an_account_that_nobody_has_used(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        for method, place, status, kind in (
            ("HEAD", "~", 200, TEXT),
            ("GET", "~", 204, TEXT),
            ("GET", "~?format=json", 200, "application/json; charset=utf-8"),
        ):
            answer = await cloud.ask(method, place)
            assert (answer.status, answer.headers["content-type"]) == (status, kind)
            totals = [answer.headers[f"x-account-{what}"] for what in ("container-count", "object-count", "bytes-used")]
            assert totals == ["0", "0", "0"]
        await cloud.post("~")
        assert (await cloud.head("~")).status == 204

    run(tmp_path, check)


def test_totals(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/a")
        await cloud.put("~/b")
        await cloud.put("~/a/x", b"12345")
        await cloud.put("~/a/y", b"123")
        await cloud.put("~/b/z", b"1")
        await cloud.put("~/a/x", b"12")
        await cloud.delete("~/b/z")
        for method in ("HEAD", "GET"):
            headers = (await cloud.ask(method, "~")).headers
            assert headers["x-account-container-count"] == "2"
            assert headers["x-account-object-count"] == "2"
            assert headers["x-account-bytes-used"] == "5"
            assert headers["x-account-project-domain-id"] == "default"
            assert headers["x-timestamp"] == "1767225600.00100"
        head = (await cloud.head("~/a")).headers
        assert (head["x-container-object-count"], head["x-container-bytes-used"]) == ("2", "5")
        listed = (await cloud.get("~?format=json")).json()
        assert listed == [
            {
                "name": name,
                "count": count,
                "bytes": size,
                "last_modified": f"2026-01-01T00:00:00.00{moment}000",
                "storage_policy": "default",
            }
            for name, count, size, moment in (("a", 2, 5, 1), ("b", 0, 0, 2))
        ]

    run(tmp_path, check)


def test_metadata_is_merged(tmp_path: Path) -> None:
    async def check(cloud: ObjectCloud) -> None:
        async def shown() -> dict[str, str]:
            headers = (await cloud.head("~")).headers
            return {name[15:]: value for name, value in headers.items() if name.startswith("x-account-meta-")}

        answer = await cloud.post("~", headers={"X-Account-Meta-Colour": "rêd", "X-Account-Meta-Shape": "round"})
        assert (answer.status, answer.headers["content-type"]) == (204, HTML)
        assert await shown() == {"colour": "rêd", "shape": "round"}
        await cloud.post(
            "~", headers={"X-Account-Meta-Colour": "", "X-Account-Meta-Size": "1", "X-Object-Meta-No": "x"}
        )
        assert await shown() == {"shape": "round", "size": "1"}
        await cloud.post("~", headers={"X-Remove-Account-Meta-Shape": "x", "X-Account-Meta-Size": "2"})
        assert await shown() == {"size": "2"}
        assert (await cloud.post("~", headers={f"X-Account-Meta-{n}": "v" for n in range(90)})).status == 400
        assert (await cloud.post("~", headers={"X-Account-Meta-A": "v" * 257})).status == 400
        assert await shown() == {"size": "2"}

    run(tmp_path, check)


@pytest.mark.parametrize("name", ["Account-Meta-Quota-Bytes", "Account-Quota-Bytes"])
def test_only_resellers_set_quotas(tmp_path: Path, name: str) -> None:
    async def check(cloud: ObjectCloud) -> None:
        await cloud.put("~/box")
        for header in (f"X-{name}", f"X-Remove-{name}", "X-Account-Quota-Count"):
            assert (await cloud.post("~", headers={header: "10"})).status == 403
        for value in ("x", "-1", "1.5"):
            assert (await cloud.post("~", headers={f"X-{name}": value}, by="reseller")).status == 400
        assert (await cloud.post("~", headers={f"X-{name}": "10"}, by="reseller")).status == 204
        headers = (await cloud.head("~")).headers
        assert (headers["x-account-meta-quota-bytes"], headers["x-account-quota-bytes"]) == ("10", "10")
        assert (await cloud.ask("PUT", "~/box/large", b"x" * 11)).status == 413
        await cloud.put("~/box/small", b"x" * 6)
        assert (await cloud.ask("PUT", "~/box/more", b"x" * 5)).status == 413
        assert (await cloud.copy("~/box/small", "box/more")).status == 413
        assert (await cloud.post("~", headers={f"X-{name}": ""}, by="reseller")).status == 204
        assert (await cloud.copy("~/box/small", "box/more")).status == 201
        assert (await cloud.post("~", headers={"X-Account-Quota-Count": "2"}, by="reseller")).status == 204
        assert (await cloud.ask("PUT", "~/box/third")).status == 413
        headers = (await cloud.head("~")).headers
        assert headers["x-account-quota-count"] == "2"
        assert not {"x-account-meta-quota-count", "x-account-quota-bytes"} & set(headers)

    run(tmp_path, check)


@pytest.mark.parametrize("path", ["/object-store/v1", "/object-store/v1/"])
def test_paths_of_no_account(tmp_path: Path, path: str) -> None:
    async def check(cloud: ObjectCloud) -> None:
        for who in ("member", None):
            assert (await cloud.get(path, by=who)).status == 412
        assert (await cloud.get("/object-store/v1.0/AUTH_mine")).status == 204
        assert (await cloud.get("/object-store/v1/other")).status == 403
        assert (await cloud.get("/object-store/v1/other", by=None)).status == 401

    run(tmp_path, check)
