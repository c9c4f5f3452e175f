"""Policies of POST forms."""

import base64
import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.post_policy import PostPolicy, parse

END = datetime(2015, 12, 30, 12, tzinfo=UTC)
NOW = END - timedelta(hours=1)
CONDITIONS = [
    {"bucket": "b"},
    ["starts-with", "$key", "user/"],
    ["eq", "$acl", "public-read"],
    ["starts-with", "$Content-Type", "image/"],
    ["content-length-range", 2, "10"],
]
FIELDS = {"bucket": "b", "key": "user/1", "acl": "public-read", "content-type": "image/png,image/gif", "policy": "…"}


def policy(conditions: Any = CONDITIONS, **more: Any) -> PostPolicy:
    document = {"expiration": "2015-12-30T12:00:00.000Z", "conditions": conditions, **more}
    return parse(encoded({name: value for name, value in document.items() if value is not None}))


def encoded(document: Any) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()


def test_a_form_that_keeps_to_it() -> None:
    rules = policy()
    rules.check({**FIELDS, "x-ignore-me": "1"}, NOW)
    rules.check_size(2)
    rules.check_size(10)
    assert (rules.expires, rules.least, rules.most) == (END, 2, 10)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"key": "other/1"}, "Policy Condition failed"),
        ({"acl": "private"}, "Policy Condition failed"),
        ({"bucket": "c"}, "Policy Condition failed"),
        ({"content-type": "image/png,text/html"}, "Policy Condition failed"),
        ({"x-amz-meta-a": "1"}, "Extra input fields: x-amz-meta-a"),
    ],
)
def test_forms_that_do_not(changed: dict[str, str], words: str) -> None:
    with pytest.raises(S3Error, match=words) as caught:
        policy().check({**FIELDS, **changed}, NOW)
    assert (caught.value.code, caught.value.status) == ("AccessDenied", 403)


def test_it_ends() -> None:
    with pytest.raises(S3Error, match="Policy expired") as caught:
        policy().check(FIELDS, END)
    assert caught.value.code == "AccessDenied"


@pytest.mark.parametrize(("size", "code"), [(1, "EntityTooSmall"), (11, "EntityTooLarge")])
def test_sizes(size: int, code: str) -> None:
    with pytest.raises(S3Error) as caught:
        policy().check_size(size)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"expiration": None},
        {"expiration": "tomorrow"},
        {"conditions": None},
        {"conditions": "all"},
        {"conditions": [{"a": "b", "c": "d"}]},
        {"conditions": [{"a": []}]},
        {"conditions": [["near", "$key", "a"]]},
        {"conditions": [["eq", "key", "a"]]},
        {"conditions": [["content-length-range", 1]]},
        {"conditions": [["content-length-range", -1, 5]]},
        {"conditions": [7]},
    ],
    ids=str,
)
def test_documents_that_are_none(changes: dict[str, Any]) -> None:
    with pytest.raises(S3Error) as caught:
        policy(**{"conditions": CONDITIONS, **changes})
    assert (caught.value.code, caught.value.status) == ("InvalidPolicyDocument", 400)


@pytest.mark.parametrize("text", ["", "!", "e30", encoded([]), encoded("x"), base64.b64encode(b"[" * 100000).decode()])
def test_texts_that_are_none(text: str) -> None:
    with pytest.raises(S3Error) as caught:
        parse(text)
    assert caught.value.code == "InvalidPolicyDocument"


JSON = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(JSON)
def test_anything_gets_an_answer(condition: Any) -> None:
    with contextlib.suppress(S3Error):
        assert len(policy([condition]).conditions) <= 1
