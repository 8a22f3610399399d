"""What is wrong with a page's request is said as plainly as on the server's side, and nothing is written."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from infra.local.service import Service
from tests.builders import Shop, fresh, refusal
from tests.contract.spoilt import FEW, MALFORMED, names, set_at
from tests.contract.test_bad_input import CHECKOUT, WRONG, filled
from tests.pages import Page

ROUTES = {"validate": "/client/v1/validations", "redeem": "/client/v1/redemptions"}
Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(service: Service) -> Iterator[Ask]:
    """A page's request; every fifth comes from the next address, so that none is one too many."""
    pages: list[Page] = []
    asked = 0

    def ask(path: str, **body: Any) -> httpx.Response:
        nonlocal asked
        if asked % 5 == 0:
            pages.append(Page(service.url))
        asked += 1
        return pages[-1].http.post(path, headers={"Content-Type": "application/json"}, **body)

    yield ask
    for page in pages:
        page.http.close()


@pytest.mark.parametrize("verb", ROUTES)
def test_a_malformed_body_is_refused(shop: Shop, ask: Ask, verb: str) -> None:
    before = shop.lists()
    answers = {case: refusal(ask(ROUTES[verb], content=content)) for case, content in MALFORMED.items() if case in FEW}
    assert answers == dict.fromkeys(FEW, (400, "invalid_payload"))
    assert shop.lists() == before


@pytest.mark.parametrize("verb", ROUTES)
def test_a_wrong_field_is_refused_by_name(shop: Shop, ask: Ask, verb: str, subtests: pytest.Subtests) -> None:
    body = filled(CHECKOUT, {"code": shop.code()})
    before = shop.lists()
    for path, values in [(path, values) for verbs, path, values in WRONG if verb in verbs]:
        with subtests.test(path=path):
            for value in values:
                response = ask(ROUTES[verb], json=set_at(body, path, value))
                assert refusal(response) == (400, "invalid_payload"), (value, response.text)
                assert names(response.json()["details"], path), (value, response.text)
    assert shop.lists() == before


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_an_idempotency_key_that_cannot_be_one_is_refused(service: Service, shop: Shop, key: str) -> None:
    code = shop.code()
    with Page(service.url) as page:
        assert refusal(page.redeem(code, key=key)) == (400, "invalid_payload")
        assert refusal(page.redeem(fresh(), key=key)) == (400, "invalid_payload")
    assert shop.uses(code) == 0
