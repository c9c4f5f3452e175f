"""Forms of web pages that upload files: signed with a key of the account or of the container.

https://docs.openstack.org/swift/latest/api/form_post_middleware.html
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from altostratus.contracts.objectstore import NewObject
from altostratus.kernel.errors import Fault
from altostratus.services.objectstore.api.metadata import check_text
from altostratus.services.objectstore.api.report import status_line
from altostratus.services.objectstore.api.request import SwiftRequest
from altostratus.services.objectstore.api.signed import find_reach, signed_roots
from altostratus.services.objectstore.api.uploads import expiry, guessed_type
from altostratus.services.objectstore.domain.form import BadForm, Field, Form, read_header
from altostratus.services.objectstore.domain.path import LONGEST_OBJECT, Path, check_name
from altostratus.services.objectstore.domain.signature import read_signature
from altostratus.services.objectstore.errors import NotSigned
from altostratus.services.objectstore.usecases.put_object import put_object as write_object

LONGEST_VALUE = 4096
MOST_FIELDS = 100


def is_form(request: SwiftRequest) -> bool:
    kind, said = read_header(request.headers.get("content-type", ""))
    return request.method == "POST" and kind == "multipart/form-data" and bool(said.get("boundary"))


@dataclass
class _Filling:
    """What the form has said so far, and what has become of its files."""

    said: dict[str, str] = field(default_factory=dict)
    fields: int = 0
    files: int = 0
    status: int = 0
    message: str = ""


async def post_form(request: SwiftRequest) -> None:
    """201, or 303 to where the form says; the files that came before one that fails stay."""
    _, said = read_header(request.headers["content-type"])
    form, filling = Form(request.body(), said["boundary"]), _Filling()
    async for part in form.fields():
        if not part.filename:
            await _take(filling, part, form)
        elif not await _upload(request, filling, part, form):
            break
    if not filling.status:
        filling.status, filling.message = 400, "no files to process"
    await _answer(request, filling)


async def _take(filling: _Filling, part: Field, form: Form) -> None:
    """The value of a field, as far as it counts."""
    filling.fields += 1
    if filling.fields > MOST_FIELDS:
        raise BadForm("FormPost: too many fields")
    value = b""
    async for chunk in form.data():
        value += chunk[: LONGEST_VALUE - len(value)]
    filling.said[part.name.lower()] = value.decode(errors="replace")


async def _upload(request: SwiftRequest, filling: _Filling, part: Field, form: Form) -> bool:
    """One file; whether the next may follow."""
    filling.files += 1
    if filling.files > _integer(filling.said, "max_file_count"):
        filling.status, filling.message = 400, "max file count exceeded"
        return False
    most = _integer(filling.said, "max_file_size")
    await _check(request, filling.said)
    try:
        await _write(request, filling, part, _capped(form.data(), most))
        filling.status = 201
    except (BadForm, NotSigned):
        raise
    except Fault as fault:
        filling.status, filling.message = fault.status, fault.message
    return filling.status == 201


async def _write(request: SwiftRequest, filling: _Filling, part: Field, data: AsyncIterator[bytes]) -> None:
    path = request.path._replace(object=request.path.object + part.filename)
    check_name("Object", path.object, LONGEST_OBJECT)
    said = {**part.headers, **filling.said}
    content_type, encoding = said.get("content-type") or guessed_type(path), said.get("content-encoding")
    check_text(content_type + (encoding or ""))
    for name in ("x_delete_after", "x_delete_at"):
        _integer(said, name)
    expires = expiry(request, said.get("x_delete_after"), said.get("x_delete_at"))
    new = NewObject(content_type, {}, {"content-encoding": encoding} if encoding else {}, expires)
    await write_object(request.store, *path, data, lambda content: new)


async def _capped(data: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in data:
        size += len(chunk)
        if size > most:
            raise BadForm("FormPost: max_file_size exceeded")
        yield chunk


async def _check(request: SwiftRequest, said: dict[str, str]) -> None:
    """Raises NotSigned unless the form is signed and has not expired."""
    if _integer(said, "expires") < request.store.clock.now().timestamp():
        raise _unsigned(request, "FormPost: Form Expired")
    signature = read_signature(said.get("signature", ""))
    numbers = [said.get(name) or "0" for name in ("max_file_size", "max_file_count", "expires")]
    named = [said.get("redirect", ""), *numbers]
    messages = ["\n".join([_whole(root, request.path), *named]) for root in signed_roots(request.path)]
    if signature is None or await find_reach(request, signature, messages) is None:
        raise _unsigned(request, "FormPost: Invalid Signature")


def _unsigned(request: SwiftRequest, message: str) -> NotSigned:
    fault = NotSigned(message)
    fault.headers = (("www-authenticate", f'Swift realm="unknown", {request.keystone}'),)
    return fault


def _whole(root: str, path: Path) -> str:
    return f"{root}/{path.container}/{path.object}" if path.object else f"{root}/{path.container}"


def _integer(said: dict[str, str], name: str) -> int:
    text = said.get(name) or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadForm(f"FormPost: {name} not an integer")
    return int(text)


async def _answer(request: SwiftRequest, filling: _Filling) -> None:
    """Nobody is sent to where an unsigned form says."""
    line = status_line(filling.status)
    redirect = filling.said.get("redirect")
    if not redirect or not await _is_signed(request, filling.said):
        body = f"{line}\r\nFormPost: {filling.message.title()}" if filling.message else line
        await request.answer(filling.status, [("content-type", "text/plain")], body.encode())
        return
    check_text(redirect)
    separator = "&" if "?" in redirect else "?"
    target = f"{redirect}{separator}status={filling.status}&message={quote(filling.message)}"
    page = f'<html><body><p><a href="{escape(target)}">Click to continue...</a></p></body></html>'
    await request.answer(303, [("location", target)], page.encode())


async def _is_signed(request: SwiftRequest, said: dict[str, str]) -> bool:
    try:
        await _check(request, said)
    except Fault:
        return False
    return True
