"""Writing objects: PutObject and CopyObject.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""

from dataclasses import replace

from altostratus.contracts.objectstore import HOLD, RETENTION, STATIC, Container, Content, NewObject, Object
from altostratus.doors.s3 import xml_out
from altostratus.doors.s3.access import ACL, TAGS, check_not_denied, require
from altostratus.doors.s3.acls import check_block
from altostratus.doors.s3.checksums import ChecksumType, algorithm_named
from altostratus.doors.s3.conditions import guard_of, is_modified
from altostratus.doors.s3.encryption import HEADER as ENCRYPTION
from altostratus.doors.s3.encryption import encryption_headers, wanted
from altostratus.doors.s3.errors import S3Error
from altostratus.doors.s3.places import check_key
from altostratus.doors.s3.request import Headers, S3Request
from altostratus.doors.s3.said import grants_of, said_of
from altostratus.doors.s3.sealing import SEAL, SOURCE_PREFIX, Key, key_of, new_counter, require_key, sealed
from altostratus.doors.s3.sources import Source, find_source, rehashed
from altostratus.doors.s3.verbs.settings import end_header
from altostratus.doors.s3.views import CHECKSUM, PARTS, checksum_headers, checksum_of, version_header
from altostratus.doors.s3.xml_build import quoted
from altostratus.kernel.clock import from_micros
from altostratus.kernel.tx import Tx

_MORE = {
    "x-amz-tagging": "s3:PutObjectTagging",
    "x-amz-object-lock-mode": "s3:PutObjectRetention",
    "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold",
}
"""What must be allowed, too, where a header says it of the object."""
LARGEST = 5 << 30
"""Bytes of an object that is written at once."""


async def put_object(request: S3Request) -> None:
    """200 with its entity tag, version and checksum."""
    length = check_length(request)
    check_key(request.key)
    container = await request.door.objects.read(lambda tx: writable(tx, request))
    key = key_of(request)
    written = await write(request, container, said_of(request, container), key, length)
    headers = [*written_headers(container, written), *end_header(container, written)]
    await request.answer(200, [*headers, *(key.headers() if key else ())])


async def write(
    request: S3Request, container: Container, new: NewObject, key: Key | None, length: int | None = None
) -> Object:
    """The request's body as an object, sealed where there is a key."""
    body = request.body
    chunks = body.chunks()
    if key:
        body.sum_md5()  # of what comes: what is stored is something else
        counter = new_counter()
        new = replace(new, system={**new.system, SEAL: {**key.kept(), "counters": [counter]}})
        chunks = sealed(request, key, counter, chunks)

    def make(content: Content) -> NewObject:
        if key is None:
            body.check_md5(content.md5)
        return with_checksum(request, new)

    return await request.door.objects.put_object(
        container.account,
        container.name,
        request.key,
        chunks,
        make,
        announced=length,
        guard=guard_of(request.headers),
        encrypted=wanted(request.headers),
    )


def check_length(request: S3Request) -> int | None:
    """How many bytes are said to come."""
    length = request.body.length
    if length is None and "transfer-encoding" not in request.headers:
        raise S3Error("MissingContentLength")
    if length is not None and length > LARGEST:
        raise S3Error("EntityTooLarge", ProposedSize=str(length), MaxSizeAllowed=str(LARGEST))
    return length


def writable(tx: Tx, request: S3Request) -> Container:
    """The bucket, if such an object may be put into it."""
    container = request.find_bucket(tx)
    require(request, container, "s3:PutObject")
    for header, action in _MORE.items():
        if header in request.headers:
            require(request, container, action)
    if grants := grants_of(request, container):
        check_not_denied(request, container, "s3:PutObjectAcl")
        check_block(request, container, grants)
    return container


def with_checksum(request: S3Request, new: NewObject) -> NewObject:
    """And what its body was found to have."""
    body = request.body
    if not (body.expected and body.checksum):
        return new
    kept = [body.expected.algorithm.value, body.checksum, ChecksumType.FULL_OBJECT.value]
    return replace(new, system={**new.system, CHECKSUM: kept})


def written_headers(container: Container, written: Object) -> Headers:
    """Only a version of its own is told: not the null version."""
    version = version_header(container, written) if written.versioned else []
    told = [*encryption_headers(written.system), *checksum_headers(written)]
    return [("etag", quoted(written.etag)), *told, *version]


