"""What a message costs from the gate to its channel's sink: messages a second of one worker, CPU and calls of each, and
the same with a turn to take; and as its customer's history grows.

The engine stands for SES and SNS, a server in a process of its own for the shop's webhook.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

from rich.console import Group
from rich.table import Table as Told

from infra.local import engine
from infra.local.service import free_port
from shared.domain.model import iso
from shared.domain.post.contact_policy import Contact, Contacts
from shared.domain.post.deliveries import Channel, Delivery
from shared.domain.post.templates import MessageTemplate
from shared.domain.post.webhooks import Webhook, secret_of
from shared.storage.deliveries import entering
from shared.storage.table import Table
from shared.storage.webhooks import WebhookStore
from tests.storage.office import OnTable
from tests.unit.sorting import MAKING
from tests.unit.values import AT

PEOPLE = int(os.environ.get("PEOPLE", "120"))
"""To whom each channel sends."""
HISTORIES = (1, 100, 1_000)
"""Deliveries that somebody had before."""
OF_EACH = 15
"""People with as long a history."""
A_MONTH = 31
"""Days that caps look back."""
AT_ONCE = 10
SHOP = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Shop(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
"""


class Spent(NamedTuple):
    """What messages took together."""

    messages: int
    seconds: float
    cpu: float
    calls: int
    units: float

    @property
    def each(self) -> float:
        """Milliseconds of CPU."""
        return self.cpu * 1_000 / self.messages


