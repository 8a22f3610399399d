"""Campaigns: a name of their own, codes that can be made, a switch over all of them, and an end."""

from typing import Any

import pytest

from shared.domain.actions import AsyncAction
from shared.domain.codes import CodeConfig
from shared.domain.errors import Busy, Duplicate, InvalidPayload, NotFound
from shared.domain.vouchers import Made
from shared.usecases.campaigns import (
    add_voucher,
    change_campaign,
    create_campaign,
    delete_campaign,
    refuse_impossible,
    start_adding_vouchers,
)
from tests.fakes import Overtaken, Queue
from tests.unit.till import Till
from tests.unit.values import AT, DAY, PROJECT, campaign, drawing, numbering


def action(id_: str = "async_1", type_: str = "CAMPAIGN_VOUCHERS_GENERATION") -> AsyncAction:
    return AsyncAction.model_validate({"id": id_, "type": type_, "campaign_id": "camp_1", "created_at": AT})


def create(till: Till, count: int = 0, *, queue: Queue | None = None, **fields: Any) -> Any:
    draw = fields.pop("draw", till.draw)
    store = fields.pop("store", till.stores.campaigns)
    made = campaign(**fields)
    return create_campaign(made, count, action=action(), draw=draw, campaigns=store, queue=queue or Queue())


# Made


def test_a_campaign_without_codes_is_made_at_once(till: Till) -> None:
    queue = Queue()
    made = create(till, queue=queue)
    assert till.stores.campaigns.get("camp_1") == till.stores.campaigns.get("Spring") == made
    assert (made.vouchers_count, made.creation_status) == (0, "DONE")
    assert queue.sent == []


def test_one_code_is_made_with_it(till: Till) -> None:
    queue = Queue()
    made = create(till, 1, queue=queue)
    assert (made.vouchers_count, made.creation_status) == (1, "DONE")
    assert till.find("NEW-1").campaign_id == "camp_1"
    assert queue.sent == []


def test_many_codes_are_left_to_an_action_that_knows_how_many(till: Till) -> None:
    queue = Queue()
    made = create(till, 200, queue=queue)
    assert (made.vouchers_count, made.creation_status) == (1, "IN_PROGRESS")
    assert queue.sent == [(PROJECT, "async_1")]
    started = till.stores.work.action("async_1")
    assert started
    assert (started.total, started.done, started.status) == (199, 0, "ENQUEUED")


def test_a_name_is_of_one_campaign(till: Till) -> None:
    create(till)
    before = till.stores.everything()
    with pytest.raises(Duplicate):
        create(till, 1, id="camp_2")
    assert till.stores.everything() == before


def test_two_of_one_name_at_once_are_one(till: Till) -> None:
    late = Overtaken(till.stores.campaigns, lambda: create(till))
    with pytest.raises(Duplicate):
        create(till, 1, id="camp_2", store=late)
    assert till.stores.campaigns.get("Spring").id == "camp_1"
    assert till.stores.campaigns.find("camp_2") is None


def test_a_first_code_that_somebody_has_is_drawn_again(till: Till) -> None:
    till.voucher("TAKEN")
    create(till, 1, draw=drawing("taken", "FREE-1"))
    assert till.find("FREE-1").campaign == "Spring"


@pytest.mark.parametrize(
    ("case", "config", "count", "possible"),
    [
        ("one code of a fixed pattern", {"pattern": "SPRING"}, 1, True),
        ("two codes of a fixed pattern", {"pattern": "SPRING"}, 2, False),
        ("nine of ten", {"length": 1, "charset": "numbers"}, 9, True),
        ("ten of ten", {"length": 1, "charset": "numbers"}, 10, False),
        ("nine in ten of a million", {"length": 6, "charset": "numbers"}, 900_000, True),
        ("one more", {"length": 6, "charset": "numbers"}, 900_001, False),
        ("letters that are the same to who types them", {"length": 1, "charset": "aAbB"}, 2, False),
        ("twenty million", {}, 20_000_000, True),
    ],
)
def test_codes_that_cannot_all_be_different_are_refused_at_once(
    case: str, config: dict[str, Any], count: int, possible: bool
) -> None:
    if possible:
        refuse_impossible(CodeConfig(**config), count)
    else:
        with pytest.raises(InvalidPayload) as refusal:
            refuse_impossible(CodeConfig(**config), count)
        assert refusal.value.details.startswith("vouchers_count: ")


def test_an_impossible_campaign_leaves_nothing_behind(till: Till) -> None:
    queue = Queue()
    before = till.stores.everything()
    with pytest.raises(InvalidPayload):
        create(till, 5, queue=queue, code_config=CodeConfig(pattern="SPRING"))
    assert (till.stores.everything(), queue.sent) == (before, [])


# Given codes


def test_a_code_is_added_as_it_is_named(till: Till) -> None:
    till.campaign(quantity=3, category="spring")
    made = add_voucher(
        "Spring", "MY-CODE", {"metadata": {"a": 1}}, at=AT, draw=till.draw, campaigns=till.stores.campaigns
    )
    assert isinstance(made, Made)
    assert till.find("my-code") == made.voucher
    assert (made.voucher.quantity, made.voucher.category, made.voucher.metadata) == (3, "spring", {"a": 1})
    assert till.stores.campaigns.get("Spring").vouchers_count == 1


