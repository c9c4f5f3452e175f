"""Encryption with keys of the cloud's (SSE-S3): what requests say of it and what they are told. The store does it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html
"""

from collections.abc import Mapping

from altostratus.contracts.objectstore import ENCRYPTED, Values
from altostratus.doors.s3.errors import S3Error

HEADER = "x-amz-server-side-encryption"
CUSTOMERS = f"{HEADER}-customer-"
"""What all headers begin with that speak of keys of the client's."""
ALGORITHM = "AES256"
_OF_KMS = ("aws:kms", "aws:kms:dsse")


def check_encryption(headers: Mapping[str, str]) -> None:
    """InvalidArgument for what makes no sense, NotImplemented for keys of a KMS, which is not there."""
    said = headers.get(HEADER)
    about_keys = sorted(name for name in headers if name.startswith(f"{HEADER}-") and not name.startswith(CUSTOMERS))
    if said is not None and _has_key(headers):
        raise _invalid("A key of the customer's is incompatible with the encryption method specified", HEADER, said)
    if said not in (None, ALGORITHM, *_OF_KMS):
        raise _invalid("The encryption method specified is not supported", HEADER, said or "")
    if said == ALGORITHM and about_keys:
        raise _invalid(f"{about_keys[0]} does not apply to {ALGORITHM}", about_keys[0], headers[about_keys[0]])
    if said in _OF_KMS or about_keys:
        raise S3Error("NotImplemented", Header=HEADER if said else about_keys[0])


def check_said_elsewhere(headers: Mapping[str, str]) -> None:
    """InvalidArgument where a request says it that has no say in it: who reads, and who sends a part."""
    if HEADER in headers:
        raise _invalid(f"{HEADER} header is not supported for this operation.", HEADER, headers[HEADER])


def wanted(headers: Mapping[str, str]) -> bool | None:
    """Whether an object is to be encrypted. None: as its bucket says. What is sealed with a client's key is not."""
    if HEADER in headers:
        return True
    return False if _has_key(headers) else None


def encryption_headers(system: Values) -> list[tuple[str, str]]:
    """Of an object or an upload."""
    return [(HEADER, str(system[ENCRYPTED]))] if ENCRYPTED in system else []


def _has_key(headers: Mapping[str, str]) -> bool:
    return any(name.startswith(CUSTOMERS) for name in headers)


def _invalid(message: str, name: str, value: str) -> S3Error:
    return S3Error("InvalidArgument", message, ArgumentName=name, ArgumentValue=value)
