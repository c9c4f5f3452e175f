"""Bodies and parameters of any kind: never a 500, and nothing but objects comes of them."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from altostratus.kernel.testing.clock import EPOCH
from tests.services.objectstore.api.test_archives import tar
from tests.services.objectstore.api.test_forms import FORM, form
from tests.services.objectstore.cloud import Answer, ObjectCloud

Ask = Callable[[Awaitable[Answer]], Answer]
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
PARAMETERS = ["multipart-manifest=get", "multipart-manifest=get&format=raw", "inline", "filename=%0d%0ax", "x"]
any_body = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[ObjectCloud]:
    made = ObjectCloud(tmp_path)
    yield made
    made.cloud.db.close()
    made.cloud.objects.close()


@pytest.fixture
def wait(cloud: ObjectCloud) -> Iterator[Ask]:
    """Run one request; with ~/c and its key."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        loop.run_until_complete(cloud.put("~/c", headers={"x-container-meta-temp-url-key": "key"}))
        loop.run_until_complete(cloud.put("~/c/o", b"0123456789"))
        yield loop.run_until_complete


@any_body
@given(
    st.lists(st.tuples(TEXT, st.binary(max_size=99)), max_size=4),
    st.dictionaries(st.sampled_from(["SCHILY.xattr.user.meta.", "SCHILY.xattr.user.mime_type"]), TEXT),
    TEXT,
    st.integers(0, 9000),
)
def test_archives(cloud: ObjectCloud, wait: Ask, files: Any, pax: dict[str, str], key: str, cut: int) -> None:
    said = {f"{name}{key.replace('=', '')}" if name.endswith(".") else name: value for name, value in pax.items()}
    try:
        body = tar(files, pax=said)[:cut]
    except UnicodeEncodeError:
        return
    answer = wait(cloud.ask("PUT", "~/t?extract-archive=tar", body, headers={"accept": "application/json"}))
    report = msgspec.json.decode(answer.body)
    assert (answer.status, report["Response Status"][:1] in "24") == (200, True), report
    for name in msgspec.json.decode(wait(cloud.get("~/t?format=json")).body) if report["Number Files Created"] else ():
        assert not {"\r", "\n"} & set(name["content_type"])


@any_body
@given(
    st.lists(st.tuples(TEXT, st.binary(max_size=99), TEXT), max_size=3),
    st.integers(0, 3000),
    st.dictionaries(TEXT, TEXT),
)
def test_forms(cloud: ObjectCloud, wait: Ask, files: Any, cut: int, more: dict[str, str]) -> None:
    answer = wait(cloud.ask("POST", "~/c", form(files, more=more)[:cut], headers=FORM, by=None))
    assert answer.status in (201, 303, 400, 401)


@any_body
@given(st.recursive(st.none() | st.floats() | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)))
def test_manifests(cloud: ObjectCloud, wait: Ask, value: Any) -> None:
    for entries in (
        value,
        [{"path": "c/o", "range": value}],
        [{"path": value}],
        [{"path": "c/o", "size_bytes": value}],
    ):
        answer = wait(cloud.ask("PUT", "~/c/slo?multipart-manifest=put", msgspec.json.encode(entries)))
        assert answer.status in (201, 400)
        assert wait(cloud.get("~/c/slo")).status in (200, 404)


@any_body
@given(st.binary(max_size=500))
def test_lists_to_remove(cloud: ObjectCloud, wait: Ask, body: bytes) -> None:
    answer = wait(cloud.ask("POST", "~?bulk-delete", body, headers={"content-type": "text/plain"}))
    assert (answer.status, "500" in answer.text.splitlines()[3]) == (200, False)


@any_body
@given(
    st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "COPY", "OPTIONS"]),
    st.lists(
        st.sampled_from(PARAMETERS)
        | st.sampled_from(["sig", "expires", "prefix", "ip_range"]).flatmap(
            lambda name: st.sampled_from(
                ["", "1", "x", "%ff", "sha256:", "ab" * 32, "9" * 11, "0.0.0.0/0", "::/0"]
            ).map(lambda value: f"temp_url_{name}={value}")
        ),
        max_size=5,
    ),
)
def test_parameters(cloud: ObjectCloud, wait: Ask, method: str, parameters: list[str]) -> None:
    signature = hmac.new(b"key", b"GET\n%d\n/v1/AUTH_mine/c/o" % (EPOCH.timestamp() + 9999), "sha256").hexdigest()
    for query in ("&".join(parameters), "&".join([*parameters, f"temp_url_sig={signature}"])):
        answer = wait(cloud.ask(method, f"~/c/o?{query}", by=None))
        assert 200 <= answer.status < 500
    assert wait(cloud.get("~/c/o")).body == b"0123456789"
