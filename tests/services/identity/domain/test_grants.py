from altostratus.services.identity.domain.grants import chains

CHAIN = {"admin": ["manager"], "manager": ["member"], "member": ["reader"]}


def test_implication_goes_all_the_way() -> None:
    assert chains("reader", CHAIN) == [("reader", None)]
    assert chains("manager", CHAIN) == [("manager", None), ("member", "manager"), ("reader", "member")]


def test_each_pair_once_even_in_a_circle() -> None:
    round_about = {**CHAIN, "reader": ["member"]}
    assert chains("member", round_about) == [("member", None), ("reader", "member"), ("member", "reader")]
    assert chains("x", {"x": ["x"]}) == [("x", None), ("x", "x")]
