from pathlib import Path

from altostratus.services.identity.domain.login import Reference
from altostratus.services.identity.store.records import users
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.prove_by_password import prove_by_password, settle
from tests.services.identity.cloud import PASSWORD, People, run


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
