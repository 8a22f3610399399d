"""What a validation rule answers as a whole: why not, in whose words, for which lines, resting on which limits."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import Reason
from shared.domain.rules.asks import Asks
from shared.domain.rules.sets import Explained
from shared.domain.usages import Need, Usage
from tests.unit.judging import case, holds, judged, line, order, person, rule, rules, used
from tests.unit.values import AT, DAY, MILLISECOND

VIP = rule("customer.segment", is_=["seg_vip"])
ABOVE_100 = rule("order.amount", more_than=[10_000])
ONCE = rule("redemption.count.per_customer", less_than_or_equal=[1])
ANYBODY = person()


class TestWhy:
    """The key is of the first subject that fails, in the contract's order of checks."""

    @pytest.mark.parametrize(
        ("why", "of", "key"),
        [
            ("nobody", case(amount=20_000), "customer_rules_violated"),
            ("not a VIP", case(person=ANYBODY, amount=20_000), "customer_rules_violated"),
            (
                "too little",
                case(person=ANYBODY, segments=frozenset({"seg_vip"}), amount=10_000),
                "order_rules_violated",
            ),
            ("neither", case(person=ANYBODY, amount=10_000), "customer_rules_violated"),
            (
                "twice",
                case(person=ANYBODY, segments=frozenset({"seg_vip"}), amount=20_000, used=used("v_1/cust_1", 1)),
                "redemption_rules_violated",
            ),
        ],
    )
    def test_of_all_that_must_hold(self, why: str, of: Any, key: str) -> None:
        refused = judged(ONCE, ABOVE_100, VIP).unmet(of)
        assert refused
        assert refused.key == key
        assert not refused.own

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("product.id", "order_rules_violated"),
            ("sku.id", "order_rules_violated"),
            ("order.items.any", "order_rules_violated"),
            ("customer.segment", "customer_rules_violated"),
        ],
    )
    def test_by_the_subject_of_its_name(self, name: str, key: str) -> None:
        refused = judged(rule(name, is_=["x"])).unmet(order(line("y")))
        assert refused
        assert refused.key == key

    @pytest.mark.parametrize(
        ("name", "attribute", "conditions"),
        [
            ("publication.redeemable_by_linked_customer", None, {"is_": True}),
            ("campaign.orders.amount", None, {"less_than": 1}),
            ("custom_event.metadata", "stars", {"is_": 5}),
            ("redemption.gift.amount", None, {"is_": 5}),
        ],
    )
    def test_everything_else_is_of_the_redemption(self, name: str, attribute: str | None, conditions: Any) -> None:
        refused = judged(rule(name, attribute, **conditions)).unmet(case())
        assert refused == Reason("redemption_rules_violated", "redemption does not meet the rules")


class TestWords:
    """A rule's own error wins over the set's; what a rule below says wins over both where it alone fails."""

    def test_its_own(self) -> None:
        one = judged({**ABOVE_100, "error": {"message": "Spend more!"}}, error={"message": "No."})
        assert one.unmet(case(amount=1)) == Reason("order_rules_violated", "Spend more!", own=True)

    def test_the_sets(self) -> None:
        one = judged(ABOVE_100, error={"message": "No."})
        assert one.unmet(case(amount=1)) == Reason("order_rules_violated", "No.", own=True)

    def test_of_a_rule_below(self) -> None:
        few = rule("product.quantity", more_than=1, error="Take two!")
        one = judged(rule("product.id", is_="mug", below=rules(few), error="Take a mug!"))
        assert one.unmet(order(line("mug"))) == Reason("order_rules_violated", "Take two!", own=True)
        assert one.unmet(order(line("tee"))) == Reason("order_rules_violated", "Take a mug!", own=True)
        assert one.unmet(order(line("mug", quantity=2))) is None

    def test_of_a_choice_that_is_met_nobody_is_to_blame(self) -> None:
        one = judged(
            rule("order.amount", more_than=9, error="Or nine."),
            rule("order.amount", less_than=9),
            rule("order.items.count", more_than=1, error="Take two!"),
            logic="(1 OR 2) AND 3",
        )
        assert one.unmet(case(amount=1)) == Reason("order_rules_violated", "Take two!", own=True)

    def test_of_the_subject_that_is_blamed(self) -> None:
        bundle = rules(rule("customer.segment", is_="seg_a"))
        one = judged(rule("order.amount", more_than=9, error="Spend more!"), bundle_rules=bundle)
        assert one.unmet(case(amount=1)) == Reason("customer_rules_violated", "customer does not meet the rules")

    def test_of_several_the_first_that_says_something(self) -> None:
        said = {**ABOVE_100, "error": {"message": "Spend more!"}}
        one = judged(said, rule("order.amount", more_than=9, error="Or nine."), logic="2 OR 1")
        assert one.unmet(case(amount=1)) == Reason("order_rules_violated", "Or nine.", own=True)


