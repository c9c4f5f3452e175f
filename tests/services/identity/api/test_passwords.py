"""Passwords that expire, lock, must be strong, new and old enough; wrong ones, and what nobody learns from them."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, event

from altostratus.services.identity.store.password_history import former_passwords
from altostratus.services.identity.store.records import users
from tests.harness import BASE
from tests.services.identity.cloud import PASSWORD, TOKENS, V3, People, login, run

USERS = f"{V3}/users"
QUICK = {"password_time_cost": 1, "password_memory_cost": 1024, "token_lifetime": 10**7}
NEEDS_LOGIN = "The request you have made requires authentication."


async def change(people: People, user: str, old: str, new: Any) -> httpx.Response:
    body = {"user": {"original_password": old, "password": new}}
    return await people.client().post(f"{USERS}/{user}/password", body)


async def update(people: People, user: str, **fields: Any) -> dict[str, Any]:
    response = await people.admin.patch(f"{USERS}/{user}", {"user": fields})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["user"]
    return found


async def statuses(people: People, user: str, *passwords: str) -> list[int]:
    return [(await people.login(user, password=password)).status_code for password in passwords]


def message(response: httpx.Response) -> str:
    return str(response.json()["error"]["message"])


def test_an_account_locks_and_unlocks_by_time_and_by_being_enabled(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        assert await statuses(people, user, "a", "b", PASSWORD, "c", "d", "e") == [401, 401, 201, 401, 401, 401]
        locked = await people.login(user)
        assert (locked.status_code, message(locked)) == (401, NEEDS_LOGIN)
        assert (await change(people, user, PASSWORD, "next")).status_code == 401
        people.clock.move(seconds=599)
        assert await statuses(people, user, PASSWORD) == [401]
        people.clock.move(seconds=1)
        assert await statuses(people, user, PASSWORD, "a", "b", "c", PASSWORD) == [201, 401, 401, 401, 401]
        for fields in ({"enabled": True}, {"password": PASSWORD}):
            await update(people, user, **fields)
            assert await statuses(people, user, PASSWORD, "a", "b", "c", PASSWORD) == [201, 401, 401, 401, 401]
        await update(people, user, email="a@example.org")
        assert await statuses(people, user, PASSWORD) == [401]
        await update(people, user, options={"ignore_lockout_failure_attempts": True})
        assert await statuses(people, user, PASSWORD, *"abcde", PASSWORD) == [201, *[401] * 5, 201]

    run(tmp_path, story, {**QUICK, "lockout_failure_attempts": 3, "lockout_duration": 600})


def test_an_expired_password_is_good_for_changing_it(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, exempt = await people.user("ann"), await people.user("bob", options={"ignore_password_expiry": True})
        shown = (await people.admin.get(f"{USERS}/{user}")).json()["user"]
        assert shown["password_expires_at"] == "2026-11-30T12:00:00.000000"
        assert (await people.login(user)).json()["token"]["user"]["password_expires_at"] == shown["password_expires_at"]
        people.clock.move(days=10)
        expired = await people.login(user)
        assert expired.status_code == 401
        assert message(expired) == f"The password is expired and needs to be changed for user: {user}."
        assert message(await people.login(user, password="wrong")) == NEEDS_LOGIN
        assert await statuses(people, exempt, PASSWORD) == [201]
        assert (await change(people, user, PASSWORD, "next")).status_code == 204
        assert await statuses(people, user, PASSWORD, "next") == [401, 201]
        await update(people, user, password=PASSWORD, options={"ignore_password_expiry": True})
        assert (await people.admin.get(f"{USERS}/{user}")).json()["user"]["password_expires_at"] is None

    run(tmp_path, story, {**QUICK, "password_expires_days": 10})


def test_a_password_that_an_administrator_set_must_be_changed_first(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        assert "needs to be changed" in message(await people.login(user))
        assert (await change(people, user, PASSWORD, "mine")).status_code == 204
        assert await statuses(people, user, "mine") == [201]
        await update(people, user, password="reset")
        assert await statuses(people, user, "reset") == [401]
        await update(people, user, password="reset", options={"ignore_change_password_upon_first_use": True})
        assert await statuses(people, user, "reset") == [201]
        robot = await people.user("robot", options={"ignore_change_password_upon_first_use": True})
        assert await statuses(people, robot, PASSWORD) == [201]

    run(tmp_path, story, {**QUICK, "change_password_upon_first_use": True})


def test_weak_passwords_are_refused_whoever_sets_them(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for password, words in (("abcd", "requirements: four, one a digit."), (None, "must be a string")):
            refused = await people.admin.post(USERS, {"user": {"name": "ann", "password": password}})
            assert (refused.status_code, words in message(refused)) == (400, True), message(refused)
        user = await people.user("ann", password="abc1")
        assert (await people.admin.patch(f"{USERS}/{user}", {"user": {"password": "abcd"}})).status_code == 400
        assert (await change(people, user, "abc1", "1")).status_code == 400
        assert (await change(people, user, "wrong", "1")).status_code == 401
        assert (await change(people, user, "abc1", "abc2")).status_code == 204
        assert (await people.admin.post(USERS, {"user": {"name": "no password"}})).status_code == 201

    rules = {"password_regex": r"^(?=.*\d).{4,}$", "password_regex_description": "four, one a digit"}
    run(tmp_path, story, {**QUICK, **rules})


def test_former_passwords_are_not_chosen_again(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann", password="p0")
        reused = await change(people, user, "p0", "p0")
        assert reused.status_code == 400
        assert "must be unique is 3." in message(reused)
        await update(people, user, password="p1")
        assert (await change(people, user, "p1", "p0")).status_code == 400
        assert (await change(people, user, "p1", "p2")).status_code == 204
        assert (await change(people, user, "p2", "p0")).status_code == 400
        assert (await change(people, user, "p2", "p3")).status_code == 204
        assert (await change(people, user, "p3", "p1")).status_code == 400
        assert (await change(people, user, "p3", "p0")).status_code == 204
        await update(people, user, password="p0")
        kept = await people.cloud.db.read(lambda tx: former_passwords(tx, user, 99))
        assert len(kept) == 2
        assert (await people.admin.delete(f"{USERS}/{user}")).status_code == 204
        assert await people.cloud.db.read(lambda tx: former_passwords(tx, user, 99)) == []

    run(tmp_path, story, {**QUICK, "unique_last_password_count": 3})


def test_a_password_that_the_user_chose_is_kept_for_some_days(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann", password="p0")
        assert (await change(people, user, "p0", "p1")).status_code == 204
        people.clock.move(hours=1)
        early = await change(people, user, "p1", "p2")
        assert early.status_code == 400
        assert "used for 2 day(s)" in message(early)
        assert "again in 1 day(s)" in message(early)
        await update(people, user, password="reset")
        assert (await change(people, user, "reset", "p2")).status_code == 204
        people.clock.move(days=2)
        assert (await change(people, user, "p2", "p3")).status_code == 204

    run(tmp_path, story, {**QUICK, "minimum_password_age": 2})


def test_a_locked_password_is_the_administrators(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann", options={"lock_password": True})
        refused = await change(people, user, PASSWORD, "next")
        assert refused.status_code == 400
        assert "password policy disallowing password changes" in message(refused)
        await update(people, user, password="reset", options={"lock_password": None})
        assert (await change(people, user, "reset", "next")).status_code == 204

    run(tmp_path, story, QUICK)


def test_changing_a_password_ends_tokens_and_refuses_bad_bodies(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        token = await people.token(user)
        for new in (None, 5, "", "x" * 4097):
            assert (await change(people, user, PASSWORD, new)).status_code == 400
        path = f"{USERS}/{user}/password"
        wrong: list[dict[str, Any]] = [{}, {"user": {}}, {"user": {"password": "x"}}, {"user": None}]
        for body in wrong:
            assert (await people.client().post(path, body)).status_code == 400, body
        assert (await people.client(token).get(f"{V3}/auth/projects")).status_code == 200
        assert (await change(people, user, PASSWORD, "next")).status_code == 204
        assert (await people.client(token).get(f"{V3}/auth/projects")).status_code == 401

    run(tmp_path, story, QUICK)


def test_an_inactive_user_is_disabled_until_it_is_enabled(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, exempt = await people.user("ann"), await people.user("bob", options={"ignore_user_inactivity": True})
        people.clock.move(days=2)
        assert await statuses(people, user, PASSWORD) == [201]
        people.clock.move(days=2)
        assert await statuses(people, user, PASSWORD) == [201]
        people.clock.move(days=3)
        assert await statuses(people, user, PASSWORD) == [401]
        assert await statuses(people, exempt, PASSWORD) == [201]
        assert (await people.admin.get(f"{USERS}/{user}")).json()["user"]["enabled"] is False
        shown = (await people.admin.get(f"{USERS}?name=ann")).json()["users"]
        assert [found["enabled"] for found in shown] == [False]
        assert (await update(people, user, email="a@example.org"))["enabled"] is False
        assert (await update(people, user, enabled=True))["enabled"] is True
        assert await statuses(people, user, PASSWORD) == [201]

    run(tmp_path, story, {**QUICK, "disable_user_account_days_inactive": 3})


def test_activity_is_not_kept_where_it_does_not_matter(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        assert await statuses(people, user, PASSWORD) == [201]
        found = await people.cloud.db.read(lambda tx: users.find(tx, user))
        assert found is not None
        assert found.last_active_at is None

    run(tmp_path, story, QUICK)


def test_lists_by_when_passwords_expire(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        group = await people.make("group", name="g")
        for name in ("early", "late"):
            user = await people.user(name)
            await people.admin.put(f"{V3}/groups/{group}/users/{user}")
            people.clock.move(minutes=30)
        await people.user("never", options={"ignore_password_expiry": True})

        async def found(wanted: str, where: str = USERS) -> list[str]:
            response = await people.admin.get(where, params={"password_expires_at": wanted})
            assert response.status_code == 200, response.text
            return sorted(user["name"] for user in response.json()["users"])

        first, second = "2026-11-21T12:00:00", "2026-11-21T12:30:00Z"
        assert await found(f"lt:{second}") == ["early"]
        assert await found(f"lte:{second}") == ["early", "late"]
        assert await found(f"gt:{first}") == ["late"]
        assert await found(f"gte:{first}") == ["early", "late"]
        assert await found(f"neq:{first}") == ["late"]
        assert await found(f"eq:{first}") == await found(first) == ["early"]
        assert await found("lt:2026-11-22") == ["early", "late"]
        assert await found(f"lt:{second}", f"{V3}/groups/{group}/users") == ["early"]
        for wrong in ("", "lt:", "lt:junk", "junk", f"xx:{first}", f"lt:{first}+99:00", "lt:0001-01-01T00:00:00+14:00"):
            refused = await people.admin.get(USERS, params={"password_expires_at": wrong})
            assert refused.status_code == 400, wrong

    run(tmp_path, story, {**QUICK, "password_expires_days": 1})


RULES: list[tuple[Any, int]] = [
    ([], 201),
    ([["password"], ["token", "no-such"]], 201),
    (None, 201),
    ([[]], 400),
    ([["a", "a"]], 400),
    ([["a"], ["a"]], 400),
    ([["a"], 5], 400),
    ("a", 400),
]


def test_options_are_checked(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        for number, (rules, status) in enumerate(RULES):
            fields = {"name": f"u{number}", "options": {"multi_factor_auth_rules": rules}}
            made = await people.admin.post(USERS, {"user": fields})
            assert made.status_code == status, (rules, made.text)
        user = await people.user("ann", options={"lock_password": True, "ignore_user_inactivity": False})
        changed = await update(people, user, options={"lock_password": None, "multi_factor_auth_rules": [["password"]]})
        assert changed["options"] == {"ignore_user_inactivity": False, "multi_factor_auth_rules": [["password"]]}
        wrong = {"user": {"options": {"multi_factor_auth_rules": [["a", "a"]]}}}
        assert (await people.admin.patch(f"{USERS}/{user}", wrong)).status_code == 400

    run(tmp_path, story, QUICK)


def test_nobody_learns_which_users_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer after the same hashes and statements, by id and by name."""
    hashes: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, password_hash: Any, password: Any) -> Any:
        hashes.append(password_hash)
        return verify(self, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)

    async def story(people: People) -> None:
        closed = await people.make("domain", name="closed")
        ids = {
            "wrong password": await people.user("ann"),
            "user disabled": await people.user("off", enabled=False),
            "domain disabled": await people.user("shut", domain_id=closed),
            "user locked": await people.user("locked"),
            "user inactive": await people.user("idle"),
            "none set": await people.make("user", name="none"),
            "no such user": "no-such",
        }
        await people.admin.patch(f"{V3}/domains/{closed}", {"domain": {"enabled": False}})
        assert await statuses(people, ids["user locked"], *"abc") == [401] * 3
        people.clock.move(days=8)
        for reason, user in ids.items():
            if reason not in ("user inactive", "no such user"):
                await log_in_today(people, user)
        locked = {"failed_auth_count": 3, "failed_auth_at": people.clock.now()}
        await people.cloud.db.write(lambda tx: users.update(tx, ids["user locked"], **locked))
        by_id = {reason: await seen(people, {"id": user}) for reason, user in ids.items()}
        names = {"wrong password": "ann", "user disabled": "off", "user locked": "locked", "no such user": "no-such"}
        by_name = {reason: await seen(people, named(name)) for reason, name in names.items()}
        by_name["domain disabled"] = await seen(people, named("shut", "closed"))
        by_name["no such domain"] = await seen(people, named("ann", "no-such"))
        for found in (by_id, by_name):
            first = found["wrong password"]
            assert first[0] == 1
            assert [reason for reason, one in found.items() if one != first] == []
        assert await reasons(people, ids) == {**{reason: reason for reason in ids}, "none set": "wrong password"}

    async def log_in_today(people: People, user: str) -> None:
        await people.cloud.db.write(lambda tx: users.update(tx, user, last_active_at=tx.now))

    def named(name: str, domain: str = "Default") -> dict[str, Any]:
        return {"name": name, "domain": {"name": domain}}

    async def seen(people: People, who: dict[str, Any]) -> tuple[int, list[str], str]:
        """Hashes, statements and the answer. The password is right wherever it may be without being let in."""
        statements: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            if statement.split()[0] in ("SELECT", "UPDATE", "INSERT", "DELETE"):
                statements.append(statement)

        password = "wrong" if who.get("name") == "ann" or who.get("id") == await _ann(people) else PASSWORD
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {**who, "password": password}}}}}
        await people.service.state.journal.stop()
        hashes.clear()
        event.listen(Engine, "before_cursor_execute", note)
        response = await people.client().post(TOKENS, body)
        await people.service.state.journal.stop()
        event.remove(Engine, "before_cursor_execute", note)
        assert response.status_code == 401, (who, response.text)
        return len(hashes), statements, response.text

    async def _ann(people: People) -> str:
        found = await people.cloud.db.read(lambda tx: users.find_by(tx, domain_id="default", name="ann"))
        assert found is not None
        return found.id

    async def reasons(people: People, ids: dict[str, str]) -> dict[str, str]:
        """What the operator sees of each."""
        every = await people.events(1000)
        failed = [one for one in every if one.kind == "identity.authenticate" and one.detail["outcome"] == "failure"]
        by_user = {one.resource_id: str(one.detail["reason"]) for one in failed}
        return {reason: by_user[user.replace("no-such", "")] for reason, user in ids.items()}

    options = {"lockout_failure_attempts": 3, "disable_user_account_days_inactive": 7}
    run(tmp_path, story, {**QUICK, **options})


