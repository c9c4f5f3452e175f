"""What every request goes through before a service sees it, and what becomes of errors on the way back."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar, Response, Router, get, post
from structlog.testing import capture_logs

from altostratus.kernel.actor import Actor
from altostratus.kernel.errors import Conflict, Fault, NotImplementedHere, Unavailable
from altostratus.kernel.http.call import Call, direct
from altostratus.kernel.http.context import Context, Version
from altostratus.kernel.http.edge import ANY, Edge, RawRoute, Rendered, json_response
from altostratus.kernel.http.microversions import Microversions
from altostratus.kernel.http.pipeline import Pipeline, reraise
from altostratus.kernel.http.raw import RawRequest
from altostratus.kernel.log import correlation
from altostratus.kernel.testing.client import ApiClient

REQUEST_ID = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ALICE = Actor(user_id="alice", project_id="p1")
EVERYTHING_PUBLIC, NOTHING_PUBLIC = re.compile(r".*"), re.compile(r"(?!)")


def fault_of(name: str) -> Any:
    def render(fault: Fault, context: Context) -> Rendered:
        body = {"service": name, "message": fault.message}
        return json_response(fault.status, body, ("x-fault", name))

    return render


@get("/things")
async def get_things(request: Call) -> dict[str, Any]:
    return {"user": request.actor.user_id, "version": str(request.version), "cause": correlation.get()}


@get("/link")
async def get_link(request: Call) -> dict[str, str]:
    return {"href": request.link("/alpha/things")}


@post("/things", limit=20, status_code=202)
async def post_things(request: Call) -> dict[str, Any]:
    return {"got": await request.json(), "again": await request.json()}


@get("/conflict")
async def get_conflict() -> None:
    raise Conflict("It is in use.", detail="by a port", name="x")


@get("/later")
async def get_later() -> None:
    raise NotImplementedHere()


@get("/away")
async def get_away() -> None:
    raise Unavailable()


@get("/bug")
async def get_bug() -> None:
    raise ValueError("secret of the implementation")


@get("/open")
async def get_open() -> Response[str]:
    return Response("anyone")


async def raw_echo(request: RawRequest) -> None:
    size = 0
    async for chunk in request.body():
        size += len(chunk)
    body = json.dumps([request.params["name"], request.query, size, request.actor.user_id]).encode()
    await request.answer(200, [("Content-Type", "application/json")], body)


async def raw_break(request: RawRequest) -> None:
    await request.start(200)
    await request.write(b"half of")
    raise OSError("the disk is gone")


async def raw_stream(request: RawRequest) -> None:
    await request.start(200, [("Content-Length", "6"), ("X-Method", request.method)])
    await request.write(b"abc")
    await request.write(b"def", more=False)


@get("/direct")
async def get_direct(request: Call) -> Rendered:
    return json_response(203, request.actor.user_id, ("x-asked", request.context.asked["x-name"]))


@post("/direct", limit=20)
async def post_direct(request: Call) -> Rendered:
    raise Conflict(str(await request.json()))


DIRECT = {("GET", "/direct"): direct(get_direct, Call), ("POST", "/direct"): direct(post_direct, Call)}
RAW = (
    RawRoute("PUT", re.compile(r"/raw/(?P<name>.+)"), raw_echo),
    RawRoute("GET", re.compile(r"/break"), raw_break),
    RawRoute("GET", re.compile(r"/stream"), raw_stream),
)
VERSIONS = Microversions("alpha", Version(2, 1), Version(2, 90), "/things", legacy="X-Alpha-API-Version")
EDGES = [
    Edge("alpha", "/alpha", fault_of("alpha"), re.compile(r"/open|/?"), VERSIONS, raw=RAW),
    Edge("beta", "/beta", fault_of("beta"), NOTHING_PUBLIC, request_id_headers=("x-beta-request-id",), direct=DIRECT),
    Edge(
        "gamma",
        "/gamma",
        fault_of("gamma"),
        EVERYTHING_PUBLIC,
        raw=(RawRoute(ANY, re.compile(r"/(?P<name>.*)"), raw_echo),),
        hosts=re.compile(r"(.+\.)?gamma\.example"),
    ),
]
ROUTES = [get_things, get_link, post_things, get_conflict, get_later, get_away, get_bug, get_open]


async def authenticate(token: str) -> Actor | None:
    if token == "broken":
        raise ConnectionError("the database is away")
    return ALICE if token == "good" else None


def make_app() -> Pipeline:
    inner = Litestar(
        route_handlers=[Router("/alpha", route_handlers=ROUTES), Router("/beta", route_handlers=[get_things])],
        request_class=Call,
        exception_handlers={Exception: reraise},
        openapi_config=None,
        logging_config=None,
    )
    root = Edge("root", "", fault_of("root"), EVERYTHING_PUBLIC)
    return Pipeline(EDGES, root, inner, authenticate, "https://cloud.example", random.Random(1))


APP = make_app()


def ask(method: str, path: str, token: str | None = "good", **options: Any) -> httpx.Response:
    async def main() -> httpx.Response:
        async with ApiClient(APP) as client:
            client.token = token
            return await client.request(method, path, **options)

    return asyncio.run(main())


async def speak(path: str, *received: dict[str, Any], method: str = "GET", **more: Any) -> list[dict[str, Any]]:
    """The messages of an answer to a request that a test puts together itself."""
    sent: list[dict[str, Any]] = []
    messages = iter(received or ({"type": "http.request", "body": b""},))

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"x-auth-token", b"good")], "client": ("198.51.100.7", 1), "http_version": "1.1",
        "scheme": "http", "server": ("cloud", 80), "root_path": "", "extensions": {}, **more,
    }  # fmt: skip
    try:
        await APP(scope, receive, send)
    except OSError:
        sent.append({"type": "cut"})
    return sent


# ids and headers


def test_every_answer_has_a_request_id_of_its_own() -> None:
    ids = [ask("GET", "/alpha/things").headers["x-openstack-request-id"] for _ in range(2)]
    assert all(REQUEST_ID.fullmatch(each) for each in ids)
    assert ids[0] != ids[1]
    assert "x-beta-request-id" in ask("GET", "/beta/nowhere").headers


def test_a_request_id_of_the_clients_own_is_never_taken_for_ours() -> None:
    given = "req-00000000-1111-2222-3333-444444444444"
    for value in (given, "req-1", "x" * 5000, given + "\x01"):
        answer = ask("GET", "/alpha/things", headers={"X-Openstack-Request-Id": value})
        ours = answer.headers["x-openstack-request-id"]
        assert REQUEST_ID.fullmatch(ours)
        assert ours != value
        assert answer.json()["cause"] == ours


def test_links_are_below_the_public_url() -> None:
    assert ask("GET", "/alpha/link").json() == {"href": "https://cloud.example/alpha/things"}


# who asks


@pytest.mark.parametrize("path", ["/alpha/things", "/alpha/nowhere", "/alpha/raw/x", "/beta/things", "/beta"])
def test_nothing_is_told_without_a_token(path: str) -> None:
    for token in (None, "bad"):
        answer = ask("GET", path, token)
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    ["//alpha/things", "///alpha/things", "/alpha//things", "//////alpha/things", "//////alpha/open/../things"],
)
def test_no_spelling_of_a_path_goes_round_the_token(path: str) -> None:
    start, _ = asyncio.run(speak(path, headers=[]))
    assert start["status"] == 401
    start, _ = asyncio.run(speak(path))
    assert start["status"] in (200, 404)


def test_public_paths_answer_anyone() -> None:
    assert ask("GET", "/alpha/open", None).text == "anyone"
    assert ask("GET", "/alpha/open", "bad").status_code == 200
    assert ask("GET", "/alpha/openness", None).status_code == 401


def test_an_authenticator_that_fails_is_no_permission() -> None:
    assert ask("GET", "/alpha/things", "broken").status_code == 500


# faults


def test_faults_are_in_the_format_of_the_service() -> None:
    for path, name in (("/alpha/nowhere", "alpha"), ("/beta/nowhere", "beta"), ("/nowhere", "root")):
        answer = ask("GET", path)
        assert (answer.status_code, answer.json()["service"], answer.headers["x-fault"]) == (404, name, name)


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/alpha/conflict", 409, "It is in use."),
        ("/alpha/later", 501, "This is not implemented."),
        ("/alpha/away", 503, "The service is not available now; try again later."),
        ("/alpha/bug", 500, "An unexpected error occurred. The request id names it in the log."),
        ("/alpha/nowhere", 404, "The resource could not be found."),
    ],
)
def test_errors_become_faults_that_tell_no_secret(path: str, status: int, message: str) -> None:
    answer = ask("GET", path)
    assert (answer.status_code, answer.json()["message"]) == (status, message)


def test_a_wrong_method_is_405() -> None:
    assert ask("DELETE", "/alpha/things").status_code == 405


def test_what_went_wrong_is_in_the_log() -> None:
    with capture_logs() as said:
        ask("GET", "/alpha/bug")
        ask("GET", "/alpha/conflict")
    bug, conflict = said
    assert (bug["log_level"], str(bug["exc_info"])) == ("error", "secret of the implementation")
    assert (conflict["log_level"], conflict["detail"]) == ("info", "by a port")


# direct handlers


def test_a_direct_handler_needs_no_framework() -> None:
    answers = [ask(method, "/beta/direct", headers={"X-Name": "value"}) for method in ("GET", "HEAD")]
    for answer, body in zip(answers, (b'"alice"', b""), strict=True):
        assert (answer.status_code, answer.content) == (203, body)
        assert (answer.headers["x-asked"], answer.headers["content-length"]) == ("value", "7")
        assert REQUEST_ID.fullmatch(answer.headers["x-beta-request-id"])


def test_a_direct_handler_is_a_route_like_others() -> None:
    assert ask("GET", "/beta/direct", None).status_code == 401
    assert ask("GET", "/beta/direct/").status_code == 404  # the framework's, which has no such route here
    fault = ask("POST", "/beta/direct", content=b"[1]")
    assert (fault.status_code, fault.json()) == (409, {"service": "beta", "message": "[1]"})
    assert ask("POST", "/beta/direct", content=b"[" + b"1" * 20 + b"]").status_code == 413


# HEAD


def test_head_is_get_without_a_body() -> None:
    head, full = ask("HEAD", "/alpha/things"), ask("GET", "/alpha/things")
    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", full.headers["content-type"])
    assert head.headers["content-length"] == full.headers["content-length"]
    missing = ask("HEAD", "/alpha/nowhere")
    assert (missing.status_code, missing.content) == (404, b"")


def test_head_is_get_without_a_body_on_raw_routes() -> None:
    head, full = ask("HEAD", "/alpha/stream"), ask("GET", "/alpha/stream")
    assert (full.status_code, full.content, full.headers["x-method"]) == (200, b"abcdef", "GET")
    assert (head.status_code, head.content, head.headers["x-method"]) == (200, b"", "HEAD")
    assert head.headers["content-length"] == "6"
    assert ask("HEAD", "/alpha/raw/x").status_code == 404  # PUT alone


# microversions


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({}, "2.1"),
        ({"OpenStack-API-Version": "alpha 2.7"}, "2.7"),
        ({"OpenStack-API-Version": "alpha latest"}, "2.90"),
        ({"OpenStack-API-Version": "beta 9.9, ALPHA 2.8"}, "2.8"),
        ({"OpenStack-API-Version": "beta 9.9"}, "2.1"),
        ({"X-Alpha-API-Version": "2.9"}, "2.9"),
        ({"X-Alpha-API-Version": "2.9", "OpenStack-API-Version": "alpha 2.10"}, "2.10"),
    ],
)
def test_the_version_asked_for_is_answered_and_said(headers: dict[str, str], version: str) -> None:
    answer = ask("GET", "/alpha/things", headers=headers)
    assert answer.json()["version"] == version
    assert answer.headers["openstack-api-version"] == f"alpha {version}"
    assert answer.headers["x-alpha-api-version"] == version
    assert answer.headers["vary"] == "OpenStack-API-Version, X-Alpha-API-Version"


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("2.91", 406),
        ("2.0", 406),
        ("3.1", 406),
        ("two", 400),
        ("2", 400),
        ("02.1", 400),
        ("2.01", 400),
        ("2.99999", 400),
    ],
)
def test_other_versions_are_refused(version: str, status: int) -> None:
    answer = ask("GET", "/alpha/things", headers={"OpenStack-API-Version": f"alpha {version}"})
    assert answer.status_code == status
    assert answer.json()["service"] == "alpha"


def test_versions_are_negotiated_with_those_who_may_ask() -> None:
    assert ask("GET", "/alpha/things", None, headers={"OpenStack-API-Version": "alpha 9.9"}).status_code == 401
    assert "openstack-api-version" not in ask("GET", "/alpha/link").headers


# bodies


def test_a_body_is_read_once_and_kept() -> None:
    answer = ask("POST", "/alpha/things", content=b'{"a": 1}')
    assert (answer.status_code, answer.json()) == (202, {"got": {"a": 1}, "again": {"a": 1}})


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": 1} x', b"\xff", b'"\\ud800"', b"[" * 20])
def test_a_body_that_is_no_json_is_a_bad_request(content: bytes) -> None:
    answer = ask("POST", "/alpha/things", content=content)
    assert answer.status_code == 400
    assert "not valid JSON" in answer.json()["message"]


def test_a_body_past_the_limit_of_its_route_is_refused_however_it_comes() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b'"6789"'

    for content in (b'"' + b"x" * 19 + b'"', chunks()):
        answer = ask("POST", "/alpha/things", content=content)
        assert answer.status_code == 413
        assert "larger than 20 bytes" in answer.json()["message"]
    assert ask("POST", "/alpha/things", content=b'"' + b"x" * 18 + b'"').status_code == 202


# raw routes


def test_raw_routes_see_the_undecoded_path() -> None:
    answer = ask("PUT", "/alpha/raw/a%2Fb//c%20d?x=%C3%A9&y=", content=b"x" * 70_000)
    assert answer.json() == ["a%2Fb//c%20d", {"x": "é", "y": ""}, 70_000, "alice"]
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "x-openstack-request-id" in answer.headers


def test_raw_routes_are_of_their_method_and_their_service() -> None:
    assert ask("GET", "/alpha/raw/x").status_code == 404
    assert ask("PUT", "/beta/raw/x").status_code == 404
    start, _ = asyncio.run(speak("//alpha/raw/x", method="PUT"))
    assert start["status"] == 404


def test_an_error_after_the_start_cuts_the_connection() -> None:
    sent = asyncio.run(speak("/alpha/break"))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body", "cut"]


@pytest.mark.parametrize(("method", "path"), [("PUT", "/alpha/raw/x"), ("POST", "/alpha/things")])
def test_a_client_that_goes_away_gets_no_answer_and_is_no_error(method: str, path: str) -> None:
    first = {"type": "http.request", "body": b'{"a"', "more_body": True}
    with capture_logs() as said:
        assert asyncio.run(speak(path, first, {"type": "http.disconnect"}, method=method)) == []
    assert [(line["log_level"], line["event"]) for line in said] == [("info", "client went away")]


# sockets


def test_a_socket_goes_to_its_handler_and_others_are_closed() -> None:
    sent: list[Any] = []

    async def main() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def talk(scope: Any, receive: Any, send: Any) -> None:
            await send("hello")

        edge = Edge("s", "/s", fault_of("s"), NOTHING_PUBLIC, sockets={"/console": talk})
        app = Pipeline(
            [edge], Edge("root", "", fault_of("root"), EVERYTHING_PUBLIC), None, authenticate, "", random.Random(1)
        )
        for path in ("/s/console", "//s/console", "/s/other", "/console"):
            await app({"type": "websocket", "path": path, "headers": []}, receive, send)

    asyncio.run(main())
    closed = {"type": "websocket.close", "code": 4404}
    assert sent == ["hello", "hello", closed, closed]


@pytest.mark.parametrize(
    ("host", "path", "name"),
    [
        ("cloud", "/gamma/alpha/things", "alpha/things"),
        ("gamma.example", "/alpha/things", "alpha/things"),
        ("bucket.gamma.example:8774", "/gamma/x", "gamma/x"),
        ("GAMMA.example", "/x//y", "x//y"),
    ],
)
def test_a_service_may_have_hosts_of_its_own(host: str, path: str, name: str) -> None:
    for method in ("GET", "PUT", "BREW"):
        answer = ask(method, path, headers={"host": host})
        assert (answer.status_code, answer.json()[0]) == (200, name)


def test_hosts_that_only_look_like_it_are_anybodys() -> None:
    assert ask("GET", "/alpha/things", headers={"host": "gamma.example.evil"}).json()["user"] == "alice"


@pytest.mark.parametrize(("path", "closes"), [("/alpha/raw/x", False), ("/alpha/none", True)])
def test_the_connection_of_a_body_that_nobody_asks_for_is_closed(path: str, closes: bool) -> None:
    headers = [(b"x-auth-token", b"good"), (b"expect", b"100-continue"), (b"content-length", b"3")]
    body = {"type": "http.request", "body": b"abc"}
    start = asyncio.run(speak(path, body, method="PUT", headers=headers))[0]
    assert ((b"connection", b"close") in start["headers"]) is closes
