"""What comes between the proof of who somebody is and the token."""

from pathlib import Path

import pytest

from altostratus.kernel.errors import Unauthorized
from altostratus.services.identity.domain.factors import Receipt
from altostratus.services.identity.domain.login import Login, Reference
from altostratus.services.identity.service import build_identity
from altostratus.services.identity.usecases import Identity
from altostratus.services.identity.usecases.authenticate import authenticate, issue_token
from altostratus.services.identity.usecases.prove_identity import prove_identity
from tests.services.identity.cloud import PASSWORD, TOKENS, People, run


def test_the_first_login_of_a_process_finds_the_keys(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user = await people.user("ann")
        identity = build_identity(people.cloud)  # as another one on the same database, which has prepared nothing
        who = Login(("password",), user=Reference(id=user), password=PASSWORD)
        issued = await authenticate(identity, who)
        assert not isinstance(issued, Receipt)
        assert await people.service.facade.authenticate(issued[0]) is not None
        await identity.journal.stop()

    run(tmp_path, story)


def test_a_token_that_ends_while_it_gets_another_one_gets_none(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        identity: Identity = people.service.state
        user = await people.user("ann")
        token = await people.token(user)
        by_token = {"methods": ["token"], "token": {"id": token}}
        another = await people.client().post(TOKENS, {"auth": {"identity": by_token}})
        token = another.headers["X-Subject-Token"]  # not the first of its chain
        proof = await prove_identity(identity, Login(("token",), token=token))
        client = people.client(token)
        assert (await client.delete(TOKENS, headers={"X-Subject-Token": token})).status_code == 204
        await people.token(user)  # who she is is in memory again
        with pytest.raises(Unauthorized):
            await issue_token(identity, proof, None)

    run(tmp_path, story)
