"""A container as a web site, for whoever comes without a token or says X-Web-Mode.

https://docs.openstack.org/swift/latest/middleware.html#staticweb
"""

from html import escape
from typing import Self
from urllib.parse import quote

import msgspec

from altostratus.contracts.objectstore import Container, Listing, NoSuchContainer, NoSuchObject, Object, Prefix
from altostratus.kernel.errors import Fault, Forbidden, NotFound, Unauthorized
from altostratus.kernel.tx import Tx
from altostratus.services.objectstore.api.download import answer_object, answer_page
from altostratus.services.objectstore.api.links import open_target
from altostratus.services.objectstore.api.listing import instant
from altostratus.services.objectstore.api.request import HTML, SwiftRequest, is_true
from altostratus.services.objectstore.api.target import Target
from altostratus.services.objectstore.api.versions import wanted_version
from altostratus.services.objectstore.domain.path import Path
from altostratus.services.objectstore.store.containers import find_container
from altostratus.services.objectstore.store.objects import list_objects

FOLDER = "application/directory"
STYLE = "h1 {font-size: 1em} th {text-align: left} th, td {padding: 0 1em} a {text-decoration: none}"


class Site(msgspec.Struct, frozen=True):
    """What a container's metadata say of it as a web site."""

    index: str = ""
    error: str = ""
    listings: str = ""
    label: str = ""
    css: str = ""
    folder: str = FOLDER

    @classmethod
    def of(cls, container: Container) -> Self:
        said = {name: str(container.meta.get(f"web-{name}", "")).strip() for name in ("index", "error", "listings")}
        css, label = (str(container.meta.get(f"web-listings-{name}", "")).strip() for name in ("css", "label"))
        folder = str(container.meta.get("web-directory-type", "")).strip() or FOLDER
        return cls(said["index"], said["error"], said["listings"], label, css, folder)

    @property
    def is_one(self) -> bool:
        return bool(self.index or self.listings)


class NoPage(NotFound):
    """There is no such page."""


def may_be_site(request: SwiftRequest) -> bool:
    if request.method not in ("GET", "HEAD") or not request.path.container or request.grant:
        return False
    return request.actor is None or request.flag("x-web-mode")


async def serve_site(request: SwiftRequest) -> bool:
    """Answer, if it is a site: a page, a list, a redirect to where the slash is not missing, or the site's own page for
    an error."""
    where = await request.store.db.read(lambda tx: find_container(tx, request.path.account, request.path.container))
    if where is None:
        return False
    site = Site.of(where)
    if not site.is_one and not request.flag("x-web-mode"):
        return False
    try:
        if request.path.object:
            await _serve_object(request, site)
        else:
            await _serve_root(request, where, site)
    except Fault as fault:
        page = await _page_of_error(request, site, fault)
        if page is None:
            raise
        await answer_page(request, page, fault.status)
    return True


async def _serve_root(request: SwiftRequest, where: Container, site: Site) -> None:
    request.require_listing(request.path, where)
    if not site.is_one:
        raise NoPage()
    if not request.place.endswith("/"):
        await _redirect(request)
    elif page := await _find(request, site.index) if site.index else None:
        await answer_object(request, page)
    else:
        await _serve_list(request, site, "")


async def _serve_object(request: SwiftRequest, site: Site) -> None:
    name = request.path.object
    page = await _find(request, name, wanted_version(request))
    if page and not (page.found.content_type == site.folder and page.found.size <= 1):
        await answer_object(request, page)
        return
    if not site.is_one:
        raise NoSuchObject()
    folder = name if name.endswith("/") else f"{name}/"
    page = await _find(request, folder + site.index) if site.index else None
    if folder != name:
        if page is None and not await _has(request, folder):
            raise NoPage()
        await _redirect(request)
    elif page:
        await answer_object(request, page)
    else:
        await _serve_list(request, site, folder)


async def _find(request: SwiftRequest, name: str, version: str | None = None) -> Target | None:
    """What is there under this name, if it may be read."""
    path = request.path._replace(object=name)
    try:
        return await request.store.db.read(lambda tx: open_target(tx, request, path, version))
    except (NoSuchObject, NoSuchContainer):
        return None


