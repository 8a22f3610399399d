"""What limits count, on the real engine: every need is a condition, and holds count until they end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import Moved
from shared.domain.usages import Counted, Kept, Need, Usage, Used
from shared.domain.vouchers import Hold
from shared.storage.table import Table
from shared.storage.usages import HeldBy, UsageStore
from tests.unit.values import AT

DAILY = Usage("camp_1", "2026-03-17")
ANNS = Usage("v_1/cust_ann")
ONE = Used(1, 2_000, 300)


@pytest.fixture
def usages(table: Table, project: str) -> UsageStore:
    return UsageStore(table, project)


@pytest.fixture
def spend(table: Table, usages: UsageStore) -> Callable[..., None]:
    """Count one use of each usage, if every need holds."""

    def spend(*needs: Need, by: dict[Usage, Used] | None = None, counted: Counted | None = None, **holds: Any) -> None:
        by = {DAILY: ONE} if by is None else by
        known = counted or usages.gather({**by})
        table.commit(*usages.spending(known, by, needs, otherwise=Moved(), **holds))

    return spend


def test_what_was_counted_is_known(usages: UsageStore, spend: Callable[..., None]) -> None:
    spend(by={DAILY: ONE, ANNS: ONE})
    spend(by={DAILY: ONE})
    assert usages.gather([DAILY, ANNS, Usage("camp_2")]).used == {
        DAILY: Used(2, 4_000, 600),
        ANNS: ONE,
        Usage("camp_2"): Used(),
    }


def test_counters_of_a_period_may_be_swept_and_those_of_all_time_may_not(
    spend: Callable[..., None], items: Callable[[], Any]
) -> None:
    spend(by={Usage("v_1", period): ONE for period in ("2026-03-17", "2026-W12", "2026-03", "all")})
    expires = {item["PK"].rpartition(" ")[2]: item.get("expires_at") for item in items()}
    # 400 days after the 17th, the Monday of the week, which is the 16th, and the 1st
    assert expires == {"2026-03-17": 1_808_265_600, "2026-W12": 1_808_179_200, "2026-03": 1_806_883_200, "all": None}


@pytest.mark.parametrize(
    ("case", "need", "held"),
    [
        ("below its most", Need(DAILY, "times", most=2), True),
        ("at its most", Need(DAILY, "times", most=1), False),
        ("to the last cent", Need(DAILY, "discounted", most=600), True),
        ("a cent too much", Need(DAILY, "discounted", most=599), False),
        ("as it was", Need(DAILY, "amount", exactly=2_000), True),
        ("never used, as it was", Need(ANNS, "times", exactly=0), True),
        ("never used, below its most", Need(ANNS, "times", most=0), True),
        ("never used, its most below nothing", Need(ANNS, "times", most=-1), False),
    ],
)
def test_a_need_is_a_condition_of_the_commit(
    spend: Callable[..., None], items: Callable[[], Any], case: str, need: Need, held: bool
) -> None:
    spend()
    before = items()
    if held:
        spend(need)
    else:
        with pytest.raises(Moved):
            spend(need)
    assert (items() != before) is held


def test_what_was_judged_exactly_must_still_be_as_it_was_read(
    usages: UsageStore, spend: Callable[..., None], items: Callable[[], Any]
) -> None:
    stale = usages.gather([DAILY, ANNS])
    spend()
    before = items()
    with pytest.raises(Moved):
        spend(Need(DAILY, "times", exactly=0), counted=stale)
    assert items() == before
    spend(Need(ANNS, "times", exactly=0), counted=stale, by={ANNS: ONE})


def test_what_is_given_back_may_be_used_again(
    table: Table, usages: UsageStore, spend: Callable[..., None], items: Callable[[], Any]
) -> None:
    last = Need(DAILY, "times", most=1)
    spend(last)
    table.commit(*usages.giving_back({DAILY: ONE}, otherwise=Moved()))
    assert usages.gather([DAILY]).used == {DAILY: Used()}
    spend(last)


def test_a_hold_counts_until_it_ends_and_not_against_itself(
    usages: UsageStore, spend: Callable[..., None], items: Callable[[], Any]
) -> None:
    only_one = Need(DAILY, "times", most=1)
    held = HeldBy("0123456789abcdef", Hold("cart-7", AT, counted={DAILY.name: ONE}))
    spend(only_one, starting=[held])
    with pytest.raises(Moved):
        spend(only_one)
    assert usages.gather([DAILY]).kept[DAILY].holds == 1

    longer = held._replace(hold=held.hold._replace(until=AT + timedelta(hours=1), counted={DAILY.name: Used(1, 5, 1)}))
    spend(only_one, by={DAILY: Used(1, 5, 1)}, starting=[longer], ending=[held])
    assert usages.gather([DAILY]).kept[DAILY] == Kept(Used(1, 5, 1), 1)

    spend(only_one, Need(DAILY, "amount", exactly=0), ending=[longer])
    assert usages.gather([DAILY]).kept[DAILY] == Kept(ONE, 0)
    assert [item["SK"] for item in items()] == ["usage"], "no hold stands beside it any more"


# A limit that everybody counts against

MANY = Used(64, 64_000, 6_400)


def bound(measure: str, most: int) -> Need:
    return Need(DAILY, measure, most=most)


def shards(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in items if item["SK"] == "shard"]


@pytest.mark.parametrize(
    ("case", "used", "needs", "spread"),
    [
        ("used often, no end of it", MANY, [], True),
        ("used often, as much left", MANY, [bound("times", 129)], True),
        ("used often, too few left", MANY, [bound("times", 128)], False),
        ("too little money left", MANY, [bound("discounted", 25_899)], False),
        ("much money left", MANY, [bound("discounted", 25_900), bound("times", 200)], True),
        ("used seldom", Used(63, 1, 1), [], False),
        ("judged by what it is exactly", MANY, [Need(DAILY, "times", exactly=64)], False),
    ],
)
def test_a_usage_is_spread_when_it_is_hot(
    usages: UsageStore,
    spend: Callable[..., None],
    items: Callable[[], Any],
    case: str,
    used: Used,
    needs: list[Need],
    spread: bool,
) -> None:
    spend(by={DAILY: used})
    spend(*needs)
    assert len(shards(items())) == (8 if spread else 0)
    assert usages.gather([DAILY]).used == {DAILY: used.plus(ONE)}
    for need in needs:
        left = [item.get(f"{need.measure}_left", 0) for item in shards(items())]
        if spread and need.most:
            assert sum(left) == need.most - getattr(used.plus(ONE), need.measure)
            assert max(left) - min(left) <= 1


@pytest.fixture
def hot(usages: UsageStore, spend: Callable[..., None]) -> Callable[..., None]:
    """Count against a usage that was spread with these needs."""

    def spread(*needs: Need) -> None:
        spend(by={DAILY: MANY})
        spend(*needs)

    return spread


def test_the_last_cents_are_found_on_several_shards(
    usages: UsageStore, hot: Callable[..., None], spend: Callable[..., None]
) -> None:
    budget = bound("discounted", 25_900)
    hot(budget)  # 19,200 are left, 2,400 on each of eight shards
    spend(budget, by={DAILY: Used(1, 1, 19_000)})
    with pytest.raises(Moved):
        spend(budget, by={DAILY: Used(1, 1, 201)})
    spend(budget, by={DAILY: Used(1, 1, 200)})
    assert usages.gather([DAILY]).used[DAILY].discounted == 25_900


def test_another_bound_is_kept_from_its_first_use_on(
    usages: UsageStore, hot: Callable[..., None], spend: Callable[..., None]
) -> None:
    hot(bound("times", 200))
    with pytest.raises(Moved):
        spend(bound("times", 65))
    spend(bound("times", 66))
    with pytest.raises(Moved):
        spend(bound("times", 66))
    spend(bound("times", 67))
    assert usages.gather([DAILY]).used[DAILY].times == 67


def test_who_has_no_bound_leaves_no_room_that_is_not_there(
    usages: UsageStore, hot: Callable[..., None], spend: Callable[..., None]
) -> None:
    few = bound("times", 129)
    hot(few)  # 64 are left
    spend(by={DAILY: Used(70)})
    with pytest.raises(Moved):
        spend(few)
    spend(by={DAILY: Used(-7)})
    spend(few)
    with pytest.raises(Moved):
        spend(few)
    assert usages.gather([DAILY]).used[DAILY].times == 129


def test_what_is_judged_exactly_is_compared_over_all_shards(
    usages: UsageStore, hot: Callable[..., None], spend: Callable[..., None]
) -> None:
    hot()
    stale = usages.gather([DAILY])
    spend(Need(DAILY, "times", exactly=65))
    assert usages.gather([DAILY]).used[DAILY].times == 66
    with pytest.raises(Moved):
        spend(Need(DAILY, "times", exactly=65), counted=stale)


def test_who_has_read_it_as_one_item_changes_nothing(
    table: Table, usages: UsageStore, hot: Callable[..., None], items: Callable[[], Any]
) -> None:
    stale = usages.gather([DAILY])
    hot()
    before = items()
    for needs in ([], [bound("times", 100)]):
        with pytest.raises(Moved):
            table.commit(*usages.spending(stale, {DAILY: ONE}, needs, otherwise=Moved()))
    assert items() == before


def test_holds_on_a_spread_usage_come_and_go(
    usages: UsageStore, hot: Callable[..., None], spend: Callable[..., None], items: Callable[[], Any]
) -> None:
    few = bound("times", 129)
    hot(few)
    held = HeldBy("0123456789abcdef", Hold("cart-7", AT, counted={DAILY.name: ONE}))
    spend(few, starting=[held])
    counted = usages.gather([DAILY])
    assert counted.kept[DAILY].holds == 1
    assert usages.lapsed(counted, [DAILY], at=AT).used == {DAILY: MANY.plus(ONE)}
    assert usages.lapsed(counted, [DAILY], at=AT, own=[held]).lapsed == ()
    spend(few, by={}, ending=[held])
    assert usages.gather([DAILY]).kept[DAILY].holds == 0
    assert sum(item["times_left"] for item in shards(items())) == 64


def test_many_at_once_spend_a_budget_to_the_last_cent(
    table: Table, usages: UsageStore, hot: Callable[..., None]
) -> None:
    few, money = bound("times", 1_000), bound("discounted", 25_900)
    hot(few, money)

    def spend_until_it_is_gone(_: int) -> int:
        spent = 0
        while (counted := usages.gather([DAILY])).used[DAILY].discounted + 700 <= 25_900:
            try:
                table.commit(*usages.spending(counted, {DAILY: Used(1, 0, 700)}, (few, money), otherwise=Moved()))
                spent += 1
            except Moved:
                continue
        return spent

    with ThreadPoolExecutor(8) as pool:
        spent = sum(pool.map(spend_until_it_is_gone, range(8)))
    assert spent == 19_200 // 700
    assert usages.gather([DAILY]).used[DAILY] == MANY.plus(ONE).plus(Used(spent, 0, 700 * spent))
