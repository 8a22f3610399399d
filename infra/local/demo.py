"""`make demo`: the main job as a short story, told by a real service over real HTTP.

Whatever it shows comes from an answer, and every ✓ is a check: the first that fails ends the story with exit 1.
"""

import io
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from threading import Barrier
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from infra.local.service import SANDBOX, running

RACERS = 50

Json = dict[str, Any]


class Broken(Exception):
    """The service did not do what the story was about to tell."""


class Story:
    """Calls the service, shows each call in one line, and checks what it claims."""

    def __init__(self, http: httpx.Client, console: Console) -> None:
        self.http = http
        self.console = console
        self.chapters = 0

    def chapter(self, title: str, text: str) -> None:
        self.chapters += 1
        self.console.print()
        self.console.rule(f"[bold]{self.chapters}  {title}[/]", align="left", style="dim")
        self.show(text)

    def show(self, what: RenderableType) -> None:
        self.console.print(Padding.indent(what, 3))

    def prove(self, claim: str, *, holds: bool) -> None:
        if not holds:
            raise Broken(f"not as it should be: {claim}")
        self.show(f"[green]✓[/] {escape(claim)}")

    def call(self, method: str, path: str, body: Json | None = None, *, status: int = 200) -> Json:
        """The answer's JSON, empty where it has no body; another status, or ``valid: false``, breaks the story."""
        answer = self.http.request(method, path, json=body)
        self.log(method, path, answer.status_code)
        if answer.status_code != status:
            raise Broken(f"{method} {path} should answer {status}: {answer.text}")
        said: Json = answer.json() if answer.content else {}
        if not said.get("valid", True):
            raise Broken(f"{method} {path} should find this valid: {answer.text}")
        return said

    def log(self, method: str, path: str, status: int, times: int = 1) -> None:
        colour = "green" if status < httpx.codes.BAD_REQUEST else "yellow"
        count = f", {times} times" if times > 1 else ""
        self.show(f"[dim]{method} {escape(path)} →[/] [{colour}]{status}[/][dim]{count}[/]")


def tell(story: Story) -> None:
    campaign = launch(story)
    ada, ben, chloe = issue(story, campaign, "Ada", "Ben", "Chloe")
    check_out(story, ada)
    race(story, ben)
    taken = hold(story, chloe)
    roll_back(story, chloe, taken)
    look_back(story)
    celebrate(story, campaign)


def launch(story: Story) -> Json:
    story.chapter("A campaign", "Say once what every code of it does.")
    campaign = story.call(
        "POST",
        "/v1/campaigns",
        {
            "name": "Welcome",
            "campaign_type": "DISCOUNT_COUPONS",
            "type": "AUTO_UPDATE",
            "voucher": {
                "type": "DISCOUNT_VOUCHER",
                "discount": {"type": "PERCENT", "percent_off": 20, "amount_limit": 30_00},
                "redemption": {"quantity": 1},
                "code_config": {"pattern": "HELLO-####-####"},
            },
        },
    )
    voucher = campaign["voucher"]
    percent, limit = voucher["discount"]["percent_off"], voucher["discount"]["amount_limit"]
    uses = voucher["redemption"]["quantity"]
    story.prove(
        f"{campaign['name']}: {percent:g} % off, at most {dollars(limit)}, {uses} use per code",
        holds=(percent, limit, uses) == (20, 30_00, 1),
    )
    return campaign


def issue(story: Story, campaign: Json, *names: str) -> list[str]:
    """A code for each customer of these names."""
    story.chapter("Codes for three customers", "Each gets a code of their own, drawn on the spot.")
    codes = []
    for name in names:
        publication = story.call(
            "POST",
            "/v1/publications",
            {"campaign": {"name": campaign["name"]}, "customer": {"source_id": name.lower(), "name": name}},
        )
        codes.append(publication["voucher"]["code"])
    for name, code in zip(names, codes, strict=True):
        story.show(f"{name:<6} [bold cyan]{code}[/]")
    story.prove(f"{len(set(codes))} different codes", holds=len(set(codes)) == len(names))
    return codes


def check_out(story: Story, code: str) -> None:
    story.chapter("A checkout", "Ada asks what her code is worth, which costs nothing, and then uses it.")
    checkout = purchase(code, by="ada", order="order-1", amount=120_00)
    promised = story.call("POST", "/v1/validations", checkout)
    story.show(receipt(promised["order"]))
    paid = story.call("POST", "/v1/redemptions", checkout)
    asked, due = promised["order"]["total_amount"], paid["order"]["total_amount"]
    story.prove(f"paid {dollars(due)}, as promised", holds=[asked, due] == [96_00, 96_00])