async def _has(request: SwiftRequest, folder: str) -> bool:
    """Whether there is anything in it that may be listed."""
    try:
        return bool(await request.store.db.read(lambda tx: _list(tx, request, folder, 1)))
    except (Unauthorized, Forbidden):
        return False


async def _serve_list(request: SwiftRequest, site: Site, folder: str) -> None:
    if not is_true(site.listings):
        raise NoPage()
    most = request.store.config.max_container_listing
    rows = await request.store.db.read(lambda tx: _list(tx, request, folder, most))
    if folder and not rows:
        raise NoPage()
    await request.answer(200, [("content-type", HTML)], _page(site, request.path, folder, rows).encode())


def _list(tx: Tx, request: SwiftRequest, folder: str, most: int) -> list[Object | Prefix]:
    """What is in a folder. Raises a fault for whoever may not list it."""
    where = find_container(tx, request.path.account, request.path.container)
    request.require_listing(request.path, where)
    return list_objects(tx, where.id, Listing(most, prefix=folder, delimiter="/")) if where else []


async def _redirect(request: SwiftRequest) -> None:
    place = f"{request.raw.context.base_url}{request.place}/"
    await request.answer(301, [("location", place)], b"<html><h1>Moved Permanently</h1></html>")


async def _page_of_error(request: SwiftRequest, site: Site, fault: Fault) -> Target | None:
    """The site's own page for an error, if everybody may see it; of objects only where there is none."""
    if request.raw.started or not site.error or (request.path.object and not isinstance(fault, NoPage)):
        return None
    try:
        return await _find(request, f"{fault.status}{site.error}")
    except Fault:
        return None


def _page(site: Site, path: Path, folder: str, rows: list[Object | Prefix]) -> str:
    title = escape(f"Listing of {site.label or f'/v1/{path.account}/{path.container}'}/{folder}")
    head = f"<style>{STYLE}</style>"
    if site.css:
        away = site.css.startswith(("/", "http://", "https://"))
        place = quote(site.css, ":/") if away else "../" * folder.count("/") + quote(site.css)
        head = f'<link rel="stylesheet" type="text/css" href="{place}" />'
    folders = [_row("subdir", row.name[len(folder) :], "&nbsp;", "&nbsp;") for row in rows if isinstance(row, Prefix)]
    files = [_row_of(row, folder) for row in rows if isinstance(row, Object)]
    parent = [PARENT] if folder else []
    body = "\n".join([*parent, *folders, *files])
    return (
        f"<!DOCTYPE html>\n<html>\n<head>\n<title>{title}</title>\n{head}\n</head>\n<body>\n"
        f'<h1 id="title">{title}</h1>\n<table id="listing">\n<tr id="heading"><th class="colname">Name</th>'
        f'<th class="colsize">Size</th><th class="coldate">Date</th></tr>\n{body}\n</table>\n</body>\n</html>\n'
    )


PARENT = (
    '<tr id="parent" class="item"><td class="colname"><a href="../">../</a></td>'
    '<td class="colsize">&nbsp;</td><td class="coldate">&nbsp;</td></tr>'
)


def _row_of(found: Object, folder: str) -> str:
    kinds = " ".join(f"type-{kind}" for kind in escape(found.content_type.lower()).split("/"))
    date = instant(found.modified_at).partition(".")[0].replace("T", " ")
    return _row(kinds, found.name[len(folder) :], _human(found.size), date)


def _row(kinds: str, name: str, size: str, date: str) -> str:
    place = quote(name).replace(".", "%2E")
    return (
        f'<tr class="item {kinds}"><td class="colname"><a href="./{place}">{escape(name)}</a></td>'
        f'<td class="colsize">{size}</td><td class="coldate">{date}</td></tr>'
    )


def _human(size: int) -> str:
    """1536 -> 2Ki"""
    power = max(size.bit_length() - 1, 0) // 10
    return f"{size / 1024**power:.0f}{('', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi')[power]}"
