"""botocore's model of S3: bodies as it writes them, answers as it reads them."""

from typing import Any

import botocore.session
from botocore.parsers import RestXMLParser
from botocore.serialize import RestXMLSerializer

MODEL = botocore.session.get_session().get_service_model("s3")


def body(operation: str, **params: Any) -> bytes:
    """The body that botocore sends for an operation."""
    written = RestXMLSerializer().serialize_to_request(params, MODEL.operation_model(operation))["body"]
    return written if isinstance(written, bytes) else written.encode()


def answer(operation: str, xml: bytes) -> dict[str, Any]:
    """What botocore reads of an answer's body."""
    response = {"status_code": 200, "headers": {}, "body": xml}
    parsed: dict[str, Any] = RestXMLParser().parse(response, MODEL.operation_model(operation).output_shape)
    del parsed["ResponseMetadata"]
    return parsed
