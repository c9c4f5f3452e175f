"""Whatever is sent, nothing answers 5xx but what is said to be not implemented."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doors.cdmi.cloud import CONTAINER, OBJECT, CdmiCloud, V

NAME = st.sampled_from(["a", "b", "..", "cdmi_objectid", "cdmi_capabilities", "", "%", "ä"]) | st.text(max_size=8)
ESCAPED = NAME.map(lambda name: quote(name.encode("utf-8", "replace")))
PATH = st.lists(ESCAPED, max_size=4).map(lambda parts: "/" + "/".join(parts))
ODD_PATH = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?"), max_size=20).map(
    lambda text: "/" + text
)
SPAN = st.sampled_from(["0-1", "1-0", "5-9", "x", "", "0-999999999999999999", "٣-٤", "-1"])
FIELD = st.sampled_from(["value", "metadata", "children", "childrenrange", "objectName", "valuerange", "parentID", ":"])
QUERY = st.lists(st.one_of(FIELD, st.builds("{}:{}".format, FIELD, SPAN)), max_size=3).map(";".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "mimetype": st.sampled_from(["text/plain", "text/plain; charset=utf-8", "x", ""]) | st.text(max_size=9),
        "metadata": st.dictionaries(st.text(max_size=6), JSON, max_size=3) | JSON,
        "valuetransferencoding": st.sampled_from(["utf-8", "base64", "json", 1]),
        "value": st.sampled_from(["", "YWI=", "YQ==", "text"]) | JSON,
    },
)
SENT = BODY.map(lambda body: msgspec.json.encode(body)) | st.binary(max_size=30)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "x-cdmi-specification-version": st.sampled_from(["1.1.1", "1.1", "1.0.2", "ä"]),
        "content-type": st.sampled_from(
            [OBJECT, CONTAINER, "application/cdmi-queue", "text/plain", "ö", "a/b;charset=utf-8"]
        ),
        "accept": st.sampled_from([OBJECT, CONTAINER, "*/*", "text/plain", ",;"]),
        "range": st.sampled_from(["bytes=0-1", "bytes=-1", "bytes=9-", "bytes=-", "ü"]),
        "content-range": st.sampled_from(["bytes 0-1/*", "bytes 2-2/3", "bytes */3", "x"]),
        "x-cdmi-partial": st.sampled_from(["true", "false", "x"]),
        "if-match": st.sampled_from(["*", '"x"', ""]),
        "if-none-match": st.sampled_from(["*", 'W/"x", "y"']),
    },
)
METHOD = st.sampled_from(["GET", "GET", "PUT", "PUT", "PUT", "HEAD", "DELETE", "POST", "PATCH"])
KNOWN = st.sampled_from(["/", "/a/", "/a/b/", "/a/a", "/a/c", "/a/b/c", "/a/b", "/b/"])
SPEAKING = st.sampled_from([{**V, "content-type": OBJECT}, {**V, "content-type": CONTAINER}, V, {}])
REQUEST = st.tuples(METHOD, KNOWN | KNOWN | PATH | ODD_PATH, QUERY, SENT, SPEAKING | HEADERS)
START = {"/a/": b"", "/a/b/": b"", "/a/a": b"abc"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(REQUEST, min_size=8, max_size=25))
def test_no_request_is_a_500(requests: list[Any]) -> None:
    async def test(cloud: CdmiCloud) -> None:
        for path, body in START.items():
            assert (await cloud.ask("PUT", path, body)).status == 201
        for method, path, query, body, headers in requests:
            answer = await cloud.ask(method, f"{path}?{query}", body, headers)
            assert answer.status < 500 or answer.status == 501, (method, path, query, body, headers, answer.body)
            if answer.headers.get("content-type", "").startswith("application/cdmi-") and method != "HEAD":
                assert isinstance(answer.json(), dict)

    with tempfile.TemporaryDirectory() as data_dir:
        cloud = CdmiCloud(Path(data_dir))
        try:
            asyncio.run(test(cloud))
        finally:
            cloud.cloud.db.close()
            cloud.cloud.objects.close()
