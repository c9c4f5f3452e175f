"""Users that have to log in with more than one method."""

from pathlib import Path
from typing import Any

import httpx

from tests.services.identity.cloud import PASSWORD, TOKENS, V3, People, run

RECEIPT = "Openstack-Auth-Receipt"
QUICK = {"password_time_cost": 1, "password_memory_cost": 1024}


async def authenticate(
    people: People, user: str = "", password: str = PASSWORD, token: str = "", receipt: str = ""
) -> httpx.Response:
    """By password, by token, or both."""
    identity: dict[str, Any] = {"methods": []}
    if user:
        identity["methods"].append("password")
        identity["password"] = {"user": {"id": user, "password": password}}
    if token:
        identity["methods"].append("token")
        identity["token"] = {"id": token}
    headers = {RECEIPT: receipt} if receipt else {}
    return await people.client().post(TOKENS, {"auth": {"identity": identity}}, headers=headers)


async def with_rules(people: People, name: str, *rules: list[str]) -> tuple[str, str]:
    """A user with these rules, and a token that it got before it had them."""
    user = await people.user(name)
    token = await people.token(user)
    await set_rules(people, user, *rules)
    return user, token


async def set_rules(people: People, user: str, *rules: list[str], **more: Any) -> None:
    options = {"multi_factor_auth_rules": list(rules), **more}
    response = await people.admin.patch(f"{V3}/users/{user}", {"user": {"options": options}})
    assert response.status_code == 200, response.text


def test_one_method_of_two_gets_a_receipt_with_which_the_other_gets_a_token(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, token = await with_rules(people, "ann", ["password", "token", "totp"])
        first = await authenticate(people, user)
        assert first.status_code == 401
        assert first.json() == {
            "receipt": {
                "methods": ["password"],
                "user": {"id": user, "name": "ann", "domain": {"id": "default", "name": "Default"}},
                "issued_at": "2026-11-20T12:00:00.000000Z",
                "expires_at": "2026-11-20T12:05:00.000000Z",
            },
            "required_auth_methods": [["password", "token"]],
        }
        assert "X-Subject-Token" not in first.headers
        assert "WWW-Authenticate" not in first.headers
        second = await authenticate(people, token=token, receipt=first.headers[RECEIPT])
        assert second.status_code == 201
        assert sorted(second.json()["token"]["methods"]) == ["password", "token"]
        found = await people.events(2)
        assert [one.detail["outcome"] for one in found] == ["pending", "success"]

    run(tmp_path, story, QUICK)


def test_both_at_once_need_no_receipt_and_the_token_keeps_its_methods(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, token = await with_rules(people, "ann", ["password", "token"])
        both = await authenticate(people, user, token=token)
        assert both.status_code == 201
        again = await authenticate(people, token=both.headers["X-Subject-Token"])
        assert again.status_code == 201

    run(tmp_path, story, QUICK)


def test_rules_that_are_off_or_of_unknown_methods_ask_for_nothing(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, _ = await with_rules(people, "ann", ["totp"], ["no-such"])
        assert (await authenticate(people, user)).status_code == 201
        await set_rules(people, user, ["token"], multi_factor_auth_enabled=False)
        assert (await authenticate(people, user)).status_code == 201
        await set_rules(people, user, ["token"], multi_factor_auth_enabled=True)
        refused = await authenticate(people, user)
        assert (refused.status_code, refused.json()["required_auth_methods"]) == (401, [])

    run(tmp_path, story, QUICK)


def test_which_receipts_are_no_good(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, token = await with_rules(people, "ann", ["password", "token"])
        other, _ = await with_rules(people, "bob", ["password", "token"])
        receipt = (await authenticate(people, user)).headers[RECEIPT]
        strange = (await authenticate(people, other)).headers[RECEIPT]
        for wrong in ("junk", strange, token, receipt[:-4], "x" * 5000):
            refused = await authenticate(people, token=token, receipt=wrong)
            assert refused.status_code == 401
            assert refused.json()["error"]["message"].startswith("Could not find auth receipt: "), wrong
            [last] = await people.events(1)
            assert (last.resource_id, last.detail["reason"]) == (user, "bad receipt")
        assert (await authenticate(people, user, "wrong", receipt=receipt)).status_code == 401
        again = await authenticate(people, user, receipt=receipt)
        assert (again.status_code, again.json()["receipt"]["methods"]) == (401, ["password"])
        people.clock.move(seconds=299)
        assert (await authenticate(people, token=token, receipt=receipt)).status_code == 201
        people.clock.move(seconds=1)
        assert (await authenticate(people, token=token, receipt=receipt)).status_code == 401

    run(tmp_path, story, QUICK)


def test_a_receipt_is_no_token_and_ends_with_the_password(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, _ = await with_rules(people, "ann", ["password", "token"])
        receipt = (await authenticate(people, user)).headers[RECEIPT]
        assert (await people.client(receipt).get(f"{V3}/auth/projects")).status_code == 401
        shown = await people.admin.get(TOKENS, headers={"X-Subject-Token": receipt})
        assert shown.status_code == 404
        assert (await authenticate(people, token=receipt)).status_code == 404
        change = {"user": {"password": "next", "options": {"multi_factor_auth_enabled": False}}}
        await people.admin.patch(f"{V3}/users/{user}", change)
        token = await people.token(user, password="next")
        await set_rules(people, user, ["password", "token"], multi_factor_auth_enabled=True)
        assert (await authenticate(people, token=token)).status_code == 201
        assert (await authenticate(people, token=token, receipt=receipt)).status_code == 401

    run(tmp_path, story, QUICK)