def test_a_code_may_have_a_quantity_of_its_own(till: Till) -> None:
    till.campaign(quantity=3)
    made = add_voucher("Spring", "A", {"quantity": None}, at=AT, draw=till.draw, campaigns=till.stores.campaigns)
    assert made.voucher.quantity is None


def test_a_code_that_somebody_has_is_refused_or_drawn_again(till: Till) -> None:
    till.campaign()
    till.voucher("TAKEN")
    before = till.stores.everything()
    with pytest.raises(Duplicate):
        add_voucher("Spring", "taken", {}, at=AT, draw=till.draw, campaigns=till.stores.campaigns)
    assert till.stores.everything() == before
    draw = drawing("TAKEN", "FREE-1")
    made = add_voucher("Spring", None, {}, at=AT, draw=draw, campaigns=till.stores.campaigns)
    assert made.voucher.code == "FREE-1"


def test_nothing_is_added_to_a_campaign_that_is_deleted_meanwhile(till: Till) -> None:
    spring = till.campaign()
    late = Overtaken(
        till.stores.campaigns,
        lambda: till.stores.campaigns.save(spring.model_copy(update={"deleted": True})),
    )
    with pytest.raises(NotFound):
        add_voucher("Spring", "A", {}, at=AT, draw=till.draw, campaigns=late)
    with pytest.raises(NotFound):
        till.find("A")


def test_many_more_codes_are_left_to_an_action(till: Till) -> None:
    till.campaign("S-1")
    queue = Queue()
    started = start_adding_vouchers(
        "Spring", 50, {"metadata": {"a": 1}}, action=action(), campaigns=till.stores.campaigns, queue=queue
    )
    assert (started.total, started.campaign_id, started.voucher) == (50, "camp_1", {"metadata": {"a": 1}})
    assert till.stores.work.action("async_1") == started
    assert till.stores.campaigns.get("Spring").creation_status == "IN_PROGRESS"
    assert queue.sent == [(PROJECT, "async_1")]


def test_what_is_there_counts_when_more_is_asked_for(till: Till) -> None:
    till.campaign("1", "2", "3", "4", "5", code_config=CodeConfig(length=1, charset="numbers"))
    add = {"action": action(), "campaigns": till.stores.campaigns}
    with pytest.raises(InvalidPayload):
        start_adding_vouchers("Spring", 5, {}, queue=(refused := Queue()), **add)
    assert refused.sent == []
    assert start_adding_vouchers("Spring", 4, {}, queue=Queue(), **add).total == 4


# Changed and ended


def test_a_change_reaches_every_code_and_says_when(till: Till) -> None:
    till.campaign("S-1")
    changed = change_campaign(
        "Spring",
        lambda it: it.model_copy(update={"expiration_date": AT + DAY}),
        at=AT,
        campaigns=till.stores.campaigns,
    )
    assert changed.updated_at == AT
    assert till.validate("S-1").valid
    assert not till.validate("S-1", at=AT + DAY).valid


def test_two_changes_at_once_are_both_made(till: Till) -> None:
    till.campaign()

    def describe() -> None:
        change_campaign(
            "Spring",
            lambda it: it.model_copy(update={"description": "…"}),
            at=AT,
            campaigns=till.stores.campaigns,
        )

    late = Overtaken(till.stores.campaigns, describe)
    change_campaign("Spring", lambda it: it.model_copy(update={"active": False}), at=AT, campaigns=late)
    after = till.stores.campaigns.get("Spring")
    assert (after.description, after.active) == ("…", False)


def test_a_change_does_not_forget_codes_that_are_made_meanwhile(till: Till) -> None:
    till.campaign()
    draw = numbering()
    late = Overtaken(
        till.stores.campaigns,
        lambda: add_voucher("Spring", None, {}, at=AT, draw=draw, campaigns=till.stores.campaigns),
    )
    change_campaign("Spring", lambda it: it.model_copy(update={"active": False}), at=AT, campaigns=late)
    assert till.stores.campaigns.get("Spring").vouchers_count == 1


def test_from_its_end_on_none_of_its_codes_is_worth_anything(till: Till) -> None:
    till.campaign("S-1", "S-2")
    queue = Queue()
    started = delete_campaign(
        "Spring",
        action=action(type_="CAMPAIGN_DELETION"),
        at=AT,
        campaigns=till.stores.campaigns,
        queue=queue,
    )
    assert (started.total, started.campaign_id, queue.sent) == (2, "camp_1", [(PROJECT, "async_1")])
    assert till.stores.campaigns.find("Spring") is None
    assert not till.validate("S-1").valid
    with pytest.raises(NotFound):
        delete_campaign("Spring", action=action("async_2"), at=AT, campaigns=till.stores.campaigns, queue=queue)


def test_what_there_is_not_cannot_be_changed(till: Till) -> None:
    with pytest.raises(NotFound):
        change_campaign("Spring", lambda it: it, at=AT, campaigns=till.stores.campaigns)


def test_whose_campaign_keeps_changing_is_told_to_ask_again(till: Till) -> None:
    till.campaign()

    def touch() -> None:
        change_campaign("Spring", lambda it: it, at=AT, campaigns=till.stores.campaigns)

    late = Overtaken(till.stores.campaigns, *[touch] * 12)
    with pytest.raises(Busy):
        change_campaign("Spring", lambda it: it.model_copy(update={"active": False}), at=AT, campaigns=late)
    assert till.stores.campaigns.get("Spring").active
