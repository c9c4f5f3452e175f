"""Roles: what was granted, and all that it implies, however the rules go round."""

from pathlib import Path

from sqlalchemy import insert

from altostratus.kernel.tx import Tx
from altostratus.services.identity.domain.claims import Scope, ScopeKind
from altostratus.services.identity.store.access import granted_roles
from altostratus.services.identity.store.tables import implied_role
from tests.services.identity.cloud import People, run


def test_roles_that_imply_one_another_come_once_each(tmp_path: Path) -> None:
    async def story(people: People) -> None:
        user, project = await people.user("ann"), await people.make("project", name="p")
        await people.grant(user, "member", f"projects/{project}")
        reader, member = await people.role("reader"), await people.role("member")

        def go_round(tx: Tx) -> None:
            tx.sql.execute(insert(implied_role).values(prior_role_id=reader, implied_role_id=member))

        def names(tx: Tx, kind: ScopeKind, where: str) -> list[str]:
            return [role.name for role in granted_roles(tx, user, Scope(kind, where))]

        def look(tx: Tx) -> list[list[str]]:
            elsewhere = (ScopeKind.UNSCOPED, ""), (ScopeKind.SYSTEM, ""), (ScopeKind.DOMAIN, project)
            return [names(tx, kind, where) for kind, where in ((ScopeKind.PROJECT, project), *elsewhere)]

        await people.cloud.db.write(go_round)
        assert await people.cloud.db.read(look) == [["member", "reader"], [], [], []]

    run(tmp_path, story)
