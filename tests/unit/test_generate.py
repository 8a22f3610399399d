"""Work that a queue carries on: piece by piece, each with its progress, so that none is lost and none done twice."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from shared.domain.actions import AsyncAction
from shared.domain.codes import CodeConfig
from shared.domain.errors import Busy, NotFound
from shared.domain.imports import Changes
from shared.usecases import ROUNDS
from shared.usecases.campaigns import PIECE, delete_campaign, start_adding_vouchers
from shared.usecases.generate import STINT, Means, carry_on
from tests.fakes import Overtaken, Queue
from tests.unit.till import Till
from tests.unit.values import AT, DAY, drawing, numbering

LATER = AT + DAY


def start(till: Till, count: int, **own: Any) -> None:
    action = AsyncAction(id="async_1", type="CAMPAIGN_VOUCHERS_GENERATION", campaign_id="camp_1", created_at=AT)
    start_adding_vouchers("camp_1", count, own, action=action, campaigns=till.stores.campaigns, queue=Queue())


def work(till: Till, draw: Callable[[CodeConfig], str] | None = None, *, store: Any = None) -> AsyncAction | None:
    return carry_on("async_1", means(store or till.stores.work, draw or numbering()), at=LATER)


def means(store: Any, draw: Callable[[CodeConfig], str], go_on: Callable[[], bool] = lambda: True) -> Means:
    return Means(store, lambda config, count: [draw(config) for _ in range(count)], {}, go_on)


@pytest.mark.parametrize("count", [2, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_as_many_codes_are_made_as_were_asked_for(till: Till, count: int) -> None:
    till.campaign()
    start(till, count, metadata={"a": 1})
    done = work(till)
    assert done
    assert (done.status, done.done, done.progress, done.updated_at) == ("DONE", count, 100, LATER)
    assert done.result == {"done_count": count, "failed_count": 0}
    spring = till.stores.campaigns.get("Spring")
    assert (spring.vouchers_count, spring.creation_status) == (count, "DONE")
    assert len(list(till.stores.work.codes("camp_1"))) == count
    last = till.find(f"NEW-{count}")
    assert (last.metadata, last.quantity, last.campaign, last.created_at) == ({"a": 1}, 1, "Spring", LATER)


def test_a_message_that_comes_twice_makes_nothing_more(till: Till) -> None:
    till.campaign()
    start(till, 5)
    work(till)
    before = till.stores.everything()
    assert work(till) == till.stores.work.action("async_1")
    assert till.stores.everything() == before


def test_a_message_without_its_action_is_dropped(till: Till) -> None:
    assert work(till) is None


class Crash(Exception):
    """The worker is gone."""


@pytest.mark.parametrize("pieces", [0, 1, 2])
def test_who_takes_over_from_a_crash_makes_just_what_is_left(till: Till, pieces: int) -> None:
    till.campaign()
    start(till, 3 * PIECE)
    draw = numbering()

    def crash() -> None:
        raise Crash

    with pytest.raises(Crash):
        work(till, draw, store=Overtaken(till.stores.work, *[lambda: None] * pieces, crash))
    halfway = till.stores.work.action("async_1")
    assert halfway
    assert sum(lane.done for lane in till.stores.work.lanes(halfway)) == pieces * PIECE
    assert len(list(till.stores.work.codes("camp_1"))) == pieces * PIECE
    work(till, draw)
    assert till.stores.campaigns.get("Spring").vouchers_count == 3 * PIECE
    assert len(list(till.stores.work.codes("camp_1"))) == 3 * PIECE


def times(number: int) -> Callable[[], bool]:
    """There is time for so many pieces."""
    left = iter(range(number))
    return lambda: next(left, None) is not None


def test_who_runs_out_of_time_leaves_the_rest_to_the_next(till: Till) -> None:
    till.campaign()
    start(till, 3 * PIECE)
    draw = numbering()
    seen = []
    for looks in (0, 3, 9):  # one before it begins, one before each piece
        done = carry_on("async_1", means(till.stores.work, draw, times(looks)), at=LATER)
        assert done
        seen.append((done.status, done.done, till.stores.campaigns.get("Spring").vouchers_count))
    assert seen == [("ENQUEUED", 0, 0), ("IN_PROGRESS", 2 * PIECE, 2 * PIECE), ("DONE", 3 * PIECE, 3 * PIECE)]


def test_progress_is_noted_after_each_stint_and_the_campaign_counts_it(till: Till) -> None:
    till.campaign()
    total = 8 * PIECE * STINT + 8
    start(till, total)
    noted = []

    class Noting(Overtaken):
        COMMITS = frozenset({"note", "settle"})

    def look() -> None:
        action = till.stores.work.action("async_1")
        assert action
        noted.append((action.done, action.progress, till.stores.campaigns.get("Spring").vouchers_count))

    done = work(till, store=Noting(till.stores.work, look, look))
    assert noted == [(0, 0, 0), (total - 8, 99, total - 8)]
    assert done
    assert (done.done, till.stores.campaigns.get("Spring").vouchers_count) == (total, total)


def test_two_workers_at_once_make_no_code_too_many(till: Till) -> None:
    till.campaign()
    start(till, 2 * PIECE)
    draw = numbering()
    done = work(till, draw, store=Overtaken(till.stores.work, lambda: work(till, draw)))
    assert done
    assert done.status == "DONE"
    assert till.stores.campaigns.get("Spring").vouchers_count == 2 * PIECE
    assert len(list(till.stores.work.codes("camp_1"))) == 2 * PIECE


def test_codes_that_are_drawn_twice_or_taken_are_drawn_again(till: Till) -> None:
    till.campaign()
    till.voucher("TAKEN")
    start(till, 3)
    done = work(till, drawing("A", "TAKEN", "C", "A", "a", "A", "B", "B", "C", "D"))
    assert done
    assert done.done == 3
    assert {till.find(code).campaign_id for code in "ABC"} == {"camp_1"}
    assert till.find("TAKEN").campaign_id is None


def test_where_every_code_is_taken_the_action_ends_and_says_so(till: Till) -> None:
    till.campaign()
    till.voucher("TAKEN")
    start(till, 2)
    ended = work(till, drawing("FREE", "TAKEN", "FREE", *["TAKEN"] * 10_000))
    assert ended
    assert (ended.status, ended.done) == ("FAILED", 1)
    full = "nearly every code that the pattern makes is taken"
    assert ended.result == {"done_count": 1, "failed_count": 1, "failure": full}
    spring = till.stores.campaigns.get("Spring")
    assert (spring.vouchers_count, spring.creation_status, spring.making) == (1, "FAILED", {})


def test_no_code_is_made_for_a_campaign_that_ended(till: Till) -> None:
    spring = till.campaign()
    start(till, 5)
    now = till.stores.campaigns.get(spring.id)
    till.stores.campaigns.save(now.model_copy(update={"deleted": True}))
    done = work(till)
    assert done
    assert (done.status, done.done) == ("FAILED", 0)
    assert done.result == {"done_count": 0, "failed_count": 5, "failure": "the campaign was deleted"}
    assert list(till.stores.work.codes("camp_1")) == []


def delete(till: Till) -> None:
    action = AsyncAction(id="async_1", type="CAMPAIGN_DELETION", campaign_id="camp_1", created_at=AT)
    delete_campaign("Spring", action=action, at=AT, campaigns=till.stores.campaigns, queue=Queue())


@pytest.mark.parametrize("count", [0, 1, PIECE, PIECE + 1])
def test_the_end_of_a_campaign_takes_every_code_and_frees_its_name(till: Till, count: int) -> None:
    till.campaign(*(f"S-{i}" for i in range(count)))
    till.voucher("MUG")
    delete(till)
    done = work(till)
    assert done
    assert (done.status, done.progress, done.result) == ("DONE", 100, {"deleted_count": count})
    assert list(till.stores.work.codes("camp_1")) == []
    assert till.stores.work.campaign("camp_1") is None
    assert till.find("MUG").code == "MUG"
    assert till.campaign("S-0", id_="camp_2").name == "Spring"


def test_a_deletion_that_runs_out_of_time_is_carried_on(till: Till) -> None:
    till.campaign(*(f"S-{i}" for i in range(2 * PIECE)))
    delete(till)
    first = carry_on("async_1", means(till.stores.work, numbering(), times(1)), at=LATER)
    assert first
    assert (first.status, first.done, first.progress) == ("IN_PROGRESS", 90, 45)
    assert len(list(till.stores.work.codes("camp_1"))) == 2 * PIECE - 90
    done = work(till)
    assert done
    assert (done.status, done.result) == ("DONE", {"deleted_count": 2 * PIECE})


def test_a_deletion_that_crashed_is_carried_on(till: Till) -> None:
    till.campaign(*(f"S-{i}" for i in range(PIECE + 5)))
    delete(till)

    class Late(Overtaken):
        COMMITS = frozenset({"remove_campaign"})

    def crash() -> None:
        raise Crash

    with pytest.raises(Crash):
        work(till, store=Late(till.stores.work, crash))
    done = work(till)
    assert done
    assert done.status == "DONE"
    assert till.stores.work.campaign("camp_1") is None
    with pytest.raises(NotFound):
        till.find("S-0")


def test_a_worker_that_keeps_being_overtaken_gives_the_message_back(till: Till) -> None:
    till.campaign()
    start(till, 5)

    def touch() -> None:
        action = till.stores.work.action("async_1")
        assert action
        [lane] = till.stores.work.lanes(action)
        till.stores.work.bring_in(action, lane, Changes())

    with pytest.raises(Busy):
        work(till, store=Overtaken(till.stores.work, *[touch] * ROUNDS * STINT))
    assert list(till.stores.work.codes("camp_1")) == []


def test_the_end_of_a_campaign_stops_who_is_still_giving_it_codes(till: Till) -> None:
    till.campaign()
    start(till, 3 * PIECE)

    def end() -> None:
        action = AsyncAction(id="async_2", type="CAMPAIGN_DELETION", campaign_id="camp_1", created_at=AT)
        delete_campaign("Spring", action=action, at=AT, campaigns=till.stores.campaigns, queue=Queue())
        carry_on("async_2", means(till.stores.work, numbering()), at=LATER)

    done = work(till, store=Overtaken(till.stores.work, lambda: None, end))
    assert done
    assert (done.status, done.result) == (
        "FAILED",
        {"done_count": PIECE, "failed_count": 2 * PIECE, "failure": "the campaign was deleted"},
    )
    assert list(till.stores.work.codes("camp_1")) == []
    assert till.stores.work.campaign("camp_1") is None


def test_a_campaign_is_in_progress_as_long_as_one_of_its_actions_is(till: Till) -> None:
    till.campaign()
    start(till, 5)
    action = AsyncAction(id="async_2", type="CAMPAIGN_VOUCHERS_GENERATION", campaign_id="camp_1", created_at=AT)
    start_adding_vouchers("camp_1", 7, {}, action=action, campaigns=till.stores.campaigns, queue=Queue())
    draw = numbering()
    work(till, draw)
    halfway = till.stores.campaigns.get("Spring")
    assert (halfway.creation_status, halfway.vouchers_count, halfway.making) == ("IN_PROGRESS", 5, {"async_2": 7})
    carry_on("async_2", means(till.stores.work, draw), at=LATER)
    through = till.stores.campaigns.get("Spring")
    assert (through.creation_status, through.vouchers_count, through.making) == ("DONE", 12, {})


def test_half_of_a_small_space_can_be_made(till: Till) -> None:
    till.campaign(code_config=CodeConfig(length=4, charset="numbers"))
    action = AsyncAction(id="async_1", type="CAMPAIGN_VOUCHERS_GENERATION", campaign_id="camp_1", created_at=AT)
    start_adding_vouchers("camp_1", 5_000, {}, action=action, campaigns=till.stores.campaigns, queue=Queue())
    done = work(till, seeded_draw())
    assert done
    assert (done.status, done.done) == ("DONE", 5_000)


def seeded_draw() -> Callable[[CodeConfig], str]:
    random = Random(1)
    return lambda config: config.draw(random.choice)
