"""What a recording keeps of object storage's answers."""

from __future__ import annotations

import httpx
import pytest

from .normal import OBJECT_FORMS, Json, Known
from .objects import normal


def kept(body: bytes = b"", status: int = 200, **headers: str) -> dict[str, Json]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return normal(Known(OBJECT_FORMS), httpx.Response(status, headers=named, content=body))


def headers_of(answer: dict[str, Json]) -> dict[str, Json]:
    headers = answer["headers"]
    assert isinstance(headers, dict)
    return headers


def test_facts_about_the_content_stay_and_what_the_clock_made_goes() -> None:
    answer = kept(
        b"hello",
        content_type="text/plain",
        etag="5d41402abc4b2a76b9719d911017c592",
        x_timestamp="1795218064.78238",
        last_modified="Fri, 20 Nov 2026 23:41:05 GMT",
        x_trans_id="tx04376db1363e40db8e0b7-006b00da90",
        date="Fri, 20 Nov 2026 23:41:04 GMT",
    )
    assert answer == {
        "status": 200,
        "headers": {
            "content-length": "5",
            "content-type": "text/plain",
            "etag": "5d41402abc4b2a76b9719d911017c592",
            "last-modified": "<time of HTTP>",
            "x-timestamp": "<seconds with five digits>",
            "x-trans-id": "<request id>",
        },
        "body": "hello",
    }


@pytest.mark.parametrize("kind", ["text/html; charset=UTF-8", "text/plain"])
def test_of_an_error_only_the_status_and_the_type_stay(kind: str) -> None:
    answer = kept(b"<html><h1>Not Found</h1></html>", 404, content_type=kind)
    assert answer == {"status": 404, "headers": {"content-length": "<length>", "content-type": kind}, "body": None}


def test_an_error_in_json_stays() -> None:
    assert kept(b'{"Errors": []}', 400, content_type="application/json")["body"] == {"Errors": []}


def test_totals_of_an_account_and_names_of_policies_go() -> None:
    answer = kept(x_account_bytes_used="5", x_account_container_count="1", x_account_storage_policy_gold_bytes_used="5")
    assert headers_of(answer) == {"x-account-bytes-used": "<total>", "x-account-container-count": "1"}
    listed = b'[{"name": "c", "count": 1, "bytes": 5, "storage_policy": "g"}, {"name": "o", "bytes": 5, "hash": "x"}]'
    assert kept(listed, content_type="application/json; charset=utf-8")["body"] == [
        {"name": "c", "count": "<total>", "bytes": "<total>"},
        {"name": "o", "bytes": 5, "hash": "x"},
    ]


def test_xml_is_compared_in_its_canonical_form() -> None:
    ones = (b"<?xml version='1.0'?>\n<c name='x'>\n <o/></c>", b'<?xml version="1.0"?><c name="x"><o></o></c>')
    first, second = (kept(one, content_type="application/xml; charset=utf-8")["body"] for one in ones)
    assert first == second == '<c name="x"><o></o></c>'


def test_boundaries_of_parts_have_a_name() -> None:
    boundary = "9cbc9e2771f62a9a5dc190e19308503d"
    answer = kept(f"--{boundary}--".encode(), 206, content_type=f"multipart/byteranges;boundary={boundary}")
    assert answer["body"] == "--{boundary}--"
    assert headers_of(answer)["content-type"] == "multipart/byteranges;boundary={boundary}"
