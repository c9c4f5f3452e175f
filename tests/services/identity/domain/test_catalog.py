"""A catalog that is made once says for each token what one made for it alone would."""

import msgspec

from altostratus.services.identity.domain.catalog import Catalog, CatalogItem, render, render_chosen
from altostratus.services.identity.domain.nouns import CatalogService, Endpoint


def endpoint(id: str, url: str, **extra: str) -> Endpoint:  # noqa: A002
    return Endpoint(id, "s", "R", "public", url, True, extra)


ITEM = CatalogItem(
    CatalogService("s", "t", None, True, {}),
    (
        endpoint("plain", "http://x/%%41", name="n"),
        endpoint("own", "http://x/$(tenant_id)s/%(project_id)s?$(user_id)s"),
        endpoint("bad", "http://x/$(secret)s"),
        endpoint("worse", "http://x/100%"),
    ),
)
PLAIN = {"name": "n", "id": "plain", "interface": "public", "region_id": "R", "region": "R", "url": "http://x/%41"}


def test_gaps_are_filled() -> None:
    shown = msgspec.json.decode(Catalog(render([ITEM], in_project=True)).of('a"\\u0000user', "p"))
    own = {"id": "own", "interface": "public", "region_id": "R", "region": "R", "url": 'http://x/p/p?a"\\u0000user'}
    assert shown == [{"endpoints": [PLAIN, own], "id": "s", "type": "t", "name": ""}]


def test_what_needs_a_project_is_left_out_without_one() -> None:
    shown = msgspec.json.decode(Catalog(render([ITEM], in_project=False)).of("u", None))
    assert shown == [{"endpoints": [PLAIN], "id": "s", "type": "t", "name": ""}]


def test_a_service_of_which_nothing_was_chosen_is_left_out() -> None:
    shown = msgspec.json.decode(render_chosen([ITEM], frozenset({"plain"})))
    assert [item["endpoints"] for item in shown] == [[PLAIN]]
    assert msgspec.json.decode(render_chosen([ITEM], frozenset({"bad"}))) == []
