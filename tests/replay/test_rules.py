"""The retailer's year with the product rule on: what the data say by themselves, and its first days at the service."""

from infra.local.service import running
from tests.replay import rules, year
from tests.replay.rules import Shop, Times


def test_the_year_must_end_as_plain_counting_says_and_its_first_uses_do() -> None:
    campaigns, uses = year.read()
    goods = rules.read(uses)
    whole = rules.expected(uses, goods)
    assert str(whole) == "accepted 1580 refused 522 (order_rules_violated 502, quantity_exceeded 20)"
    assert sum(map(goods.meets, uses)) == 1_594
    assert max(map(len, goods.named.values())) == 14_477
    assert max(map(len, goods.baskets.values())) == 136

    few, times = [use for use in uses[:10] if len(goods.named[rules.coupon_of(use)]) < 100], Times()
    with running() as service:
        outcome = year.replay(service.url, campaigns, few, lambda http: Shop(http, goods, times))
    assert outcome == rules.expected(few, goods)
    assert min(outcome.accepted, outcome.refused["order_rules_violated"]) > 0
    assert [len(took["redemptions"]) for took in times.took.values()] == [len(few)]
