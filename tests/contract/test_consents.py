"""Consents over HTTP: what customers have said, and what counts of it. They are Bonbon's own; the SDK has none."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import Clock, Shop, fresh, ok, refusal
from tests.contract.spoilt import NO_FLAG, NO_INSTANT, NO_TEXT, malformed_is_refused, wrong_is_refused

YES = {"channel": "email", "granted": True, "source": "checkout form", "at": "2026-01-05T10:00:00.000Z"}
NO = {"channel": "email", "granted": False, "source": "unsubscribe link", "at": "2026-02-01T08:30:00.000Z"}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "say a word": ("PUT customers/{customer_id}/consents", {"consents": [NO, YES]}),
}
WRONG: list[tuple[str, list[Any]]] = [
    ("consents", [None, [], {}, "email", 5, [YES] * 51]),
    ("consents.0", [None, "email", 5, []]),
    ("consents.1.channel", [None, "fax", "EMAIL", "any", 5, []]),
    ("consents.1.purpose", ["research", 5, []]),
    ("consents.1.granted", [None, *NO_FLAG]),
    ("consents.1.source", [None, "", "x" * 201, *NO_TEXT]),
    ("consents.1.at", [*NO_INSTANT, 1_767_607_200, "2999-01-01T00:00:00.000Z"]),
]
NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
NOTHING_ELSE: dict[str, Any] = {"preferences": [], "suppressed": []}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ann(shop: Shop) -> dict[str, Any]:
    """A customer who has said nothing yet."""
    return shop.customer(fresh("ann"))


@pytest.fixture
def say(shop: Shop, ann: dict[str, Any]) -> Ask:
    def said(*words: dict[str, Any]) -> dict[str, Any]:
        return ok(shop.ask("PUT", f"customers/{ann['source_id']}/consents", {"consents": words}))

    return said


def without_instant(word: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in word.items() if name != "at"}


def told(word: dict[str, Any]) -> dict[str, Any]:
    return {"purpose": "marketing", **word}


@pytest.mark.drives("GET /v1/customers/{customer_id}/consents", "PUT /v1/customers/{customer_id}/consents")
def test_what_somebody_says_is_told_with_all_that_they_have_said(shop: Shop, ann: dict[str, Any], say: Ask) -> None:
    empty = {"object": "consents", "customer_id": ann["id"], "consents": [], "ledger": [], **NOTHING_ELSE}
    assert shop.get(f"customers/{ann['id']}/consents") == empty
    text = {**YES, "channel": "sms", "purpose": "transactional"}
    heard = say(NO, YES, text)
    assert heard == {**empty, "consents": [told(NO), text], "ledger": [told(NO), *heard["ledger"][1:]]}
    assert sorted(it["channel"] for it in heard["ledger"][1:]) == ["email", "sms"]
    for name in (ann["id"], ann["source_id"]):
        assert shop.get(f"customers/{name}/consents") == heard


def test_a_yes_that_was_said_before_a_no_revives_nobody(say: Ask) -> None:
    say(NO)
    heard = say(YES)
    assert (heard["consents"], heard["ledger"]) == ([told(NO)], [told(NO), told(YES)])


def test_a_word_without_an_instant_is_said_now_and_said_again_is_nothing_new(timed_shop: Shop, clock: Clock) -> None:
    clock.set(NOW)
    word, path = without_instant(YES), f"customers/{timed_shop.customer()['id']}/consents"
    heard = ok(timed_shop.ask("PUT", path, {"consents": [word]}))
    [entry] = heard["ledger"]
    assert heard["consents"] == [entry] == [{**told(word), "at": entry["at"]}]
    assert NOW <= datetime.fromisoformat(entry["at"]) < NOW + timedelta(minutes=1)
    clock.forward(timedelta(days=1))
    assert ok(timed_shop.ask("PUT", path, {"consents": [word]})) == heard
    elsewhere = ok(timed_shop.ask("PUT", path, {"consents": [{**word, "source": "shop"}]}))
    assert [it["source"] for it in elsewhere["ledger"]] == ["shop", "checkout form"]


def test_a_shops_clock_may_run_ahead_and_the_next_word_counts_all_the_same(timed_shop: Shop, clock: Clock) -> None:
    """What is said a few minutes ahead is said now; kept as it stands, it would outlast the no that comes next."""
    clock.set(NOW)
    path = f"customers/{timed_shop.customer()['id']}/consents"
    ahead, beyond = (f"2026-03-17T08:0{minute}:00.000Z" for minute in (4, 7))
    heard = ok(timed_shop.ask("PUT", path, {"consents": [{**YES, "at": ahead}]}))
    assert heard["consents"][0]["at"] < ahead
    assert refusal(timed_shop.ask("PUT", path, {"consents": [{**YES, "at": beyond}]})) == (400, "invalid_payload")
    heard = ok(timed_shop.ask("PUT", path, {"consents": [without_instant(NO)]}))
    assert [it["granted"] for it in heard["consents"]] == [False]


def test_an_address_is_no_matter(say: Ask, ann: dict[str, Any]) -> None:
    assert "email" not in ann
    assert say(YES)["consents"] == [told(YES)]


def test_who_is_forgotten_has_said_nothing(shop: Shop, ann: dict[str, Any], say: Ask) -> None:
    say(YES)
    assert shop.ask("DELETE", f"customers/{ann['id']}").status_code == 204
    for method, body in (("GET", None), ("PUT", {"consents": [YES]})):
        assert refusal(shop.ask(method, f"customers/{ann['id']}/consents", body)) == (404, "not_found")
    assert refusal(shop.ask("GET", "customers/nobody/consents")) == (404, "not_found")
    assert shop.customer(ann["source_id"])["id"] == ann["id"]
    told_anew = shop.get(f"customers/{ann['id']}/consents")
    assert (told_anew["consents"], told_anew["ledger"]) == ([], []), "who comes again starts anew"


def test_what_is_wrong_is_refused_by_name_and_nothing_of_it_is_kept(
    shop: Shop, ann: dict[str, Any], say: Ask, subtests: pytest.Subtests
) -> None:
    before = say(YES)
    route = BODIES["say a word"][0].format(customer_id=ann["id"])
    malformed_is_refused(shop, route)
    wrong_is_refused(shop, route, BODIES["say a word"][1], WRONG, subtests)
    assert shop.get(f"customers/{ann['id']}/consents") == before
