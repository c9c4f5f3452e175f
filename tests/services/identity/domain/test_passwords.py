import pytest

from altostratus.kernel.errors import BadRequest
from altostratus.services.identity.domain.passwords import SECRETS, Hasher, check_strength

QUICK = Hasher(1, 1024, 1)


def test_a_password_matches_its_hash_alone() -> None:
    kept = SECRETS.hash("correct horse")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert SECRETS.matches(kept, "correct horse")
    assert not SECRETS.matches(kept, "wrong horse")
    assert SECRETS.hash("correct horse") != kept


def test_nobody_has_a_password() -> None:
    for password in ("", "anything"):
        assert not QUICK.matches(None, password)
        assert not QUICK.matches(QUICK.nobodys, password)
        assert not QUICK.matches(None, password, like=QUICK.hash(password))
    assert not QUICK.matches("not a hash", "anything")


def test_checking_nobody_costs_a_whole_hash() -> None:
    """The dummy is a well-formed hash with the hasher's own parameters, so that argon2 runs instead of refusing it."""
    for hasher in (QUICK, Hasher(2, 2048, 2)):
        made = hasher.hash("x").split("$")
        assert hasher.nobodys.split("$")[1:4] == made[1:4]
        assert [len(part) for part in hasher.nobodys.split("$")] == [len(part) for part in made]


def test_hashes_of_other_parameters_are_good_and_outdated() -> None:
    raised = Hasher(2, 2048, 1)
    old = QUICK.hash("secret")
    assert raised.matches(old, "secret")
    assert raised.is_outdated(old)
    assert not raised.is_outdated(raised.hash("secret"))


def test_any_of_several() -> None:
    hashes = [QUICK.hash("one"), QUICK.hash("two"), ""]
    assert QUICK.matches_any(hashes, "two")
    assert not QUICK.matches_any(hashes, "three")
    assert not QUICK.matches_any(hashes, "")


def test_strength() -> None:
    check_strength("x", None, "")
    check_strength(None, None, "")
    check_strength("abc1", r"^(?=.*\d).{4,}$", "four characters, one a digit")
    with pytest.raises(BadRequest, match="does not match the requirements: four characters"):
        check_strength("abcd", r"^(?=.*\d).{4,}$", "four characters, one a digit")
    with pytest.raises(BadRequest, match="must be a string"):
        check_strength(None, ".", "")
