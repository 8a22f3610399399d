"""What a person who was forgotten leaves behind, looked for in the whole table, not only where it should be."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from infra.local.service import Service
from tests.builders import Clock, Shop, ok, refusal, until
from tests.contract.lives import AT, Item, Life, everything_in

LEFT = {"delivery", "order", "publication", "redemptions", "voucher"}
"""The shop's books: they name her by an id that leads nowhere."""
A_MINUTE = 60_000


@pytest.fixture(scope="module")
def forgotten(timed_service: Service, timed_shop: Shop) -> Iterator[tuple[Life, list[Item], list[Item]]]:
    """Ann, the whole table before she was forgotten, and after; whatever was sent of her went with a key."""
    with Clock(timed_service.url) as clock:
        ann = Life(timed_shop, clock, key="about ann")
        _import(ann)
        timed_shop.validate(timed_shop.code(), customer=ann.profile, session={"type": "LOCK", "key": ann.note[:8]})
        before = everything_in(timed_service)
        receipt = ok(timed_shop.ask("POST", f"customers/{ann.id}/permanent-deletion", key="forget ann"))
        assert receipt["related_object_id"] == ann.id
        yield ann, before, until(lambda: everything_in(timed_service), lambda items: not beside(ann, items))


def beside(of: Life, items: list[Item]) -> list[str]:
    """What stands with her; whoever follows the stream may still be about to hear that she is gone."""
    return [item["SK"] for item in items if item["PK"].endswith(f"#customer#{of.id}")]


def _import(ann: Life) -> None:
    """She stands in a sheet, too, that the shop has loaded."""
    columns = {"Name": ann.name, "Email": ann.email, "Source_ID": ann.source_id, "Phone": ann.phone, "club": ann.note}
    sheet = "\n".join((",".join(columns), ",".join(columns.values()))) + "\n"
    answer = ok(ann.shop.http.post("/v1/customers/importCSV", files={"file": ("people.csv", sheet, "text/csv")}))
    assert ann.shop.await_action(answer["async_action_id"])["status"] == "DONE"


def kinds(items: list[Item], *words: str) -> set[str]:
    """The kinds of the items in which one of these words stands anywhere; its project stands before it."""
    found = (item for item in items if any(word in json.dumps(item, ensure_ascii=False) for word in words))
    return {item["PK"].split("#")[1] for item in found}


def test_no_word_of_her_is_left_but_in_answers_that_a_key_remembers_for_a_day(
    forgotten: tuple[Life, list[Item], list[Item]],
) -> None:
    ann, before, after = forgotten
    for word in ann.known_by:
        assert "customer" in kinds(before, word), word
        assert kinds(after, word) <= {"answer"}, word
    kept = [item["until"] for item in after if ann.email in item.get("body", "")]
    assert kept
    assert max(kept) <= (AT + timedelta(hours=3, days=1)).timestamp() * 1_000 + A_MINUTE


def test_what_is_left_names_her_id_and_her_own_partition_is_empty(
    forgotten: tuple[Life, list[Item], list[Item]],
) -> None:
    ann, before, after = forgotten
    assert kinds(before, ann.id) == {*LEFT, "customer", "event", "answer"}
    assert kinds(after, ann.id) == {*LEFT, "answer"}
    assert beside(ann, after) == []
    assert kinds(after, ann.source_id) == {"answer"}


def test_that_she_wanted_no_text_messages_is_kept_under_a_print(
    forgotten: tuple[Life, list[Item], list[Item]],
) -> None:
    ann, before, after = forgotten
    known = {item["PK"] for item in before}
    [print_] = [item for item in after if "#suppression#" in item["PK"] and item["PK"] not in known]
    assert set(print_) == {"PK", "SK", "unsubscribed"}
    assert not kinds([print_], *ann.known_by, ann.id, ann.source_id)


def test_nobody_is_told_of_her_any_more(forgotten: tuple[Life, list[Item], list[Item]]) -> None:
    ann, _, _ = forgotten
    for method, path in (("GET", ""), ("POST", "/export"), ("GET", "/consents")):
        assert refusal(ann.shop.ask(method, f"customers/{ann.id}{path}")) == (404, "not_found"), path
    told = ann.shop.get(f"deliveries/{ann.delivery['id']}/why")
    assert told["deleted_since"] == ["customer"]
    assert not any(word in json.dumps(told, ensure_ascii=False) for word in ann.known_by)
