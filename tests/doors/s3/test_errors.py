"""S3's errors as its clients parse them."""

import pytest
from botocore.parsers import RestXMLParser
from lxml import etree

from altostratus.doors.s3.errors import CODES, S3Error, body_of, fault_format, s3_error
from altostratus.kernel import errors as kernel
from altostratus.kernel.errors import Fault
from altostratus.kernel.http.context import Context

CONTEXT = Context("req-1", "http://cloud", "s3")


def parsed(fault: Fault) -> dict[str, str]:
    """A fault as botocore reads it."""
    rendered = fault_format(fault, CONTEXT)
    response = {"status_code": rendered.status, "headers": dict(rendered.headers), "body": rendered.body}
    error: dict[str, str] = RestXMLParser().parse(response, None)["Error"]
    return error


def test_botocore_reads_it() -> None:
    error = S3Error("NoSuchKey", Key="a<b>\x00&")
    error.resource = "/bucket/a"
    seen = parsed(error)
    assert (seen["Code"], seen["Key"]) == ("NoSuchKey", "a<b>\ufffd&")
    assert seen["Message"] == CODES["NoSuchKey"][1]
    root = etree.fromstring(body_of(error, "req-1"))
    assert root.tag == "Error"
    assert root.findtext("Resource") == "/bucket/a"
    assert root.findtext("RequestId") == "req-1"


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_status_and_a_message(code: str) -> None:
    error = S3Error(code)
    assert 300 < error.status < 600
    assert error.message


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (kernel.BadRequest("no"), 400, "InvalidRequest"),
        (kernel.Unauthorized(), 403, "AccessDenied"),
        (kernel.Forbidden(), 403, "AccessDenied"),
        (kernel.NotFound(), 404, "NoSuchKey"),
        (kernel.MethodNotAllowed(), 405, "MethodNotAllowed"),
        (kernel.Conflict(), 409, "OperationAborted"),
        (kernel.PreconditionFailed(), 412, "PreconditionFailed"),
        (kernel.RangeNotSatisfiable(), 416, "InvalidRange"),
        (kernel.OverQuota(), 403, "QuotaExceeded"),
        (kernel.TooManyRequests(), 503, "SlowDown"),
        (kernel.NotImplementedHere(), 501, "NotImplemented"),
        (kernel.Unavailable(), 503, "ServiceUnavailable"),
    ],
)
def test_faults_of_the_kernel(fault: Fault, status: int, code: str) -> None:
    assert s3_error(fault).status == status
    assert parsed(fault)["Code"] == code


def test_every_kind_of_fault_has_a_code() -> None:
    kinds = [kind for kind in vars(kernel).values() if isinstance(kind, type) and issubclass(kind, Fault)]
    assert len(kinds) > 10
    assert all(s3_error(kind()).code in CODES for kind in kinds)


def test_our_own_failures_keep_their_words() -> None:
    assert "secret" not in parsed(Fault("secret"))["Message"]
    assert parsed(kernel.BadRequest("say why"))["Message"] == "say why"


def test_not_modified_has_no_body() -> None:
    assert fault_format(S3Error("NotModified"), CONTEXT).body == b""
