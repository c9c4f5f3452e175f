"""What the answers to wrong passwords do not tell, and what comes in between."""

from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.login import Reference
from altostratus.services.identity.store.records import users
from altostratus.services.identity.store.references import hash_of_another
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.prove_by_password import prove_by_password, settle
from tests.services.identity.cloud import PASSWORD, TOKENS, People, run


def test_a_password_that_was_guessed_beside_too_many_wrong_ones_is_not_enough(tmp_path: Path) -> None:
    """However many guesses are on their way before the first one is known to be wrong."""

    async def story(people: People) -> None:
        identity: Identity = people.service.state
        user = await people.user("ann")
        guessed = await prove_by_password(identity, Reference(id=user), PASSWORD, "10.0.0.1")
        for wrong in "ab":
            assert (await people.login(user, password=wrong)).status_code == 401
        assert not await people.cloud.db.write(lambda tx: settle(tx, identity, guessed))
        found = await people.cloud.db.read(lambda tx: users.find(tx, user))
        assert found is not None
        assert found.failed_auth_count == 2

    run(tmp_path, story, {"lockout_failure_attempts": 2, "password_memory_cost": 1024})


def test_who_is_not_there_takes_the_time_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While some hashes are older than the parameters, they do not tell users from others."""
    checked: list[str] = []
    verify = PasswordHasher.verify

    def noted(self: PasswordHasher, password_hash: Any, password: Any) -> Any:
        checked.append(password_hash.split("$")[3])
        return verify(self, password_hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    old, new = "m=1024,t=1,p=1", "m=2048,t=1,p=1"

    async def before(people: People) -> None:
        for number in range(10):
            await people.user(f"user-{number}")

    async def after(people: People) -> None:
        assert old in {found.split("$")[3] for found in await people.cloud.db.read(hashes) if found}
        for name in ("x", "y", "z"):
            like = await people.cloud.db.read(lambda tx, who=name: hash_of_another(tx, Reference(name=who)))
            checked.clear()
            for domain in ({"id": "default"}, {"name": "Default"}, {"name": "nowhere"}):
                user = {"name": name, "domain": domain, "password": PASSWORD}
                by = {"methods": ["password"], "password": {"user": user}}
                assert (await people.client().post(TOKENS, {"auth": {"identity": by}})).status_code == 401
            assert checked == [like.split("$")[3] if like else new] * 3

    def hashes(tx: Tx) -> list[str | None]:
        return [hash_of_another(tx, Reference(name=f"nobody-{number}")) for number in range(300)]

    run(tmp_path, before, {"password_memory_cost": 1024, "password_time_cost": 1})
    run(tmp_path, after, {"password_memory_cost": 2048, "password_time_cost": 1})
