"""Whether all is well with a cloud that was sent anything: what is there can be read, and the chores go on."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from tests.doors.fuzz.cloud import SWIFT, Doors, Headers, Request, quiet
from tests.doors.fuzz.s3_signed import Draft

OWNER: Headers = ((b"x-auth-token", b"member"),)
SPEAKING: Headers = (*OWNER, (b"x-cdmi-specification-version", b"1.1.1"))
ENTRIES = "{http://s3.amazonaws.com/doc/2006-03-01/}Contents"
_S3_LISTS = (b"", b"?list-type=2", b"?encoding-type=url", b"?versions", b"?uploads")


def in_cloud(play: Callable[[Doors], Coroutine[Any, Any, None]]) -> None:
    """Run it on a cloud of its own, and look at that afterwards."""

    async def run(doors: Doors) -> None:
        await play(doors)
        await look_at_everything(doors)
        await doors.do_chores()
        doors.check_disk()

    with tempfile.TemporaryDirectory() as above, quiet():
        data_dir = Path(above) / "cloud"
        data_dir.mkdir()
        doors = Doors(data_dir)
        try:
            asyncio.run(run(doors))
        finally:
            doors.close()


async def look_at_everything(doors: Doors) -> None:
    """All that is there can be listed and read by each of the doors."""
    listed = await doors.send(Request("GET", SWIFT + b"?format=json", OWNER))
    for container in _names(listed.json()):
        box = _quoted(container)
        inside = await doors.send(Request("GET", SWIFT + b"/" + box + b"?format=json", OWNER))
        await doors.send(Request("GET", SWIFT + b"/" + box + b"?versions", OWNER))
        xml = await doors.send(Request("GET", SWIFT + b"/" + box + b"?format=xml", OWNER))
        assert len(ElementTree.fromstring(xml.body)) == len(inside.json())
        await doors.send(Request("GET", b"/cdmi/" + box + b"/", SPEAKING))
        for query in _S3_LISTS:
            await _look_at_bucket(doors, box, query)
        for name in _names(inside.json()):
            await _look_at_object(doors, box + b"/" + _quoted(name))


async def _look_at_bucket(doors: Doors, box: bytes, query: bytes) -> None:
    """If it is one."""
    answer = await doors.send(_signed(b"/s3/" + box + query))
    assert answer.status in (200, 403, 404), answer
    if answer.status == 200:
        for entry in ElementTree.fromstring(answer.body).iter(ENTRIES):
            assert entry.findtext("{*}Key")


async def _look_at_object(doors: Doors, key: bytes) -> None:
    for request in (
        Request("GET", SWIFT + b"/" + key, OWNER),
        Request("GET", b"/cdmi/" + key, SPEAKING),
        Request("GET", b"/cdmi/" + key, OWNER),
        _signed(b"/s3/" + key),
    ):
        await doors.send(request)


def _signed(target: bytes) -> Request:
    return Draft(Request("GET", target, by="mine")).signed(b"")


def _names(entries: Iterable[dict[str, Any]]) -> list[str]:
    return [entry["name"] for entry in entries]


def _quoted(name: str) -> bytes:
    return quote(name, safe="").encode()
