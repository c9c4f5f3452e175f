from altostratus.services.identity.domain.session import RoleName, implied

ADMIN, MANAGER, MEMBER, READER = (RoleName(name, name) for name in ("admin", "manager", "member", "reader"))
CHAIN = {"admin": [MANAGER], "manager": [MEMBER], "member": [READER]}


def test_implication_goes_all_the_way() -> None:
    assert implied([ADMIN], CHAIN) == [ADMIN, MANAGER, MEMBER, READER]
    assert implied([READER], CHAIN) == [READER]
    assert implied([], CHAIN) == []


def test_each_role_once_even_in_a_circle() -> None:
    assert implied([MEMBER, READER], {**CHAIN, "reader": [MEMBER]}) == [MEMBER, READER]
