"""Temporary URLs, as a real Swift (2.38) answers."""

import base64
import hmac
from pathlib import Path
from urllib.parse import quote

import pytest

from altostratus.kernel.testing.clock import EPOCH
from tests.services.objectstore.cloud import MINE, ObjectCloud, run

NOW = int(EPOCH.timestamp())
LATER = NOW + 3600
NAME = "c/dir/o b.txt"


def url(
    method: str,
    path: str = NAME,
    key: str = "akey",
    digest: str = "sha256",
    form: str = "hex",
    expires: int = LATER,
    said: str = "",
    prefix: str | None = None,
    ip: str = "",
    root: str = "/v1/AUTH_mine",
    more: str = "",
) -> str:
    """`said` is how the query says when it expires."""
    container = path.split("/")[0]
    whole = f"{root}/{path}" if prefix is None else f"prefix:{root}/{container}/{prefix}"
    message = f"{f'ip={ip}{chr(10)}' if ip else ''}{method}\n{expires}\n{whole}"
    made = hmac.new(key.encode(), message.encode(), digest)
    encode = base64.urlsafe_b64encode if form == "urlsafe" else base64.b64encode
    text = made.hexdigest() if form == "hex" else f"{digest}:{encode(made.digest()).decode()}"
    query = f"temp_url_sig={quote(text, safe='')}&temp_url_expires={said or expires}"
    query += f"&temp_url_prefix={quote(prefix)}" if prefix is not None else ""
    query += f"&temp_url_ip_range={quote(ip)}" if ip else ""
    return f"~/{quote(path)}?{query}{more}"


async def make(cloud: ObjectCloud) -> None:
    await cloud.post("~", headers={"x-account-meta-temp-url-key": "akey", "x-account-meta-temp-url-key-2": "akey2"})
    await cloud.put(
        "~/c", headers={"x-container-meta-temp-url-key": "ckey", "x-container-meta-temp-url-key-2": "ckey2"}
    )
    await cloud.put("~/d", headers={"x-container-meta-temp-url-key": "dkey"})
    metadata = {"x-object-meta-secret": "1", "x-object-meta-public-x": "2", "content-type": "text/plain"}
    await cloud.put("~/c/dir/o%20b.txt", b"hello", headers=metadata)


@pytest.mark.parametrize(
    "address",
    [
        *(url("GET", digest=d, form=f) for d in ("sha256", "sha512") for f in ("hex", "base64", "urlsafe")),
        *(url("GET", key=key) for key in ("akey", "akey2", "ckey", "ckey2")),
        url("GET", said="2026-01-01T01:00:00Z"),
        url("GET", prefix="dir/"),
        url("GET", prefix=""),
        url("GET", ip="192.0.2.0/24"),
        url("GET", ip="192.0.2.1"),
        url("GET", root=MINE),
    ],
)
def test_what_lets_in(tmp_path: Path, address: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        got = await cloud.get(address, by=None)
        assert (got.status, got.body) == (200, b"hello")
        assert got.headers["content-disposition"] == "attachment; filename=\"o b.txt\"; filename*=UTF-8''o%20b.txt"
        assert got.headers["expires"] == "Thu, 01 Jan 2026 01:00:00 GMT"
        assert got.headers["x-object-meta-public-x"] == "2"
        assert "x-object-meta-secret" not in got.headers

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", url("GET", digest="md5")),
        ("GET", url("GET", digest="md5", form="base64")),
        ("GET", url("GET", key="other")),
        ("GET", url("GET", key="dkey")),
        ("GET", url("GET", expires=NOW - 1)),
        ("GET", url("GET").replace("temp_url_sig=", "temp_url_sig=0")),
        ("GET", url("GET", said=str(LATER + 1))),
        ("GET", url("GET", said="soon")),
        ("GET", url("GET", said="9" * 400)),
        ("GET", url("PUT")),
        ("PUT", url("GET")),
        ("DELETE", url("PUT")),
        ("HEAD", url("DELETE")),
        ("COPY", url("COPY")),
        ("OTHER", url("OTHER")),
        ("GET", url("GET", prefix="other")),
        ("GET", url("GET", ip="10.0.0.0/8")),
        ("GET", url("GET", ip="nonsense")),
        ("GET", url("GET", ip="192.0.2.0/24").replace("&temp_url_ip_range=192.0.2.0/24", "")),
        ("GET", url("GET").replace("o%20b.txt", "other")),
        ("GET", url("GET", path="c")),
        ("GET", f"~/{quote(NAME)}?temp_url_sig=zz&temp_url_expires={LATER}"),
        ("GET", f"~/{quote(NAME)}?temp_url_sig=sha256:%21&temp_url_expires={LATER}"),
        ("GET", f"~/{quote(NAME)}?temp_url_expires={LATER}"),
    ],
)
def test_what_lets_nobody_in(tmp_path: Path, method: str, address: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        for by in (None, "member"):  # a token does not mend it
            got = await cloud.ask(method, address, b"body" if method == "PUT" else b"", by=by)
            assert (got.status, got.headers["www-authenticate"]) == (401, 'Swift realm="unknown"')
            assert method == "HEAD" or got.text == "401 Unauthorized: Temp URL invalid\n"
        assert (await cloud.get("~/c/dir/o%20b.txt")).body == b"hello"

    run(tmp_path, test)


@pytest.mark.parametrize("method", ["HEAD", "GET", "PUT", "POST"])
def test_head_by_what_may_be_read_or_written(tmp_path: Path, method: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        got = await cloud.head(url(method), by=None)
        assert (got.status, got.headers["content-length"]) == (200, "5")

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("&filename=a%22b%C3%A9.txt", "attachment; filename=\"a%22b%C3%A9.txt\"; filename*=UTF-8''a%22b%C3%A9.txt"),
        ("&inline", "inline"),
        ("&inline=&filename=x%20y/z", "inline; filename=\"x y/z\"; filename*=UTF-8''x%20y/z"),
        ("", "attachment; filename=own"),
    ],
)
def test_how_a_browser_takes_it(tmp_path: Path, more: str, said: str) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.put("~/c/o", b"x", headers={"content-disposition": "attachment; filename=own", "expires": "never"})
        got = await cloud.get(url("GET", "c/o", more=more), by=None)
        assert (got.status, got.headers["content-disposition"]) == (200, said)
        assert got.headers["expires"] == "Thu, 01 Jan 2026 01:00:00 GMT"

    run(tmp_path, test)