def test_wrong_passwords_are_slowed_down_for_their_address_alone(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, other = await people.user("ann"), await people.user("bob")
        token = await people.token(user)
        async with elsewhere(people, "10.0.0.66") as attacker:
            answers = [await attempt(attacker, user, "wrong") for _ in range(4)]
            assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
            refused = await attempt(attacker, user, PASSWORD)
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
            assert refused.json()["error"]["code"] == 429
            assert refused.json()["error"]["title"] == "Too Many Requests"
            body = {"user": {"original_password": PASSWORD, "password": "x"}}
            assert (await attacker.post(f"{USERS}/{user}/password", json=body)).status_code == 429
            assert (await attempt(attacker, other, PASSWORD)).status_code == 201
            assert (await attempt(attacker, "no-such", "wrong")).status_code == 401
            assert await statuses(people, user, PASSWORD) == [201]
            assert (await people.client(token).get(f"{V3}/auth/projects")).status_code == 200
            people.clock.move(seconds=10)
            assert (await attempt(attacker, user, PASSWORD)).status_code == 201
            assert (await attempt(attacker, "no-such", "wrong")).status_code == 401
            assert (await attempt(attacker, "no-such-2", "wrong")).status_code == 401
            assert (await attempt(attacker, other, PASSWORD)).status_code == 429
            assert await statuses(people, other, PASSWORD) == [201]

    limits = {"login_failures": 3, "login_failures_per_minute": 6}
    limits |= {"address_login_failures": 6, "address_login_failures_per_minute": 1}
    run(tmp_path, story, {**QUICK, **limits})


def elsewhere(people: People, address: str) -> httpx.AsyncClient:
    """A client at this address."""
    transport = httpx.ASGITransport(people.asgi, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url=BASE)


async def attempt(client: httpx.AsyncClient, user: str, password: str) -> httpx.Response:
    return await client.post(TOKENS, json=login(user, password=password))


def test_good_logins_are_not_slowed_down(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        assert await statuses(people, user, *[PASSWORD] * 5) == [201] * 5

    run(tmp_path, story, {**QUICK, "login_failures": 1, "address_login_failures": 1})


def test_raised_parameters_leave_old_hashes_good_and_replace_them(tmp_path: Path) -> None:
    made: list[str] = []

    async def before(people: People) -> None:
        made.append(await people.user("ann"))
        made.append(await people.token(made[0]))
        assert (await hash_of(people)).startswith("$argon2id$v=19$m=1024,t=1,p=1$")

    async def after(people: People) -> None:
        assert await statuses(people, made[0], "wrong") == [401]
        assert (await hash_of(people)).startswith("$argon2id$v=19$m=1024,t=1,p=1$")
        assert await statuses(people, made[0], PASSWORD) == [201]
        renewed = await hash_of(people)
        assert renewed.startswith("$argon2id$v=19$m=2048,t=2,p=1$")
        assert await statuses(people, made[0], "wrong", PASSWORD) == [401, 201]
        assert await hash_of(people) == renewed
        assert (await people.client(made[1]).get(f"{V3}/auth/projects")).status_code == 200

    async def hash_of(people: People) -> str:
        found = await people.cloud.db.read(lambda tx: users.find(tx, made[0]))
        assert found is not None
        assert found.password_hash is not None
        return found.password_hash

    run(tmp_path, before, QUICK)
    run(tmp_path, after, {"password_time_cost": 2, "password_memory_cost": 2048})


@pytest.mark.parametrize(
    "options",
    [
        {"password_regex": "("},
        {"password_memory_cost": 1},
        {"lockout_failure_attempts": 0},
        {"lockout_duration": -1},
        {"unique_last_password_count": -1},
        {"minimum_password_age": "1"},
        {"password_parallelism": 200},
        {"hash_threads": 0},
        {"list_limit": 0},
        {"token_lifetime": 0},
    ],
)
def test_options_that_make_no_sense_are_refused_at_the_start(tmp_path: Path, options: dict[str, Any]) -> None:
    async def story(people: People) -> None:
        raise AssertionError("it started")

    with pytest.raises(ValueError, match=next(iter(options))):
        run(tmp_path, story, options)


def test_events_say_from_where(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        async with elsewhere(people, "10.0.0.7") as client:
            await attempt(client, user, "wrong-secret")
            await attempt(client, user, PASSWORD)
            await people.service.state.journal.stop()
            body = {"user": {"original_password": PASSWORD, "password": "next-secret"}}
            await client.post(f"{USERS}/{user}/password", json=body)
        found = await people.events(3)
        assert [(one.kind.split(".", 1)[1], one.resource_id, one.detail) for one in found] == [
            ("authenticate", user, {"outcome": "failure", "client": "10.0.0.7", "reason": "wrong password"}),
            ("authenticate", user, {"outcome": "success", "client": "10.0.0.7"}),
            ("user.change_password", user, {"client": "10.0.0.7"}),
        ]
        assert "secret" not in str(found)

    run(tmp_path, story, QUICK)