class Bill:
    """Counts what the table is asked."""

    def __init__(self, client: Any) -> None:
        self.calls, self.units = 0, 0.0
        client.meta.events.register("provide-client-params.dynamodb", self._ask)
        client.meta.events.register("after-call.dynamodb", self._note)

    def _ask(self, params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"

    def _note(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        self.calls += 1
        consumed = parsed.get("ConsumedCapacity", [])
        if model.name in ("TransactWriteItems", "PutItem", "UpdateItem"):
            self.units += sum(it["CapacityUnits"] for it in (consumed if isinstance(consumed, list) else [consumed]))


def measure() -> Group:
    """One engine, one worker in this process."""
    os.environ.update(POWERTOOLS_LOG_LEVEL="ERROR", POWERTOOLS_SERVICE_NAME="bonbon")
    with engine.running(free_port()) as endpoint, _shop() as url:
        engine.connect(endpoint)
        engine.create_table(endpoint)
        os.environ["PUBLIC_URL"] = "http://127.0.0.1"
        from shared.runtime import settings

        bill = Bill(settings.dynamodb())
        return Group(_channels(settings.table(), bill, url), "", _histories(settings.table(), bill))


def _channels(table: Table, bill: Bill, url: str) -> Told:
    """The same birthday on each channel; the first of them once more, with a turn for each mail."""
    title = f"A message through the gate ({PEOPLE} people, one worker)"
    told = Told(
        "channel", "a second", "CPU ms each", "× e-mail", "round trips", "units", title=title, title_justify="left"
    )
    first: Spent | None = None
    turns = (
        ("email", "0", "e-mail"),
        ("email", "100000", "e-mail, in turn"),
        ("sms", "0", "SMS"),
        ("push", "0", "push"),
    )
    for number, (channel, rate, name) in enumerate(turns):
        os.environ["MAIL_RATE"] = rate
        office = _office(table, f"proj_{number}", channel, url)  # type: ignore[arg-type]
        people = [office.customer(f"p{it}", allows=(channel,), phone="+353850000001") for it in range(PEOPLE)]
        _work(office, people[:AT_ONCE])
        spent = _spent(office, people[AT_ONCE:], bill)
        first = first or spent
        told.add_row(
            name,
            f"{spent.messages / spent.seconds:,.0f}",
            f"{spent.each:.1f}",
            f"{spent.each / first.each:.2f}",
            f"{spent.calls / spent.messages:.1f}",
            f"{spent.units / spent.messages:.1f}",
        )
    return told


def _histories(table: Table, bill: Bill) -> Told:
    """A mail to those who have had few and to those who have had many; in turn, lest the machine's mood tells."""
    os.environ["MAIL_RATE"] = "0"
    office = _office(table, "proj_grown", "email", "")
    people: dict[int, list[str]] = {}
    for had in HISTORIES:
        people[had] = [office.customer(f"h{had}-{number}", allows=("email",)) for number in range(OF_EACH)]
        for person in people[had]:
            table.put_many(_past(office.project, person, had))
            latest = [AT - timedelta(days=day, hours=1) for day in reversed(range(min(had, A_MONTH)))]
            sent = tuple(Contact(at=at, channel="email", purpose="marketing") for at in latest)
            office.keep("contacts", person, thing=Contacts(sent=sent, version=1))
    _work(office, [people[had].pop() for had in HISTORIES])
    spent = {had: Spent(0, 0, 0, 0, 0) for had in HISTORIES}
    for together in zip(*people.values(), strict=True):
        for had, person in zip(HISTORIES, together, strict=True):
            more = _spent(office, [person], bill)
            spent[had] = Spent(*map(sum, zip(spent[had], more, strict=True)))
    told = Told(
        *("past deliveries", "CPU ms each", f"× {HISTORIES[0]}", "round trips", "units"),
        title="A message as its customer's history grows",
        title_justify="left",
    )
    for had, its in spent.items():
        ratio = its.each / spent[HISTORIES[0]].each
        trips, units = its.calls / its.messages, its.units / its.messages
        told.add_row(f"{had:,}", f"{its.each:.1f}", f"{ratio:.2f}", f"{trips:.1f}", f"{units:.1f}")
    return told


def _office(table: Table, project: str, channel: Channel, url: str) -> OnTable:
    office = OnTable(table, project)
    office.policy(frequency_caps=())
    push = MessageTemplate(id="tmpl_push", name="Wishes", channel="push", body="{{ voucher.code }}", created_at=MAKING)
    office.keep("message_template", push.id, thing=push)
    office.schedule(channels=(channel,), templates={channel: f"tmpl_{channel}"})
    if url:
        WebhookStore(table, project).save(Webhook(url=url, secret=secret_of(b"s" * 32), created_at=MAKING))
    return office


def _past(project: str, customer: str, count: int) -> Iterator[Any]:
    """Deliveries as they stand in the ledger, one a day."""
    from shared.storage.keys import Key
    from shared.storage.table import decoded

    for number in range(count):
        at = MAKING - timedelta(days=number)
        entry = Delivery(
            id=f"dlv_{customer[5:]}{number}", status="SENT", customer_id=customer, due_at=at, created_at=at, sent_at=at
        )
        new = entry.model_copy(update={"status": "PREPARED"})
        [write, *_] = [it for it in entering(project, entry, before=new, otherwise=Exception()) if "Put" in it.action]
        item = decoded(write.action["Put"]["Item"])
        yield Key(item.pop("PK"), item.pop("SK")), item


def _spent(office: OnTable, people: Sequence[str], bill: Bill) -> Spent:
    bill.calls, bill.units = 0, 0.0
    began, cpu = time.perf_counter(), time.process_time()
    _work(office, people)
    took = time.perf_counter() - began, time.process_time() - cpu
    return Spent(len(people), *took, bill.calls, bill.units)


def _work(office: OnTable, people: Sequence[str]) -> None:
    """Have messages of the queue worked through."""
    from functions import deliver
    from shared.runtime.clock import clock

    clock.follow(lambda: AT)
    for first in range(0, len(people), AT_ONCE):
        run = {"schedule_id": "sch_1", "day": "2026-03-17", "at": iso(AT)}
        body = {"project": office.project, **run, "customers": people[first : first + AT_ONCE]}
        record = {"messageId": "0", "body": json.dumps(body), "attributes": {}}
        assert deliver.handler({"Records": [record]}, None)["batchItemFailures"] == []
    clock.follow(None)


@contextmanager
def _shop() -> Iterator[str]:
    port = free_port()
    child = subprocess.Popen([sys.executable, "-c", SHOP, str(port)])
    try:
        yield f"http://127.0.0.1:{port}/hooks"
    finally:
        child.terminate()
        child.wait()
