"""An object from a form in a browser: POST to a bucket.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from altostratus.doors.s3 import xml_out
from altostratus.doors.s3.authentication import check_permits, find_key
from altostratus.doors.s3.claim import Payload, PayloadKind
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.form_body import FormBody, boundary_of
from altostratus.doors.s3.places import check_key
from altostratus.doors.s3.post_policy import PostPolicy, parse
from altostratus.doors.s3.request import XML, S3Request
from altostratus.doors.s3.said import META, said_of
from altostratus.doors.s3.sealing import key_of
from altostratus.doors.s3.signature import credentials_of_form, verify_form
from altostratus.doors.s3.verbs.writing import writable, write, written_headers
from altostratus.doors.s3.views import KEPT
from altostratus.doors.s3.xml_build import quoted
from altostratus.doors.s3.xml_in import tagging
from altostratus.kernel.actor import Actor

_NAME = re.compile(r"[0-9a-z!#$%&'*+.^_`|~-]+")
_OF_BROWSER = ("referer", "user-agent")
"""Headers of the request that policies speak of."""
_SAID = ("content-type", "content-md5", *KEPT)
"""Fields that stand for headers of the same name, as all do that begin with x-amz-."""


async def post_object(request: S3Request) -> None:
    """204, or what the form asks for. It may only do what its policy allows, and what its signer may."""
    form = FormBody(request.raw.body(), boundary_of(request.signed.header("content-type") or ""))
    await form.open()
    key = form.fields["key"] = _key(form)
    actor, policy = await _authenticate(request, form.fields)
    check_key(key)
    headers = _headers(form)
    kept = [(name, value) for name, value in request.signed.headers if name in _OF_BROWSER]
    wired = [(name, value.encode().decode("latin-1")) for name, value in headers.items()]
    asked = replace(
        request,
        signed=replace(request.signed, headers=[*kept, *wired]),
        place=request.place._replace(key=key),
        actor=actor,
        payload=Payload(PayloadKind.UNSIGNED),
        source=_sized(form, policy),
    )
    await _put(asked, form.fields)


async def _put(request: S3Request, fields: Mapping[str, str]) -> None:
    container = await request.door.objects.read(lambda tx: writable(tx, request))
    written = await write(request, container, said_of(request, container), key_of(request))
    location = f"{request.door.base_url}/s3/{request.bucket}/{quote(request.key)}"
    headers = [*written_headers(container, written), ("location", location)]
    target = fields.get("success_action_redirect") or fields.get("redirect")
    if target and (url := _redirect(target, request, written.etag)):
        await request.answer(303, [*headers[:-1], ("location", url)])
        return
    status = fields.get("success_action_status")
    if status == "201":
        body = xml_out.post_response(location, request.bucket, request.key, written.etag)
        await request.answer(201, [XML, *headers], body)
        return
    await request.answer(200 if status == "200" else 204, headers)


async def _authenticate(request: S3Request, fields: Mapping[str, str]) -> tuple[Actor | None, PostPolicy | None]:
    """Who signed the form's policy; nobody where there is none."""
    claim = credentials_of_form(fields)
    if claim is None:
        if "policy" in fields:
            raise S3Error("AccessDenied", "Bucket POST with a policy must be signed.")
        return None, None
    key = await find_key(request.door, claim)
    verify_form(claim, fields, key.secret, request.door.region)
    check_permits(key.actor, request.method, request.place)
    policy = parse(fields["policy"])
    policy.check({**fields, "bucket": request.bucket}, request.door.clock.now())
    return key.actor, policy


def _key(form: FormBody) -> str:
    key = form.fields.get("key")
    if not key:
        raise S3Error("InvalidArgument", "Bucket POST must contain a field named 'key'.", ArgumentName="key")
    key = key.replace("${filename}", form.file_name)
    if not key or "\0" in key:
        raise S3Error("InvalidArgument", "User key must have a length greater than 0.", ArgumentName="key")
    return key


def _headers(form: FormBody) -> dict[str, str]:
    """What headers would say of the object."""
    fields = form.fields
    found = {name: value for name, value in fields.items() if name in _SAID or _is_amazons(name)}
    if "acl" in fields:
        found["x-amz-acl"] = fields["acl"]
    if "tagging" in fields:
        tags = tagging(fields["tagging"].encode())
        found["x-amz-tagging"] = urlencode([(tag.key, tag.value) for tag in tags])
    for name, value in found.items():
        if not _NAME.fullmatch(name) or not value.isprintable():
            raise S3Error("InvalidArgument", "A field is not fit for a header.", ArgumentName=name)
    return found


def _is_amazons(name: str) -> bool:
    signing = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature", "x-amz-security-token")
    return name.startswith(META) or (name.startswith("x-amz-") and name not in signing)


async def _sized(form: FormBody, policy: PostPolicy | None) -> AsyncIterator[bytes]:
    """The file, if it has as many bytes as the policy wants."""
    size = 0
    async for chunk in form.file():
        size += len(chunk)
        if policy and policy.most is not None and size > policy.most:
            policy.check_size(size)
        yield chunk
    if policy:
        policy.check_size(size)


def _redirect(target: str, request: S3Request, etag: str) -> str:
    """With what was written; '' where there is nowhere to go."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or " " in target or not target.isprintable():
        return ""
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("bucket", request.bucket), ("key", request.key)]
    return parts._replace(query=urlencode([*query, ("etag", quoted(etag))])).geturl()
