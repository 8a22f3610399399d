"""What limits count, on the real engine: every need is a condition, and holds count until they end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import Moved
from shared.domain.usages import Kept, Need, Usage, Used
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

    def spend(*needs: Need, by: dict[Usage, Used] | None = None, **holds: Any) -> None:
        by = {DAILY: ONE} if by is None else by
        table.commit(*usages.spending(usages.gather({**by}), by, needs, otherwise=Moved(), **holds))

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
        ("not as it was", Need(DAILY, "amount", exactly=0), False),
        ("never used, as it was", Need(ANNS, "times", exactly=0), True),
        ("never used, below its most", Need(ANNS, "times", most=0), True),
        ("never used, its most below nothing", Need(ANNS, "times", most=-1), False),
        ("never used, not as it was", Need(ANNS, "times", exactly=1), False),
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
    assert usages.gather([DAILY], own=[held.hold]).used == {DAILY: Used()}

    longer = held._replace(hold=held.hold._replace(until=AT + timedelta(hours=1), counted={DAILY.name: Used(1, 5, 1)}))
    spend(only_one, by={DAILY: Used(1, 5, 1)}, starting=[longer], ending=[held])
    assert usages.gather([DAILY]).kept[DAILY] == Kept(Used(1, 5, 1), 1)

    spend(only_one, Need(DAILY, "amount", exactly=0), ending=[longer])
    assert usages.gather([DAILY]).kept[DAILY] == Kept(ONE, 0)
    assert [item["SK"] for item in items()] == ["usage"], "no hold stands beside it any more"