class TestLines:
    """Which lines a discount is for."""

    CART = order(line("mug", "pc_kitchen"), line("cup", "pc_kitchen"), line("shoe"))

    @pytest.mark.parametrize(
        ("why", "to", "numbers"),
        [
            ("nothing is said", {}, [0, 1, 2]),
            ("a product", {"included": [{"id": "mug"}]}, [0]),
            ("a collection", {"included": [{"object": "products_collection", "id": "pc_kitchen"}]}, [0, 1]),
            ("by the shop's id", {"included": [{"source_id": "shoe"}]}, [2]),
            ("all but", {"excluded": [{"id": "mug"}]}, [1, 2]),
            ("all of them but", {"included_all": True, "excluded": [{"id": "pc_kitchen"}]}, [2]),
            ("a collection but", {"included": [{"id": "pc_kitchen"}], "excluded": [{"id": "mug"}]}, [1]),
            ("all, whatever else", {"included_all": True, "included": [{"id": "mug"}]}, [0, 1, 2]),
        ],
    )
    def test_that_it_names(self, why: str, to: Any, numbers: list[int]) -> None:
        one = judged(ABOVE_1, applicable_to=to)
        assert [found.number for found in one.lines(self.CART._replace(amount=5))] == numbers
        assert one.holds(self.CART._replace(amount=5))

    def test_an_order_without_any_of_them_is_refused(self) -> None:
        assert not holds(self.CART, applicable_to={"included": [{"id": "tee"}]})
        assert not holds(case(amount=5), applicable_to={"included": [{"id": "mug"}]})
        assert judged(applicable_to={"included": [{"id": "tee"}]}).unmet(self.CART) == Reason(
            "order_rules_violated", "order does not meet the rules"
        )

    def test_are_of_the_order_which_is_looked_at_before_the_redemption(self) -> None:
        one = judged(rule("redemption.count", less_than=1), applicable_to={"included": [{"id": "tee"}]})
        refused = one.unmet(self.CART)
        assert refused
        assert refused.key == "order_rules_violated"

    def test_that_a_rule_below_marks(self) -> None:
        applies = rules(rule("product.discount_applicable", is_=True))
        one = judged(rule("product.id", is_="mug", below=applies), rule("product.id", is_="shoe"))
        assert [found.number for found in one.lines(self.CART)] == [0]

    def test_that_a_rule_below_a_rule_below_marks(self) -> None:
        applies = rules(rule("product.discount_applicable", is_=True))
        cheap = rule("order.items.price", less_than=500, below=applies)
        cart = order(line("mug", price=400), line("mug", price=600), line("tee", price=300))
        one = judged(rule("product.id", is_="mug", below=rules(cheap)))
        assert [found.number for found in one.lines(cart)] == [0]

    def test_that_a_rule_below_spares(self) -> None:
        spared = rules(rule("product.discount_applicable", is_=False))
        one = judged(rule("order.items.any", is_="pc_kitchen", below=spared))
        assert [found.number for found in one.lines(self.CART)] == [2]

    def test_that_the_cheapest_marks(self) -> None:
        cart = order(line("mug", price=500), line("cup", price=400), line("mug", price=400))
        applies = rules(rule("product.discount_applicable", is_=True))
        one = judged(rule("order.items.cheapest", is_="mug", below=applies))
        assert [found.number for found in one.lines(cart)] == [2]


