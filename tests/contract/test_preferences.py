"""What customers would rather have, as their shop tells it. It is Bonbon's own; the SDK has none."""

from typing import Any

import pytest

from tests.builders import Shop, fresh, ok, refusal
from tests.contract.spoilt import NO_INSTANT, NO_TEXT, wrong_is_refused

AT = "2026-01-05T10:00:00.000Z"
NO_SHOES = {"about": "topic", "topic": "shoes", "answer": "NO", "source": "form", "at": AT}
WEEKLY = {"about": "frequency", "answer": "WEEKLY", "source": "form", "at": AT}
BORN = {"about": "birthday", "answer": "1990-02-28", "source": "call", "at": "2026-01-06T10:00:00.000Z"}
YES = {"channel": "email", "purpose": "marketing", "granted": True, "source": "form", "at": "2026-01-04T10:00:00.000Z"}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "answer": ("PUT customers/{customer_id}/consents", {"preferences": [NO_SHOES, WEEKLY, BORN]}),
}
WRONG: list[tuple[str, list[Any]]] = [
    ("preferences", [None, {}, "topic", 5, [WEEKLY] * 31]),
    ("preferences.0", [None, "x", 5, []]),
    ("preferences.0.about", [None, "horoscope", "TOPIC", 5, []]),
    ("preferences.0.topic", [None, "", "x" * 201, *NO_TEXT]),
    ("preferences.1.topic", ["shoes"]),
    ("preferences.0.answer", [None, "", "yes", "ALL", *NO_TEXT]),
    ("preferences.1.answer", [None, "", "YEARLY", "weekly", "YES", *NO_TEXT]),
    ("preferences.2.answer", [None, "", "28 Feb", "2026-02-30", "1900-01-01", "1890-05-05", "2999-01-01", *NO_TEXT]),
    ("preferences.0.source", [None, "", "x" * 201, *NO_TEXT]),
    ("preferences.2.at", [*NO_INSTANT, 1_767_607_200, "2999-01-01T00:00:00.000Z"]),
]


@pytest.fixture
def ann(shop: Shop) -> dict[str, Any]:
    return shop.customer(fresh("ann"), email=f"{fresh('ann')}@example.com")


def test_answers_are_told_with_their_time_and_source_and_a_birthday_is_the_profiles(
    shop: Shop, ann: dict[str, Any]
) -> None:
    path = f"customers/{ann['id']}/consents"
    heard = ok(shop.ask("PUT", path, {"consents": [YES], "preferences": [NO_SHOES, WEEKLY, BORN]}))
    assert heard["consents"] == [YES]
    assert heard["preferences"] == [BORN, WEEKLY, NO_SHOES]
    assert heard["ledger"][0] == BORN
    assert heard["ledger"][-1] == YES
    assert shop.get(path) == heard
    assert shop.get(f"customers/{ann['id']}")["birthday"] == "1990-02-28"
    again = ok(shop.ask("PUT", path, {"preferences": [{**WEEKLY, "at": AT}]}))
    assert again == heard, "told again is nothing new"


def test_a_birthday_that_cannot_be_leaves_nothing_half_told(shop: Shop, ann: dict[str, Any]) -> None:
    path = f"customers/{ann['id']}/consents"
    before = shop.get(path)
    body = {"consents": [YES], "preferences": [WEEKLY, {**BORN, "answer": "2999-01-01"}]}
    assert refusal(shop.ask("PUT", path, body)) == (400, "invalid_payload")
    assert (shop.get(path), "birthday" in shop.get(f"customers/{ann['id']}")) == (before, False)


def test_what_is_wrong_is_refused_by_name_and_nothing_of_it_is_kept(
    shop: Shop, ann: dict[str, Any], subtests: pytest.Subtests
) -> None:
    route, body = BODIES["answer"]
    before = ok(shop.ask("PUT", f"customers/{ann['id']}/consents", body))
    named = {"answer": (route.format(customer_id=ann["id"]), body)}
    wrong_is_refused(shop, named["answer"][0], body, WRONG, subtests)
    assert refusal(shop.ask("PUT", f"customers/{ann['id']}/consents", {"consents": [], "preferences": []}))[0] == 400
    assert shop.get(f"customers/{ann['id']}/consents") == before
