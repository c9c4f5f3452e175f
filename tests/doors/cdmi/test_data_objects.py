"""Data objects in CDMI: the operations of the specification's chapter on them, in its order."""

import base64
from pathlib import Path

import pytest

from altostratus.contracts.objectstore import ENCRYPTED
from altostratus.kernel.tx import Tx
from tests.doors.cdmi.cloud import OBJECT, CdmiCloud, V, run

TEXT = "This is the Value of this Data Object"


async def container(cloud: CdmiCloud) -> None:
    await cloud.make("/MyContainer/")


def test_an_object_is_made_and_read(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        parent = await cloud.make("/MyContainer/")
        made = await cloud.make("/MyContainer/a.txt", {"mimetype": "text/plain", "metadata": {"x": "y"}, "value": TEXT})
        assert made["objectType"] == OBJECT
        assert (made["objectName"], made["parentURI"], made["parentID"]) == (
            "a.txt",
            "/cdmi/MyContainer/",
            parent["objectID"],
        )
        assert made["capabilitiesURI"] == "/cdmi/cdmi_capabilities/dataobject/"
        assert (made["completionStatus"], made["mimetype"]) == ("Complete", "text/plain")
        assert made["metadata"].keys() == {"x", "cdmi_size", "cdmi_mtime"}
        assert "value" not in made
        answer = await cloud.get("/MyContainer/a.txt")
        assert answer.headers["content-type"] == OBJECT
        assert answer.headers["x-cdmi-specification-version"] == "1.1.1"
        value = {"valuerange": "0-36", "valuetransferencoding": "utf-8", "value": TEXT}
        assert answer.json() == {**made, **value}

    run(tmp_path, test)


def test_an_empty_object_is_made_of_nothing(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        await cloud.make("/MyContainer/a", {})
        shown = await cloud.shown("/MyContainer/a")
        assert (shown["value"], shown["valuerange"], shown["mimetype"]) == ("", "", "text/plain")

    run(tmp_path, test)


def test_binary_values_travel_in_base64(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        value = base64.b64encode(bytes(range(256)) * 500).decode()
        await cloud.make("/MyContainer/a", {"valuetransferencoding": "base64", "value": value})
        shown = await cloud.shown("/MyContainer/a")
        assert (shown["value"], shown["valuetransferencoding"]) == (value, "base64")
        assert shown["metadata"]["cdmi_size"] == "128000"

    run(tmp_path, test)


def test_fields_are_chosen(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        await cloud.make(
            "/MyContainer/a", {"value": TEXT, "metadata": {"colour": "red", "cost": "1", "size": {"w": 2}}}
        )
        assert await cloud.shown("/MyContainer/a?objectName;mimetype") == {"objectName": "a", "mimetype": "text/plain"}
        assert await cloud.shown("/MyContainer/a?value") == {"value": TEXT}
        first = {"objectName": "a", "value": base64.b64encode(TEXT[:10].encode()).decode()}
        assert await cloud.shown("/MyContainer/a?objectName;value:0-9") == first
        assert await cloud.shown("/MyContainer/a?valuerange;value:30-99") == {
            "valuerange": "30-36",
            "value": base64.b64encode(TEXT[30:].encode()).decode(),
        }
        assert await cloud.shown("/MyContainer/a?metadata:co") == {"metadata": {"colour": "red", "cost": "1"}}
        assert (await cloud.shown("/MyContainer/a?metadata"))["metadata"]["size"] == {"w": 2}
        assert await cloud.shown("/MyContainer/a?nonsense") == {}
        for query in ("value:9-0", "value:a-b", "value:1", "value:-5"):
            assert (await cloud.get(f"/MyContainer/a?{query}")).status == 400

    run(tmp_path, test)


def test_an_update_changes_what_it_speaks_of(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        made = await cloud.make(
            "/MyContainer/a", {"mimetype": "text/x-a", "value": TEXT, "metadata": {"a": "1", "B": [2]}}
        )
        assert (await cloud.put("/MyContainer/a", {"value": "new"})).status == 204
        shown = await cloud.shown("/MyContainer/a")
        assert (shown["value"], shown["mimetype"], shown["objectID"]) == ("new", "text/x-a", made["objectID"])
        assert shown["metadata"].items() >= {"a": "1", "B": [2]}.items()
        assert (await cloud.put("/MyContainer/a", {"metadata": {"c": "3"}, "mimetype": "text/x-b"})).status == 204
        shown = await cloud.shown("/MyContainer/a")
        assert (shown["value"], shown["mimetype"], shown["objectID"]) == ("new", "text/x-b", made["objectID"])
        assert {k: v for k, v in shown["metadata"].items() if not k.startswith("cdmi_")} == {"c": "3"}

    run(tmp_path, test)


def test_items_of_metadata_change_alone(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        await cloud.make("/MyContainer/a", {"value": TEXT, "metadata": {"a": "1", "b": "2", "c": "3"}})
        given = {"metadata": {"a": "new", "d": "is not named"}}
        assert (await cloud.put("/MyContainer/a?metadata:a;metadata:b", given)).status == 204
        shown = await cloud.shown("/MyContainer/a")
        assert {k: v for k, v in shown["metadata"].items() if not k.startswith("cdmi_")} == {"a": "new", "c": "3"}
        assert shown["value"] == TEXT

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("span", "value", "becomes"),
    [
        ("0-3", b"That", b"That is it"),
        ("5-6", b"__", b"This __ it"),
        ("8-11", b"was.", b"This is was."),
        ("12-13", b"at", b"This is it\0\0at"),
    ],
)
def test_a_range_is_written(tmp_path: Path, span: str, value: bytes, becomes: bytes) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        made = await cloud.make("/MyContainer/a", {"value": "This is it", "metadata": {"a": "1"}})
        given = {"value": base64.b64encode(value).decode()}
        assert (await cloud.put(f"/MyContainer/a?value:{span}", given)).status == 204
        shown = await cloud.shown("/MyContainer/a")
        assert (shown["value"].encode(), shown["valuetransferencoding"]) == (becomes, "utf-8")
        assert (shown["objectID"], shown["metadata"]["a"]) == (made["objectID"], "1")

    run(tmp_path, test)


def test_a_range_of_nothing_makes_an_object(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        answer = await cloud.put("/MyContainer/a?value:2-3", {"valuetransferencoding": "base64", "value": "YWI="})
        assert answer.status == 201
        assert (await cloud.ask("GET", "/MyContainer/a")).body == b"\0\0ab"

    run(tmp_path, test)


def test_a_range_that_breaks_a_character_leaves_base64(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        await cloud.make("/MyContainer/a", {"value": "äöü"})
        assert (await cloud.put("/MyContainer/a?value:1-1", {"value": "/w=="})).status == 204
        shown = await cloud.shown("/MyContainer/a")
        assert (shown["valuetransferencoding"], base64.b64decode(shown["value"])[:2]) == ("base64", b"\xc3\xff")

    run(tmp_path, test)


def test_a_range_of_a_large_object_is_written(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        data = bytes(range(256)) * (5 << 12)
        assert (await cloud.ask("PUT", "/MyContainer/a", data)).status == 201
        given = {"value": base64.b64encode(b"x" * 3_000_000).decode()}
        assert (await cloud.put("/MyContainer/a?value:1000001-4000000", given)).status == 204
        assert (await cloud.ask("GET", "/MyContainer/a")).body == data[:1000001] + b"x" * 3_000_000 + data[4000001:]

    run(tmp_path, test)


def test_a_range_of_what_is_encrypted_is_encrypted(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)

        def change(tx: Tx, settings: dict[str, str]) -> None:
            where = cloud.objects.find_container(tx, "AUTH_mine", "MyContainer")
            cloud.objects.change_container(tx, where.id, settings=settings)

        def is_encrypted(tx: Tx) -> bool:
            where = cloud.objects.find_container(tx, "AUTH_mine", "MyContainer")
            found = cloud.objects.find_object(tx, where.id, "a")
            return found.is_encrypted and all(span.blob.key for span in cloud.objects.open_object(tx, found).spans)

        await cloud.objects.write(lambda tx: change(tx, {ENCRYPTED: "AES256"}))
        await cloud.make("/MyContainer/a", {"value": "0123456789"})
        assert await cloud.objects.read(is_encrypted)
        await cloud.objects.write(lambda tx: change(tx, {}))
        assert (await cloud.put("/MyContainer/a?value:2-3", {"value": base64.b64encode(b"ab").decode()})).status == 204
        assert (await cloud.shown("/MyContainer/a"))["value"] == "01ab456789"
        assert await cloud.objects.read(is_encrypted)
        assert (await cloud.put("/MyContainer/a", {"value": "x"})).status == 204
        assert not await cloud.objects.read(is_encrypted)

    run(tmp_path, test)


def test_an_object_is_complete_when_it_is_said_to_be(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        answer = await cloud.put("/MyContainer/a", {"value": "part"}, **{"X-CDMI-Partial": "true"})
        assert answer.json()["completionStatus"] == "Processing"
        assert (await cloud.put("/MyContainer/a?value:4-5", {"value": "YWI="})).status == 204
        shown = await cloud.shown("/MyContainer/a")
        assert (shown["completionStatus"], shown["value"]) == ("Complete", "partab")

    run(tmp_path, test)


def test_an_object_is_deleted(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        await cloud.make("/MyContainer/a", {"value": TEXT})
        assert (await cloud.ask("DELETE", "/MyContainer/a", headers={**V, "If-Match": "other"})).status == 412
        assert (await cloud.ask("DELETE", "/MyContainer/a?metadata:x", headers=V)).status == 400
        assert (await cloud.ask("DELETE", "/MyContainer/a", headers=V)).status == 204
        assert (await cloud.ask("DELETE", "/MyContainer/a", headers=V)).status == 404
        assert (await cloud.get("/MyContainer/a")).status == 404

    run(tmp_path, test)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"value": 5}',
        b'{"copy": "/cdmi/MyContainer/b"}',
        b'{"valuetransferencoding": "base64", "value": "&"}',
        b'{"valuetransferencoding": "base64", "value": "YWI"}',
        b'{"valuetransferencoding": "json", "value": "1"}',
        b'{"value": "\\ud800"}',
        b'{"mimetype": "text/plain\\r\\nSet-Cookie: a=b"}',
        b'{"mimetype": "text"}',
        b'{"metadata": {"a": "\\u0000"}}',
        b'{"metadata": {"": "a"}}',
        b'{"metadata": {"a": "' + b"x" * 5000 + b'"}}',
        b'{"metadata": {' + b",".join(b'"n%d": 1' % number for number in range(91)) + b"}}",
        b'{"metadata": ' + b'{"a":' * 3000 + b"1" + b"}" * 3001,
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, body: bytes) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        answer = await cloud.ask("PUT", "/MyContainer/a", body, {**V, "Content-Type": OBJECT})
        assert answer.status == 400, answer.body
        assert (await cloud.get("/MyContainer/a")).status == 404

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("value:0-3", {"value": "YWI="}),
        ("value:0-0", {"value": "YWI="}),
        ("value:0-1", {}),
        ("value:0-1", {"value": "YWI=", "valuetransferencoding": "utf-8"}),
        ("value:1-0", {"value": "YWI="}),
    ],
)
def test_a_range_has_its_length(tmp_path: Path, query: str, body: object) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        await cloud.make("/MyContainer/a", {"value": TEXT})
        assert (await cloud.put(f"/MyContainer/a?{query}", body)).status == 400
        assert (await cloud.shown("/MyContainer/a"))["value"] == TEXT

    run(tmp_path, test)


def test_ranges_far_away_are_not_written(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        far = 1 << 40
        assert (await cloud.put(f"/MyContainer/a?value:{far}-{far}", {"value": "YQ=="})).status == 501

    run(tmp_path, test)


def test_bodies_and_values_have_an_end(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        await container(cloud)
        answer = await cloud.put("/MyContainer/a", {"value": "x" * (25 << 20)})
        assert answer.status == 413
        assert (await cloud.put("/MyContainer/a", {"value": "x" * ((16 << 20) + 1)})).status == 413
        assert (await cloud.ask("PUT", "/MyContainer/a", bytes(17 << 20))).status == 201
        assert (await cloud.get("/MyContainer/a")).status == 400
        assert (await cloud.shown("/MyContainer/a?metadata"))["metadata"]["cdmi_size"] == str(17 << 20)
        assert (await cloud.shown("/MyContainer/a?value:17000000-17000002"))["value"] == "AAAA"

    run(tmp_path, test)


def test_objects_are_in_containers(tmp_path: Path) -> None:
    async def test(cloud: CdmiCloud) -> None:
        assert (await cloud.put("/a.txt", {"value": TEXT})).status == 400  # nothing but containers at the root
        assert (await cloud.put("/none/a.txt", {"value": TEXT})).status == 404
        await container(cloud)
        assert (await cloud.put("/MyContainer/none/a.txt", {"value": TEXT})).status == 404
        assert (await cloud.put(f"/MyContainer/{'x' * 1025}", {"value": TEXT})).status == 400

    run(tmp_path, test)