ABOVE_1 = rule("order.amount", more_than=1)


def test_a_bundle_must_be_met_beside_the_rules() -> None:
    two = rules(rule("order.items.aggregated_quantity", more_than_or_equal=2))
    bundle = rules(rule("order.items.any", is_="mug", below=two), rule("order.items.any", is_="shoe"))
    both, one = order(line("mug", quantity=2), line("shoe")), order(line("mug"), line("shoe"))
    assert holds(both, bundle_rules=bundle)
    assert not holds(one, bundle_rules=bundle)
    assert holds(both._replace(amount=2), ABOVE_1, bundle_rules=bundle)
    assert not holds(both._replace(amount=1), ABOVE_1, bundle_rules=bundle)


def test_without_rules_anybody_may() -> None:
    assert holds(case())


def test_what_must_be_known_beforehand() -> None:
    shoes = {"id": "pc_shoes", "object": "products_collection"}
    own = {"id": "c1", "object": "products_collection"}
    below = rules(rule("order.items.any", is_=["pc_red"]), rule("product.metadata", "colour", is_="red"))
    one = judged(
        rule("customer.segment", in_=["seg_a", "seg_b"]),
        rule("order.items.any", is_=[shoes, {"id": "prod_1"}], below=below),
        rule("redemption.count.daily", less_than=3),
        rule("campaign.orders.amount", less_than=3),
        logic="1 OR 2 OR 3 OR 4",
        bundle_rules=rules(rule("customer.segment", is_=["seg_c"])),
        applicable_to={"included": [own], "excluded": [{"id": "prod_2"}]},
    )
    assert one.asks == Asks(
        segments=frozenset({"seg_a", "seg_b", "seg_c"}),
        collections=frozenset({"pc_shoes", "pc_red", "c1"}),
        limits=frozenset({"redemption.count.daily", "campaign.orders.amount"}),
        lines=True,
        products=True,
        history=True,
        price=True,
    )
    assert judged(ABOVE_1).asks == Asks()
    assert judged(rule("order.total_amount", less_than=3)).asks == Asks(price=True)
    assert judged(rule("redemption.gift.amount", less_than=3)).asks == Asks(price=True)


