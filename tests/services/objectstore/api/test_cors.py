"""Pages of other origins, as a real Swift (2.38) answers."""

from pathlib import Path

import pytest

from tests.services.objectstore.cloud import ObjectCloud, run

CONTAINER = "DELETE, GET, HEAD, OPTIONS, POST, PUT"
ALWAYS = ["cache-control", "content-language", "content-type", "etag", "expires", "last-modified", "pragma"]


async def make(cloud: ObjectCloud) -> None:
    said = {"allow-origin": "http://a.com http://b.com", "max-age": "60", "expose-headers": "x-foo X-Bar"}
    await cloud.put("~/c", headers={f"x-container-meta-access-control-{name}": value for name, value in said.items()})
    await cloud.put("~/any", headers={"x-container-meta-access-control-allow-origin": "*"})
    await cloud.put("~/no")
    for name in ("c", "any", "no"):
        await cloud.put(f"~/{name}/o", b"x", headers={"x-object-meta-k": "v"})


async def preflight(
    cloud: ObjectCloud, path: str, origin: str, method: str = "GET", **more: str
) -> tuple[int, dict[str, str]]:
    headers = {"origin": origin, "access-control-request-method": method, **more}
    answer = await cloud.ask("OPTIONS", path, headers=headers, by=None)
    return answer.status, {name: value for name, value in answer.headers.items() if name.startswith("access")}


def test_options_without_an_origin(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        for path, allowed in (
            ("~", "GET, HEAD, OPTIONS, POST"),
            ("~/c", CONTAINER),
            ("~/none", CONTAINER),
            ("~/c/o", f"{CONTAINER}, COPY"),
        ):
            answer = await cloud.ask("OPTIONS", path, by=None)
            assert (answer.status, answer.headers["allow"], answer.body) == (200, allowed, b"")

    run(tmp_path, test)


def test_before_a_page_asks(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert await preflight(cloud, "~/c/o", "http://b.com") == (
            200,
            {
                "access-control-allow-origin": "http://b.com",
                "access-control-max-age": "60",
                "access-control-allow-methods": f"{CONTAINER}, COPY",
            },
        )
        asked = {"access-control-request-headers": "x-auth-token, X-Foo"}
        _, headers = await preflight(cloud, "~/c", "http://a.com", "PUT", **asked)
        assert headers["access-control-allow-headers"] == "x-auth-token, X-Foo"
        _, headers = await preflight(cloud, "~/any", "http://q.com")
        assert headers["access-control-allow-origin"] == "*"

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("path", "origin", "method"),
    [
        ("~/c/o", "http://z.com", "GET"),
        ("~/c/o", "http://a.com", "COPY"),
        ("~/c/o", "http://a.com", "NOPE"),
        ("~/c/o", "http://a.com", ""),
        ("~/no/o", "http://a.com", "GET"),
        ("~/none/o", "http://a.com", "GET"),
    ],
)
def test_who_may_not_ask(tmp_path: Path, path: str, origin: str, method: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert await preflight(cloud, path, origin, method) == (401, {})

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("method", "path", "status", "metadata"),
    [
        ("GET", "~/c/o", 200, ["x-object-meta-k"]),
        ("HEAD", "~/c/o", 200, ["x-object-meta-k"]),
        ("GET", "~/c/none", 404, []),
        ("PUT", "~/c/p", 201, []),
        ("DELETE", "~/c/o", 204, []),
    ],
)
def test_what_a_page_sees(tmp_path: Path, method: str, path: str, status: int, metadata: list[str]) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        answer = await cloud.ask(method, path, headers={"origin": "http://a.com"})
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, "http://a.com")
        assert answer.headers["vary"] == "Origin"
        exposed = answer.headers["access-control-expose-headers"].split(", ")
        own = ["x-bar", "x-foo", "x-openstack-request-id", "x-timestamp", "x-trans-id"]
        assert exposed == sorted([*ALWAYS, *own, *metadata])
        other = await cloud.ask(method, path, headers={"origin": "http://z.com"})
        assert not [name for name in other.headers if name.startswith("access-control")]

    run(tmp_path, test)


def test_refusals_are_seen_too(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        refused = await cloud.get("~/c/o", headers={"origin": "http://a.com"}, by=None)
        assert (refused.status, refused.headers["access-control-allow-origin"]) == (401, "http://a.com")
        anybody = await cloud.get("~/any/o", headers={"origin": "http://q.com"})
        assert anybody.headers["access-control-allow-origin"] == "*"
        assert "vary" not in anybody.headers
        assert "access-control-allow-origin" not in (await cloud.get("~", headers={"origin": "http://a.com"})).headers

    run(tmp_path, test)