async def copy_object(request: S3Request) -> None:
    """The bytes are not copied: both objects refer to them. But those are written anew that are sealed or encrypted
    otherwise than they are to be; what is encrypted stays so."""
    check_key(request.key)
    source = await request.door.objects.read(lambda tx: find_source(tx, request))
    if not is_modified(request.headers, source.found, "x-amz-copy-source-"):
        raise S3Error("PreconditionFailed", Condition="x-amz-copy-source-If-None-Match")
    if source.found.size > LARGEST:
        raise S3Error("InvalidRequest", "The specified copy source is larger than the maximum allowable size")
    replaces = _directive(request, "x-amz-metadata-directive")
    retags = _directive(request, "x-amz-tagging-directive")
    if TAGS in source.found.system and not retags:
        require(source.request, source.container, "s3:GetObjectTagging", source.found)
    opens = require_key(key_of(request, SOURCE_PREFIX), source.found.system)
    key = key_of(request)
    checksum = await _checksum(request, source, opens)

    def said(tx: Tx) -> tuple[Container, NewObject]:
        container = writable(tx, request)
        _check_itself(request, source, container, replaces)
        said = said_of(request, container)
        new = said if replaces else _as_it_was(source.found, said)
        return container, replace(new, system=_kept(source.found, new, said, retags) | checksum)

    def copy(tx: Tx) -> tuple[Container, Object] | None:
        (container, new), guard = said(tx), guard_of(request.headers)
        if not source.found.is_encrypted and (container.encrypts or wanted(request.headers)):
            return None
        new, present = replace(new, etag=source.found.etag), source.reopen(tx)
        return container, request.door.objects.copy_object(tx, present, container, request.key, new, guard)

    if opens or key or (copied := await request.door.objects.write(copy)) is None:
        container, new = await request.door.objects.read(said)
        made = await _rewrite(request, source, opens, key, container, new)
    else:
        container, made = copied
    kept = checksum_of(made)
    body = xml_out.object_copied(
        made.etag, from_micros(made.modified_at), {kept[0]: kept[1]} if kept else {}, kept[2] if kept else None
    )
    headers = [*version_header(container, made), *encryption_headers(made.system)]
    if source.container.versioning:
        headers.append(("x-amz-copy-source-version-id", source.found.version))
    await request.answer_xml(body, [*headers, *(key.headers() if key else ())])


async def _rewrite(
    request: S3Request, source: Source, opens: Key | None, key: Key | None, container: Container, new: NewObject
) -> Object:
    chunks = (await source.reading(opens)).chunks(0, source.found.size)
    if key:  # one part from now on
        counter = new_counter()
        said = {name: value for name, value in new.system.items() if name != PARTS}
        new = replace(new, system={**said, SEAL: {**key.kept(), "counters": [counter]}})
        chunks = sealed(request, key, counter, chunks)
    elif opens is None:
        new = replace(new, etag=source.found.etag)  # the same bytes, as where they are referred to
    return await request.door.objects.put_object(
        container.account,
        container.name,
        request.key,
        chunks,
        lambda content: new,
        guard=guard_of(request.headers),
        encrypted=wanted(request.headers),
    )


def _directive(request: S3Request, header: str) -> bool:
    """Whether it says REPLACE."""
    text = request.headers.get(header, "COPY")
    if text not in ("COPY", "REPLACE"):
        message = f"Unknown {'metadata' if 'metadata' in header else 'tagging'} directive."
        raise S3Error("InvalidArgument", message, ArgumentName=header, ArgumentValue=text)
    return text == "REPLACE"


def _check_itself(request: S3Request, source: Source, container: Container, replaces: bool) -> None:
    here = (source.container.id, source.found.name) == (container.id, request.key)
    encrypts = any(name.startswith(ENCRYPTION) for name in request.headers)
    if here and source.found.latest and not replaces and not encrypts:
        message = (
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes."
        )
        raise S3Error("InvalidRequest", message)


def _as_it_was(found: Object, said: NewObject) -> NewObject:
    """What the source says of itself, with what belongs to the new one alone."""
    own = {name: value for name, value in said.system.items() if name in (ACL, RETENTION, HOLD)}
    old = {name: value for name, value in found.system.items() if name not in (ACL, RETENTION, HOLD, SEAL, STATIC)}
    return NewObject(found.content_type, found.meta, {**old, **own})


def _kept(found: Object, new: NewObject, said: NewObject, retags: bool) -> dict[str, object]:
    """Its checksum and parts stay whatever is said; its tags, unless the request has others."""
    system = {name: value for name, value in new.system.items() if name != TAGS}
    tags = said.system.get(TAGS) if retags else found.system.get(TAGS)
    kept = {name: found.system[name] for name in (CHECKSUM, PARTS) if name in found.system}
    return {**system, **kept, **({TAGS: tags} if tags else {})}


async def _checksum(request: S3Request, source: Source, opens: Key | None) -> dict[str, object]:
    """Another one than the source has is made from its bytes."""
    wanted = algorithm_named(request.headers.get("x-amz-checksum-algorithm"))
    kept = checksum_of(source.found)
    if wanted is None or (kept and (kept[0], kept[2]) == (wanted, ChecksumType.FULL_OBJECT)):
        return {}
    reading = await source.reading(opens)
    _, text = await rehashed(request, reading, 0, source.found.size, wanted)
    return {CHECKSUM: [wanted.value, text, ChecksumType.FULL_OBJECT.value]}