def race(story: Story, code: str) -> None:
    story.chapter(
        f"{RACERS} clients, one code", "Ben's code is presented everywhere at once, each time for another order."
    )
    start = Barrier(RACERS)

    def present(number: int) -> httpx.Response:
        body = purchase(code, by="ben", order=f"race-{number}", amount=50_00)
        start.wait()
        return story.http.post("/v1/redemptions", json=body)

    with ThreadPoolExecutor(RACERS) as clients:
        answers = list(clients.map(present, range(1, RACERS + 1)))
    for status, times in sorted(Counter(answer.status_code for answer in answers).items()):
        story.log("POST", "/v1/redemptions", status, times)
    dots = ["[bold green]●[/]" if answer.is_success else "[dim]○[/]" for answer in answers]
    for row in (dots[: RACERS // 2], dots[RACERS // 2 :]):
        story.show(" ".join(row))
    winners = sum(answer.is_success for answer in answers)
    refusals = Counter(answer.json()["key"] for answer in answers if not answer.is_success)
    story.prove(
        f"{winners} won, {refusals['quantity_exceeded']} refused with quantity_exceeded",
        holds=(winners, refusals) == (1, {"quantity_exceeded": RACERS - 1}),
    )


def hold(story: Story, code: str) -> Json:
    """Hold the code, release it, take it; return the redemption."""
    story.chapter("A code on hold", "Chloe's laptop holds her code while her card is checked. Her phone must wait.")
    checkout = purchase(code, by="chloe", order="order-2", amount=200_00)
    on_laptop = {"session": {"type": "LOCK", "key": "laptop", "ttl": 10, "ttl_unit": "MINUTES"}}
    held = story.call("POST", "/v1/validations", checkout | on_laptop)
    session = held["session"]["key"]
    story.prove(f"held for the session “{session}”", holds=session == "laptop")
    refused = story.call("POST", "/v1/redemptions", checkout, status=400)
    story.prove(f"her phone is refused: {refused['key']}", holds=refused["key"] == "quantity_exceeded")
    story.call("DELETE", f"/v1/vouchers/{code}/sessions/{session}", status=204)
    taken = story.call("POST", "/v1/redemptions", checkout)
    story.show(receipt(taken["order"]))
    story.prove("released, and taken by her phone", holds=taken["redemptions"][0]["result"] == "SUCCESS")
    return taken


def roll_back(story: Story, code: str, taken: Json) -> None:
    story.chapter("A rollback", "Chloe cancels the order, and her code is good again. Giving back works once.")
    path = f"/v1/redemptions/{taken['redemptions'][0]['id']}/rollback"
    uses = [uses_of(story, code)]
    story.call("POST", path)
    uses.append(uses_of(story, code))
    again = story.call("POST", path, status=400)
    uses.append(uses_of(story, code))
    story.prove(f"a second time is refused: {again['key']}", holds=again["key"] == "already_rolled_back")
    story.prove("uses of the code: " + " → ".join(map(str, uses)), holds=uses == [1, 0, 0])


def look_back(story: Story) -> None:
    story.chapter("Who, when, which order", "Every redemption is on record, and so is the reason of every failure.")
    newest_first = story.call("GET", "/v1/redemptions?limit=100")["redemptions"]
    by_outcome: dict[tuple[str, str], list[Json]] = {}
    for record in reversed(newest_first):
        by_outcome.setdefault((record["voucher"]["code"], outcome(record)), []).append(record)
    table = Table("when", "who", "order", "code", "outcome", "", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for (code, told), records in by_outcome.items():
        times = f"{len(records)} times" if len(records) > 1 else ""
        table.add_row(records[0]["date"][11:19], named(records, "customer"), named(records, "order"), code, told, times)
    story.show(table)
    reasons = Counter(record["failure_code"] for record in newest_first if record["result"] == "FAILURE")
    story.prove(
        f"{len(newest_first)} records, {reasons.total()} of them failures, each with its reason",
        # those who lost the race, and Chloe's phone while her laptop held the code
        holds=reasons == {"quantity_exceeded": RACERS - 1 + 1},
    )


def celebrate(story: Story, campaign: Json) -> None:
    story.chapter("A birthday", "Three have the same one. Two want mail; each gets it at nine on their own clock.")
    today = datetime.fromisoformat(story.call("GET", "/local/clock")["now"])
    day = (today + timedelta(days=10)).date()
    homes = {"Dawa": "Asia/Kathmandu", "Nell": "America/New_York", "Zoe": "Europe/Dublin"}
    for name, zone in homes.items():
        email = f"{name.lower()}@example.com"
        born = {"birthdate": f"1992-{day:%m-%d}", "time_zone": zone}
        story.call("POST", "/v1/customers", {"source_id": name.lower(), "name": name, "email": email, **born})
        word = {"channel": "email", "granted": name != "Zoe", "source": "the shop's form"}
        story.call("PUT", f"/v1/customers/{name.lower()}/consents", {"consents": [word]})
    words = {"subject": "Happy birthday, {{ customer.name }}", "body": "Your code: {{ voucher.code }}"}
    template = story.call("POST", "/v1/message-templates", {"name": "Birthday", "channel": "email", **words})
    schedule = story.call(
        "POST",
        "/v1/schedules",
        {
            "name": "Birthdays",
            "campaign": {"id": campaign["id"]},
            "occasion": {"type": "BIRTHDAY"},
            "send_at": "09:00",
            "channels": ["email"],
            "templates": {"email": template["id"]},
            "active": True,
        },
    )
    story.call("PUT", "/local/clock", {"now": (today + timedelta(days=12)).isoformat()})
    mails = story.call("GET", "/local/outbox")["messages"]
    seen = [(mail["subject"], at_home(mail, homes)) for mail in mails]
    for subject, wall in seen:
        story.show(f"[bold cyan]{escape(subject)}[/]  {wall}")
    nine = f"{day} 09:00"
    story.prove(
        "Dawa and Nell were written to at 09:00, where each of them is",
        holds=seen == [(f"Happy birthday, {name}", f"{nine} {homes[name]}") for name in ("Dawa", "Nell")],
    )
    [run] = story.call("GET", f"/v1/schedules/{schedule['id']}/runs")["runs"]
    reasons = ", ".join(f"{count} {reason}" for reason, count in run["dropped"]["by_reason"].items())
    story.prove(
        f"of {run['due']} who were due, {run['sent']} sent, {reasons}",
        holds=(run["due"], run["sent"], run["dropped"]["by_reason"]) == (3, 2, {"no_consent": 1}),
    )
    code = mails[0]["body"].removeprefix("Your code: ").split()[0]
    worth = story.call("POST", "/v1/validations", purchase(code, by="dawa", order="order-3", amount=50_00))
    off, percent = worth["order"]["total_discount_amount"], campaign["voucher"]["discount"]["percent_off"]
    story.prove(f"and Dawa's code is worth {dollars(off)} of $50.00", holds=off == percent * 50)
    story.call("PUT", "/local/clock", {"now": None})


def at_home(mail: Json, homes: Mapping[str, str]) -> str:
    """When a mail left, on the clock of whoever it is to."""
    zone = homes[mail["to"].partition("@")[0].title()]
    return f"{datetime.fromisoformat(mail['at']).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"


def purchase(code: str, *, by: str, order: str, amount: int) -> Json:
    """A checkout as the shop's page would send it; `amount` in cents."""
    return {
        "redeemables": [{"object": "voucher", "id": code}],
        "customer": {"source_id": by},
        "order": {"source_id": order, "amount": amount},
    }


def receipt(order: Json) -> Table:
    lines = Table.grid(padding=(0, 3))
    lines.add_column()
    lines.add_column(justify="right")
    lines.add_row("order", dollars(order["amount"]))
    lines.add_row("discount", f"[green]-{dollars(order['total_discount_amount'])}[/]")
    lines.add_row("[bold]to pay[/]", f"[bold]{dollars(order['total_amount'])}[/]")
    return lines


def uses_of(story: Story, code: str) -> int:
    return int(story.call("GET", f"/v1/vouchers/{code}")["redemption"]["redeemed_quantity"])


def outcome(record: Json) -> str:
    """How a record of the list ended, in a word."""
    if record["object"] == "redemption_rollback":
        return "given back"
    return f"[yellow]{record['failure_code']}[/]" if record["result"] == "FAILURE" else "[green]redeemed[/]"


def named(records: Sequence[Json], what: str) -> str:
    """The different names of a thing in records: the first, and how many more."""
    names = list(dict.fromkeys(record[what]["source_id"] for record in records if what in record))
    return " + ".join([*names[:1], *([str(len(names) - 1)] if names[1:] else [])])


def dollars(cents: int) -> str:
    """Money as people read it.

    >>> dollars(1_234_05)
    '$1,234.05'
    """
    return f"${cents // 100:,}.{cents % 100:02}"


def perform(url: str, console: Console, keys: Mapping[str, str] = SANDBOX) -> int:
    """Tell the story with the service at an address: 0, or 1 when it broke."""
    began = perf_counter()
    console.print(f"\n[bold]Bonbon[/] is serving on {url}, for this story only.")
    try:
        with httpx.Client(base_url=url, headers=keys, timeout=30) as http:
            tell(Story(http, console))
    except (Broken, httpx.HTTPError) as error:
        return _broke(console, str(error))
    except LookupError as missing:
        return _broke(console, f"an answer lacks {missing}")
    console.print(f"\nTold in {perf_counter() - began:.1f} s. [bold]make up[/] starts the same service, to stay.\n")
    return 0


def _broke(console: Console, why: str) -> int:
    console.print(f"\n[bold red]✗[/] {escape(why)}")
    return 1


def main() -> int:
    # A terminal that lacks a character gets a question mark, not a traceback.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False)
    console.width = min(console.width, 80)
    with ExitStack() as stack:
        with console.status("starting the service …"):
            service = stack.enter_context(running())
        return perform(service.url, console)


if __name__ == "__main__":
    sys.exit(main())