class TestNeeds:
    """What a verdict rests on: no more than it must."""

    BUDGET = rule("campaign.orders.amount_discounted", less_than_or_equal=2_000)
    MINE, BUDGETS = Usage("v_1/cust_1"), Usage("camp_1")

    def test_all_of_what_must_hold(self) -> None:
        assert judged(ONCE, self.BUDGET).needs(case()) == (
            Need(self.MINE, "times", most=1),
            Need(self.BUDGETS, "discounted", most=2_000),
        )

    def test_nothing_where_another_branch_holds_without_it(self) -> None:
        assert judged(ONCE, ABOVE_1, logic="1 OR 2").needs(case(amount=2)) == ()
        assert judged(ONCE, ABOVE_1, logic="1 OR 2").needs(case(amount=1)) == (Need(self.MINE, "times", most=1),)

    def test_the_branch_that_needs_least(self) -> None:
        one = judged(ONCE, self.BUDGET, rule("redemption.count", more_than=0), logic="(1 AND 2) OR 3 OR 2")
        assert one.needs(case()) == (Need(self.BUDGETS, "discounted", most=2_000),)

    def test_a_bound_rather_than_a_count(self) -> None:
        exact, bound = rule("redemption.count", is_=1), rule("campaign.redemptions.count", less_than=9)
        assert judged(exact, bound, logic="1 OR 2").needs(case()) == (Need(Usage("camp_1"), "times", most=8),)

    @pytest.mark.parametrize(
        ("conditions", "most", "exactly"),
        [
            ({"less_than_or_equal": 9}, 9, None),
            ({"less_than_or_equal": 9.5}, 9, None),
            ({"less_than": 9}, 8, None),
            ({"less_than": 9.5}, 9, None),
            ({"less_than": [7, 9]}, 8, None),
            ({"less_than": 9, "less_than_or_equal": 7}, 7, None),
            ({"more_than": 1}, None, 5),
            ({"more_than": 1, "less_than": 9}, None, 5),
            ({"is_": 6}, None, 5),
            ({"is_not": 7}, None, 5),
            ({"in_": [1, 6]}, None, 5),
        ],
    )
    def test_of_a_condition(self, conditions: Any, most: int | None, exactly: int | None) -> None:
        of = case(used=used("v_1", 5))
        assert judged(rule("redemption.count", **conditions)).needs(of) == (
            Need(Usage("v_1"), "times", most=most, exactly=exactly),
        )

    def test_one_a_usage_the_strictest(self) -> None:
        twice = judged(rule("redemption.count", less_than=9), rule("redemption.count", less_than=4))
        assert twice.needs(case()) == (Need(Usage("v_1"), "times", most=3),)
        exact = judged(rule("redemption.count", less_than=9), rule("redemption.count", is_not=4))
        assert exact.needs(case()) == (Need(Usage("v_1"), "times", exactly=0),)
        bundled = judged(
            rule("redemption.count", less_than=9), bundle_rules=rules(rule("redemption.count", less_than=4))
        )
        assert bundled.needs(case()) == (Need(Usage("v_1"), "times", most=3),)


def test_a_rule_is_explained_as_a_tree() -> None:
    more = rule("product.quantity", more_than=1)
    one = judged(
        VIP,
        rule("customer.metadata", "club", is_not=["A"]),
        rule("product.id", is_=[{"id": "mug"}], below=rules(more)),
        ONCE,
        logic="1 OR (2 AND 3) OR 4",
        applicable_to={"included": [{"id": "mug"}]},
    )
    of = order(line("mug", "pc"), line("tee"), person=person(metadata={"club": "B"}), used=used("v_1/cust_1", 1))
    assert one.explain(of) == Explained(
        False,
        parts=(
            Explained(
                False,
                name="rules",
                logic="1 OR (2 AND 3) OR 4",
                parts=(
                    Explained(False, "1", "customer.segment", None, {"$is": ["seg_vip"]}, []),
                    Explained(True, "2", "customer.metadata", "club", {"$is_not": ["A"]}, "B"),
                    Explained(
                        False,
                        "3",
                        "product.id",
                        None,
                        {"$is": [{"id": "mug"}]},
                        [["mug", "pc"], ["tee"]],
                        "1",
                        (Explained(False, "1", "product.quantity", None, {"$more_than": [1]}, [1]),),
                    ),
                    Explained(False, "4", "redemption.count.per_customer", None, {"$less_than_or_equal": [1]}, 2),
                ),
            ),
            Explained(True, name="applicable_to", wanted={"included": [{"id": "mug"}]}, saw=[0]),
        ),
    )


def test_what_was_seen_is_json() -> None:
    of = case(person=person(1, AT - DAY, birthdate="2000-02-29"))
    last = judged(rule("customer.summary.orders.last_order_date", before="2026-01-01")).explain(of)
    born = judged(rule("customer.birthdate", before="2026-01-01")).explain(of)
    assert last.parts[0].parts[0].saw == "2026-03-16T08:00:00.000Z"
    assert born.parts[0].parts[0].saw == "2000-02-29"


