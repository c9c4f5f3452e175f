from altostratus.services.identity.domain.passwords import NOBODYS, hash_password, password_matches


def test_a_password_matches_its_hash_alone() -> None:
    kept = hash_password("correct horse")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert password_matches(kept, "correct horse")
    assert not password_matches(kept, "wrong horse")
    assert hash_password("correct horse") != kept


def test_nobody_has_a_password() -> None:
    assert not password_matches(None, "")
    assert not password_matches(None, "anything")
    assert not password_matches("not a hash", "anything")


def test_checking_nobody_costs_a_whole_hash() -> None:
    """The dummy is a well-formed hash with the real parameters, so that argon2 runs instead of refusing it."""
    assert NOBODYS.split("$")[1:4] == hash_password("x").split("$")[1:4]
    assert [len(part) for part in NOBODYS.split("$")] == [len(part) for part in hash_password("x").split("$")]
