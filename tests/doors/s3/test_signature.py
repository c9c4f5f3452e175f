"""Signatures of POST forms, against botocore's signers and the value that Amazon publishes."""

from typing import Any

import pytest
from botocore.auth import HmacV1PostAuth, S3SigV4PostAuth

from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.signature import credentials_of_form, verify_form
from tests.doors.s3.signing import ACCESS, CREDENTIALS, REGION, SECRET, aws_request

POLICY = {"expiration": "2030-01-01T00:00:00Z", "conditions": [{"bucket": "b"}]}


def form(signer: Any) -> dict[str, str]:
    """The fields of a form as botocore makes them, in lower case."""
    request = aws_request("POST", "http://cloud/b")
    request.context["s3-presign-post-fields"] = {"key": "k"}
    request.context["s3-presign-post-policy"] = {**POLICY, "conditions": list(POLICY["conditions"])}
    signer.add_auth(request)
    return {name.lower(): value for name, value in request.context["s3-presign-post-fields"].items()}


@pytest.fixture(params=["v4", "v2"])
def fields(request: pytest.FixtureRequest) -> dict[str, str]:
    v4 = request.param == "v4"
    return form(S3SigV4PostAuth(CREDENTIALS, "s3", REGION) if v4 else HmacV1PostAuth(CREDENTIALS))


def check(fields: dict[str, str], secret: str = SECRET, region: str = REGION) -> None:
    claim = credentials_of_form(fields)
    assert claim is not None
    assert claim.access_key == ACCESS
    verify_form(claim, fields, secret, region)


def code_of(*args: Any) -> str:
    with pytest.raises(S3Error) as caught:
        check(*args)
    return caught.value.code


def test_what_botocore_signs_verifies(fields: dict[str, str]) -> None:
    check(fields)


def test_another_policy_or_secret(fields: dict[str, str]) -> None:
    assert code_of({**fields, "policy": "e30="}) == "SignatureDoesNotMatch"
    assert code_of(fields, "other") == "SignatureDoesNotMatch"
    assert code_of({**fields, "policy": "é"}) == "InvalidPolicyDocument"
    name = "signature" if "signature" in fields else "x-amz-signature"
    assert code_of({**fields, name: "\udcff"}) == "SignatureDoesNotMatch"


def test_fields_that_are_missing(fields: dict[str, str]) -> None:
    for name in {"policy", "signature", "awsaccesskeyid", "x-amz-signature", "x-amz-credential"} & set(fields):
        assert code_of({key: value for key, value in fields.items() if key != name}) == "InvalidArgument", name


def test_another_region_or_a_bad_field() -> None:
    fields = form(S3SigV4PostAuth(CREDENTIALS, "s3", REGION))
    assert code_of(fields, SECRET, "mars") == "AuthorizationQueryParametersError"
    assert code_of({**fields, "x-amz-date": "now"}) == "InvalidArgument"
    assert code_of({**fields, "x-amz-algorithm": "none"}) == "InvalidArgument"


def test_a_form_may_be_anonymous() -> None:
    assert credentials_of_form({"key": "k"}) is None