def test_writing(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        assert (await cloud.ask("PUT", url("PUT", "c/new"), b"new", by=None)).status == 201
        assert (await cloud.get("~/c/new")).body == b"new"
        assert (await cloud.post(url("POST", "c/new"), headers={"x-object-meta-z": "1"}, by=None)).status == 202
        assert (await cloud.head("~/c/new")).headers["x-object-meta-z"] == "1"
        below = await cloud.ask("PUT", url("PUT", "c/up/1", prefix="up/"), b"below", by=None)
        assert below.status == 201
        assert (await cloud.delete(url("DELETE", "c/new"), by=None)).status == 204
        assert (await cloud.delete(url("DELETE", "c/new"), by=None)).status == 404
        assert (await cloud.ask("PUT", url("PUT", "none/new"), b"new", by=None)).status == 404

    run(tmp_path, test)


@pytest.mark.parametrize(
    "header", [{"x-object-manifest": "d/"}, {"x-copy-from": "d/secret"}, {"x-symlink-target": "d/secret"}]
)
def test_who_may_write_points_at_nothing_else(tmp_path: Path, header: dict[str, str]) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.put("~/d/secret", b"secret")
        for method in ("PUT", "POST"):
            assert (await cloud.ask(method, url(method), headers=header, by=None)).status == 400
        assert (await cloud.get("~/c/dir/o%20b.txt")).body == b"hello"

    run(tmp_path, test)


def test_no_other_parameter_counts(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.put("~/d/secret", b"secret")
        manifest = b'[{"path":"d/secret"}]'
        put = await cloud.ask("PUT", url("PUT", "c/new", more="&multipart-manifest=put"), manifest, by=None)
        assert put.status == 201
        assert (await cloud.get("~/c/new")).body == manifest
        await cloud.put("~/c/slo?multipart-manifest=put", manifest)
        await cloud.delete(url("DELETE", "c/slo", more="&multipart-manifest=delete"), by=None)
        assert (await cloud.get("~/d/secret")).body == b"secret"
        await cloud.ask("DELETE", url("DELETE", "c/slo", more="&bulk-delete"), b"d/secret", by=None)
        assert (await cloud.get("~/d/secret")).body == b"secret"

    run(tmp_path, test)


def test_large_objects_are_read_as_far_as_the_key_reaches(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.put("~/d/seg", b"segment")
        await cloud.put("~/c/slo?multipart-manifest=put", b'[{"path":"d/seg"}]')
        await cloud.put("~/c/dlo", headers={"x-object-manifest": "d/se"})
        for name in ("c/slo", "c/dlo"):
            assert (await cloud.get(url("GET", name), by=None)).body == b"segment"
        assert (await cloud.get(url("GET", "c/slo", key="ckey"), by=None)).status == 409
        assert (await cloud.get(url("GET", "c/dlo", key="ckey"), by=None)).status == 401

    run(tmp_path, test)


def test_what_a_link_leads_to_is_read_as_far_as_the_key_reaches(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.put("~/d/secret", b"secret")
        await cloud.put("~/c/link", headers={"x-symlink-target": "d/secret"})
        assert (await cloud.get(url("GET", "c/link"), by=None)).body == b"secret"
        assert (await cloud.get(url("GET", "c/link", key="ckey"), by=None)).status == 401

    run(tmp_path, test)


def test_it_is_no_download_when_nothing_is_sent(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        for headers, status in (({"if-none-match": "*"}, 304), ({"range": "bytes=99-"}, 416), ({"if-match": "x"}, 412)):
            got = await cloud.get(url("GET"), headers=headers, by=None)
            assert (got.status, got.headers["x-object-meta-public-x"]) == (status, "2")
            assert not {"content-disposition", "x-object-meta-secret"} & set(got.headers)

    run(tmp_path, test)


def test_only_owners_see_keys(tmp_path: Path) -> None:
    async def test(cloud: ObjectCloud) -> None:
        await make(cloud)
        await cloud.post("~/c", headers={"x-container-read": ".r:*,.rlistings", "x-container-meta-other": "x"})
        assert (await cloud.head("~/c")).headers["x-container-meta-temp-url-key"] == "ckey"
        assert (await cloud.head("~")).headers["x-account-meta-temp-url-key-2"] == "akey2"
        for by in (None, "other", "reader"):
            headers = (await cloud.head("~/c", by=by)).headers
            assert headers["x-container-meta-other"] == "x"
            assert not [name for name in headers if "temp-url" in name]
        assert not [name for name in (await cloud.head("~", by="reader")).headers if "temp-url" in name]

    run(tmp_path, test)
