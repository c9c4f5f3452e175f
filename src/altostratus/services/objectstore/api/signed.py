"""Temporary URLs: whoever has one may do what it is signed for, without a token."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from posixpath import basename
from urllib.parse import quote

from altostratus.kernel.clock import http_date
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.request import Headers, SwiftRequest
from altostratus.services.objectstore.domain.grant import Grant
from altostratus.services.objectstore.domain.path import ROOT, Path
from altostratus.services.objectstore.domain.signature import Signature, is_signed, keys_of, read_expiry, read_signature
from altostratus.services.objectstore.errors import Malformed, NotSigned
from altostratus.services.objectstore.store.accounts import find_account
from altostratus.services.objectstore.store.containers import find_container

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
_SAID = ("temp_url_sig", "temp_url_expires", "temp_url_prefix", "temp_url_ip_range", "filename", "inline")
_POINTERS = ("x-object-manifest", "x-symlink-target", "x-copy-from")
"""Headers by which one who may write could read what he may not."""
PUBLIC = "x-object-meta-public-"


def is_temporary(request: SwiftRequest) -> bool:
    """Whether it says that it is signed."""
    return "temp_url_sig" in request.query or "temp_url_expires" in request.query


async def admit(request: SwiftRequest) -> SwiftRequest:
    """The request with what its signature allows. No other parameter of the query counts: they are not signed."""
    said = {name: value for name, value in request.query.items() if name in _SAID}
    signature = read_signature(said.get("temp_url_sig", ""))
    expires = read_expiry(said.get("temp_url_expires", ""))
    if signature is None or expires is None or expires < request.store.clock.now().timestamp():
        raise invalid()
    if request.method not in METHODS or not request.path.object.strip("/") or not _from_there(request, said):
        raise invalid()
    prefix = said.get("temp_url_prefix")
    if prefix is not None and not request.path.object.startswith(prefix):
        raise invalid()
    messages = list(_messages(request, said, expires))
    reach = await find_reach(request, signature, messages)
    if reach is None:
        raise invalid()
    for name in _POINTERS if request.method not in ("GET", "HEAD") else ():
        if name in request.headers:
            raise Malformed(f"The header {name.title()!r} is not allowed in this tempurl")
    right = "read" if request.method in ("GET", "HEAD") else "write"
    return SwiftRequest(request.store, request.raw, request.path, Grant(request.path, right, reach=reach), said)


def _from_there(request: SwiftRequest, said: dict[str, str]) -> bool:
    """Whether the client is where the URL may be used."""
    if not (allowed := said.get("temp_url_ip_range")):
        return True
    try:
        return ip_address(request.raw.context.client) in ip_network(allowed)
    except ValueError:
        return False


def _messages(request: SwiftRequest, said: dict[str, str], expires: int) -> Iterable[str]:
    """What may have been signed."""
    path, prefix = request.path, said.get("temp_url_prefix")
    name = path.object if prefix is None else prefix
    where = "" if (ip := said.get("temp_url_ip_range")) is None or not ip else f"ip={ip}\n"
    methods = ("HEAD", "GET", "POST", "PUT") if request.method == "HEAD" else (request.method,)
    for method in methods:
        for root in signed_roots(path):
            whole = f"{root}/{path.container}/{name}"
            yield f"{where}{method}\n{expires}\n{whole if prefix is None else f'prefix:{whole}'}"


def signed_roots(path: Path) -> tuple[str, str]:
    """The account as paths have it that are signed: as the API says it, and as the catalog does."""
    return f"/v1/{path.account}", f"{ROOT}/v1/{path.account}"


async def find_reach(request: SwiftRequest, signature: Signature, messages: list[str]) -> str | None:
    """The container whose key has signed one of these; '' if it is the account's; None if nobody has."""
    of_account, of_container = await request.store.db.read(lambda tx: _keys(tx, request.path))
    if any(is_signed(signature, key, messages) for key in of_account):
        return ""
    if any(is_signed(signature, key, messages) for key in of_container):
        return request.path.container
    return None


def _keys(tx: Tx, path: Path) -> tuple[list[str], list[str]]:
    account, container = find_account(tx, path.account), find_container(tx, path.account, path.container)
    return keys_of(account.meta) if account else [], keys_of(container.meta) if container else []


def invalid() -> NotSigned:
    fault = NotSigned("401 Unauthorized: Temp URL invalid\n")
    fault.headers = (("www-authenticate", 'Swift realm="unknown"'),)
    return fault


def without_private(request: SwiftRequest, headers: Headers) -> Headers:
    """The headers of an object for one who has a temporary URL: most metadata is private."""
    if request.grant is None:
        return headers
    return [header for header in headers if not header[0].startswith("x-object-meta-") or header[0].startswith(PUBLIC)]


def as_download(request: SwiftRequest, headers: Headers) -> Headers:
    """The headers of an object that is sent: browsers save what comes from a temporary URL."""
    if request.grant is None:
        return headers
    own = next((value for name, value in headers if name == "content-disposition"), None)
    shown = [header for header in headers if header[0] not in ("content-disposition", "expires")]
    expires = read_expiry(request.query["temp_url_expires"]) or 0
    return [*shown, ("content-disposition", _disposition(request, own)), ("expires", http_date(expires))]


def _disposition(request: SwiftRequest, own: str | None) -> str:
    filename = request.query.get("filename")
    if "inline" in request.query:
        return _named("inline", filename) if filename else "inline"
    if filename:
        return _named("attachment", filename)
    return own if own is not None else _named("attachment", basename(request.path.object.rstrip("/")))


def _named(kind: str, filename: str) -> str:
    """RFC 6266, RFC 5987."""
    return f"{kind}; filename=\"{quote(filename, safe=' /')}\"; filename*=UTF-8''{quote(filename)}"
