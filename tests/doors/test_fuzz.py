"""Whatever is sent to whichever door: no fault of ours, nothing half-made, nothing outside the data directory. What
somebody has sent stands in nobody's way either: all that is there can be listed and read, and the chores go on."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.doors.fuzz import cdmi, s3, swift
from tests.doors.fuzz.cloud import Doors, Request
from tests.doors.fuzz.look import in_cloud

DOORS: dict[str, Any] = {"swift": swift, "s3": s3, "cdmi": cdmi}
FEW, MANY = 8, 60
"""Clouds for each door, each of which gets up to 30 requests. To shrink what fails would take minutes."""
repeated = settings(
    max_examples=FEW,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
anew = settings(repeated, max_examples=MANY, derandomize=False)
Drafts = list[Request | s3.Draft]


async def send(doors: Doors, draft: Request | s3.Draft, upload: bytes) -> Any:
    request = draft.signed(upload) if isinstance(draft, s3.Draft) else draft
    try:
        return await doors.send(request)
    except BaseException as error:
        error.add_note(repr(request))
        raise


def play(names: list[str], drafts: Drafts) -> None:
    async def run(doors: Doors) -> None:
        upload = b"none"
        for draft in [each for name in names for each in DOORS[name].start()]:
            answer = await send(doors, draft, upload)
            assert answer.status < 300, draft
            if b"<UploadId>" in answer.body:
                upload = answer.body.partition(b"<UploadId>")[2].partition(b"<")[0]
        for draft in drafts:
            await send(doors, draft, upload)
            doors.check_disk()

    in_cloud(run)


def fuzz(names: list[str], how: settings) -> None:
    requests = st.one_of([DOORS[name].requests for name in names])

    @how
    @given(st.lists(requests, min_size=10, max_size=30))
    def test(drafts: Drafts) -> None:
        play(names, drafts)

    test()


@pytest.mark.parametrize("name", DOORS)
def test_one_door(name: str) -> None:
    fuzz([name], repeated)


@pytest.mark.nightly
@pytest.mark.parametrize("name", DOORS)
def test_one_door_long(name: str) -> None:
    fuzz([name], anew)


@pytest.mark.nightly
def test_all_doors_to_one_store() -> None:
    fuzz(list(DOORS), anew)