class TestLiteralExamples:
    """MISSION's, to the cent and to the day."""

    INACTIVE = (rule("customer.summary.orders.last_order_date", more_than_ago="P3M"), ABOVE_100)
    LAST = AT.replace(year=2025, month=12)  # three months before, to the millisecond

    @pytest.mark.parametrize(
        ("why", "last", "amount", "met"),
        [
            ("inactive, above 100", LAST - MILLISECOND, 10_001, True),
            ("inactive, at 100.00 exactly", LAST - MILLISECOND, 10_000, False),
            ("three months ago to the day", LAST, 10_001, False),
            ("yesterday", AT - DAY, 10_001, False),
            ("never", None, 10_001, False),
        ],
    )
    def test_inactive_more_than_three_months(self, why: str, last: Any, amount: int, met: bool) -> None:
        assert holds(case(person=person(1, last), amount=amount), *self.INACTIVE) is met

    @pytest.mark.parametrize(
        ("why", "amount", "status", "met"),
        [
            ("above 250 and premium", 25_001, "premium", True),
            ("at 250.00 exactly", 25_000, "premium", False),
            ("above, not premium", 25_001, "basic", False),
            ("above, no status", 25_001, None, False),
        ],
    )
    def test_cart_above_250_and_premium(self, why: str, amount: int, status: str | None, met: bool) -> None:
        asked = (rule("order.amount", more_than=25_000), rule("customer.metadata", "status", is_="premium"))
        assert holds(case(person=person(metadata={"status": status}), amount=amount), *asked) is met

    @pytest.mark.parametrize(("orders", "met"), [(0, True), (1, False)])
    def test_first_purchase(self, orders: int, met: bool) -> None:
        assert holds(case(person=person(orders)), rule("customer.summary.orders.total_count", is_=0)) is met

    def test_customers_of_ireland_only_at_the_time_that_it_is_there(self) -> None:
        irish = case(person=person(address={"country": "IE"}))
        british = case(person=person(address={"country": "GB"}))
        assert holds(irish, rule("customer.address.country", is_="IE"))
        assert not holds(british, rule("customer.address.country", is_="IE"))

    def test_m2_rules_on_a_code(self) -> None:
        """Product, segment, campaign budget, price of the items in the cart, order history."""
        asked = (
            rule("product.id", is_=[{"id": "mug"}], below=rules(rule("product.quantity", more_than_or_equal=2))),
            rule("customer.segment", is_=["seg_vip"]),
            rule("campaign.orders.amount_discounted", less_than_or_equal=2_000),
            rule("order.items.price_each", less_than=2_000),
            rule("customer.summary.orders.total_count", more_than_or_equal=3),
        )
        good = order(
            line("mug", quantity=2, price=1_500),
            person=person(3),
            segments=frozenset({"seg_vip"}),
            used=used("camp_1", discounted=1_700),
        )
        assert holds(good, *asked)
        for worse in (
            good._replace(lines=(line("mug", quantity=1, price=1_500),)),
            good._replace(segments=frozenset()),
            good._replace(used=used("camp_1", discounted=1_701)),
            good._replace(lines=(line("mug", quantity=2, price=2_000),)),
            good._replace(person=person(2)),
        ):
            assert not holds(worse, *asked)

    def test_a_budget_of_20_is_six_times_3(self) -> None:
        asked = rule("campaign.orders.amount_discounted", less_than_or_equal=2_000)
        met = [holds(case(used=used("camp_1", discounted=300 * before)), asked) for before in range(8)]
        assert met == [True] * 6 + [False] * 2

    def test_m7_built_in_and_custom_attributes_at_the_moment_of_the_question(self) -> None:
        asked = (
            rule("customer.metadata", "club", in_=["gold", "silver"]),
            rule("customer.created_at", more_than_ago="P1Y"),
            rule("customer.summary.orders.total_amount", more_than_or_equal=50_000),
        )
        of = case(person=person(9, DAY, amount=50_000, metadata={"club": "gold"}))
        assert holds(of, *asked)
        assert not holds(of._replace(at=AT - timedelta(days=35)), *asked)
        assert not holds(of._replace(person=person(9, DAY, amount=49_999, metadata={"club": "gold"})), *asked)
