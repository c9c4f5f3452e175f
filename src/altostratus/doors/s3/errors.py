"""S3's error codes, and the XML that its clients read them from.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from altostratus.doors.s3.xml_build import Element, document
from altostratus.kernel import errors as kernel
from altostratus.kernel.errors import Fault
from altostratus.kernel.http.context import Context
from altostratus.kernel.http.edge import Rendered

CODES: dict[str, tuple[int, str]] = {
    "AccessControlListNotSupported": (400, "The bucket does not allow ACLs."),
    "AccessForbidden": (403, "CORSResponse: This CORS request is not allowed."),
    "AccessDenied": (403, "Access Denied"),
    "AuthorizationHeaderMalformed": (400, "The authorization header is malformed."),
    "AuthorizationQueryParametersError": (400, "The authorization query parameters are not valid."),
    "BadDigest": (400, "The Content-MD5 or checksum value that you specified did not match what the server received."),
    "BadRequest": (400, "Bad Request"),
    "BucketAlreadyExists": (409, "The requested bucket name is not available. Select a different name and try again."),
    "BucketAlreadyOwnedByYou": (
        409,
        "Your previous request to create the named bucket succeeded and you already own it.",
    ),
    "BucketNotEmpty": (409, "The bucket that you tried to delete is not empty."),
    "ConditionalRequestConflict": (409, "A conflicting operation occurred during the conditional request; try again."),
    "CredentialsNotSupported": (400, "This request does not support credentials."),
    "CrossLocationLoggingProhibited": (403, "Cross-location logging is not allowed."),
    "EntityTooLarge": (400, "Your proposed upload exceeds the maximum allowed object size."),
    "EntityTooSmall": (400, "Your proposed upload is smaller than the minimum allowed object size."),
    "ExpiredToken": (400, "The provided token has expired."),
    "IllegalLocationConstraintException": (400, "The location constraint is not one of this endpoint."),
    "IllegalVersioningConfigurationException": (400, "The versioning configuration in the request is not valid."),
    "IncompleteBody": (
        400,
        "The request body terminated unexpectedly or is shorter than the Content-Length header says.",
    ),
    "IncorrectNumberOfFilesInPostRequest": (400, "POST requires exactly one file upload per request."),
    "InlineDataTooLarge": (400, "Inline data exceeds the maximum allowed size."),
    "InternalError": (500, "We encountered an internal error. Please try again."),
    "InvalidAccessKeyId": (403, "The AWS access key ID that you provided does not exist in our records."),
    "InvalidArgument": (400, "Invalid Argument"),
    "InvalidBucketAclWithObjectOwnership": (
        400,
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    ),
    "InvalidBucketName": (400, "The specified bucket is not valid."),
    "InvalidBucketState": (409, "The request is not valid for the current state of the bucket."),
    "InvalidChunkSizeError": (403, "Only the last chunk is allowed to have a size less than 8192 bytes"),
    "InvalidDigest": (400, "The Content-MD5 or checksum value that you specified is not valid."),
    "InvalidEncryptionAlgorithmError": (400, "The encryption request that you specified is not valid."),
    "InvalidLocationConstraint": (400, "The specified location constraint is not valid."),
    "InvalidObjectState": (403, "The operation is not valid for the object's storage class."),
    "InvalidPart": (
        400,
        "One or more of the specified parts could not be found. The part may not have been uploaded, "
        "or the specified entity tag may not match the part's entity tag.",
    ),
    "InvalidPartNumber": (416, "The requested partnumber is not satisfiable"),
    "InvalidPartOrder": (400, "The list of parts was not in ascending order. Parts must be ordered by part number."),
    "InvalidPolicyDocument": (400, "The content of the form does not meet the conditions of the policy document."),
    "InvalidRange": (416, "The requested range is not satisfiable"),
    "InvalidRequest": (400, "Invalid Request"),
    "InvalidStorageClass": (400, "The storage class you specified is not valid"),
    "InvalidTag": (400, "The tag provided was not a valid tag."),
    "InvalidToken": (400, "The provided token is malformed or otherwise not valid."),
    "InvalidURI": (400, "The specified URI couldn't be parsed."),
    "KeyTooLongError": (400, "Your key is too long"),
    "MalformedACLError": (
        400,
        "The XML you provided was not well-formed or did not validate against our published schema",
    ),
    "MalformedPOSTRequest": (400, "The body of your POST request is not well-formed multipart/form-data."),
    "MalformedPolicy": (400, "The policy is not in the valid format."),
    "MalformedTrailerError": (400, "The request contained trailing data that was not well-formed."),
    "MalformedXML": (400, "The XML you provided was not well-formed or did not validate against our published schema"),
    "MaxMessageLengthExceeded": (400, "Your request was too large."),
    "MaxPostPreDataLengthExceededError": (400, "Your POST request fields preceding the upload file were too large."),
    "MetadataTooLarge": (400, "Your metadata headers exceed the maximum allowed metadata size"),
    "MethodNotAllowed": (405, "The specified method is not allowed against this resource."),
    "MissingAttachment": (400, "A file was expected, but none was found."),
    "MissingContentLength": (411, "You must provide the Content-Length HTTP header."),
    "MissingRequestBodyError": (400, "Request Body is empty"),
    "MissingSecurityHeader": (400, "Your request was missing a required header"),
    "NoSuchBucket": (404, "The specified bucket does not exist"),
    "NoSuchBucketPolicy": (404, "The bucket policy does not exist"),
    "NoSuchCORSConfiguration": (404, "The CORS configuration does not exist"),
    "NoSuchKey": (404, "The specified key does not exist."),
    "NoSuchLifecycleConfiguration": (404, "The lifecycle configuration does not exist"),
    "NoSuchObjectLockConfiguration": (404, "The specified object does not have a ObjectLock configuration"),
    "NoSuchPublicAccessBlockConfiguration": (404, "The public access block configuration was not found"),
    "NoSuchTagSet": (404, "The TagSet does not exist"),
    "NoSuchUpload": (
        404,
        "The specified upload does not exist. The upload ID may be invalid, "
        "or the upload may have been aborted or completed.",
    ),
    "NoSuchVersion": (404, "The specified version does not exist."),
    "NoSuchWebsiteConfiguration": (404, "The specified bucket does not have a website configuration"),
    "NotImplemented": (501, "A header or query you provided requests a function that is not implemented."),
    "NotModified": (304, "Not Modified"),
    "ObjectLockConfigurationNotFoundError": (404, "Object Lock configuration does not exist for this bucket"),
    "OperationAborted": (409, "A conflicting conditional operation is currently in progress; try again."),
    "OwnershipControlsNotFoundError": (404, "The bucket ownership controls were not found"),
    "PermanentRedirect": (301, "The bucket that you are attempting to access must be addressed at another endpoint."),
    "PreconditionFailed": (412, "At least one of the pre-conditions you specified did not hold"),
    "QuotaExceeded": (403, "The quota does not allow this."),
    "RequestHeaderSectionTooLarge": (400, "Your request header section exceeds the maximum allowed size."),
    "RequestIsNotMultiPartContent": (400, "A bucket POST request must be of the enclosure-type multipart/form-data."),
    "RequestTimeTooSkewed": (403, "The difference between the request time and the current time is too large."),
    "RequestTimeout": (400, "Your socket connection to the server was not read from or written to in time."),
    "ServerSideEncryptionConfigurationNotFoundError": (404, "The server side encryption configuration was not found"),
    "ServiceUnavailable": (503, "Service is unable to handle request."),
    "SignatureDoesNotMatch": (
        403,
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
    ),
    "SlowDown": (503, "Please reduce your request rate."),
    "TooManyBuckets": (400, "You have attempted to create more buckets than allowed"),
    "UnexpectedContent": (400, "This request does not support content"),
    "UnresolvableGrantByEmailAddress": (400, "The e-mail address you provided does not match any account on record."),
    "UserKeyMustBeSpecified": (400, "The bucket POST must contain the specified field name."),
    "XAmzContentSHA256Mismatch": (
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
}
"""HTTP status and message of each code. InvalidChunkSizeError is 403, as S3 answers it."""

_OF_FAULTS: dict[type[Fault], str] = {
    kernel.BadRequest: "InvalidRequest",
    kernel.Unauthorized: "AccessDenied",
    kernel.Forbidden: "AccessDenied",
    kernel.NotFound: "NoSuchKey",
    kernel.MethodNotAllowed: "MethodNotAllowed",
    kernel.NotAcceptable: "InvalidRequest",
    kernel.Conflict: "OperationAborted",
    kernel.Gone: "NoSuchKey",
    kernel.PreconditionFailed: "PreconditionFailed",
    kernel.TooLarge: "EntityTooLarge",
    kernel.UnsupportedMediaType: "InvalidRequest",
    kernel.RangeNotSatisfiable: "InvalidRange",
    kernel.OverQuota: "QuotaExceeded",
    kernel.TooManyRequests: "SlowDown",
    kernel.NotImplementedHere: "NotImplemented",
    kernel.Unavailable: "ServiceUnavailable",
    Fault: "InternalError",
}


class S3Error(Fault):
    """A fault with one of S3's codes. `extra` are the elements that some codes have beside the usual four; the door
    sets `resource`, the path that was asked for, where it knows it."""

    resource = ""

    def __init__(self, code: str, message: str | None = None, **extra: str) -> None:
        status, usual = CODES[code]
        super().__init__(message or usual)
        self.code, self.status, self.extra = code, status, extra


def s3_error(fault: Fault) -> S3Error:
    """Any fault as one of S3's. What is our own failure keeps its words to itself."""
    if isinstance(fault, S3Error):
        return fault
    code = next(_OF_FAULTS[kind] for kind in type(fault).__mro__ if kind in _OF_FAULTS)
    return S3Error(code, None if fault.status >= 500 else fault.message)


def body_of(error: S3Error, request_id: str) -> bytes:
    """`<Error>…</Error>`: no namespace, unlike S3's other answers."""
    usual: list[Element] = [("Resource", error.resource), ("RequestId", request_id), ("HostId", "altostratus")]
    content = [("Code", error.code), ("Message", error.message), *error.extra.items(), *usual]
    return document("Error", content, namespace="")


def fault_format(fault: Fault, context: Context) -> Rendered:
    """A fault as S3 answers it."""
    error = s3_error(fault)
    if error.status == 304:
        return Rendered(304, (), b"")
    return Rendered(error.status, (("content-type", "application/xml"),), body_of(error, context.request_id))
