"""What is refused changes nothing: the whole table before a request and after it, compared item by item.

Only while nobody else asks; so this is a run of its own, by one client, on a table that is still small.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from time import monotonic, sleep
from typing import Any

import boto3

from infra.local import engine
from infra.local.service import Service
from tests.behind import endpoint_of
from tests.fuzz.asks import Answer, Caller
from tests.fuzz.client import Client
from tests.fuzz.run import Failure, Report, asked, log_of

Item = dict[str, Any]
Items = dict[tuple[str, str], Item]

WRITTEN_ANYWAY = ("#answer#", "#visits#", "#async_action#", "#count#", "checkpoint#")
"""A refusal is remembered, too, if its request had an ``Idempotency-Key``; every visit of a page is counted; and the
worker tidies up after itself, and the stream counts, whenever they come to it.
"""

IDLE_WITHIN = 10.0


def quietly(service: Service, requests: int, report: Report, *, advance: Callable[[], None] = lambda: None) -> None:
    """So many requests one after the other, into the report; every refusal must have left the table as it was."""
    table = TableOf(service)
    client = Client(f"{report.seed}.quiet")
    with closing(Caller(service.url)) as caller:
        before = table.idle()
        for number, ask in enumerate(islice(client.stream(), requests)):
            answer, law = asked(caller, ask)
            after = table.idle()
            if answer and answer.status >= 400:
                law = law or next(changed(before, after, answer), None)
            if answer:
                client.learn(answer)
            log = log_of(service, answer) if law else ""
            report.note(
                ask, answer, Failure(law, ask, f"seed {report.seed}, quiet request {number}", log) if law else None
            )
            before = after
            advance()


def changed(before: Items, after: Items, answer: Answer) -> Iterator[str]:
    """What a refusal has changed and should not have, in words."""
    for key in before.keys() | after.keys():
        if before.get(key) == after.get(key) or any(kind in key[0] for kind in WRITTEN_ANYWAY):
            continue
        if _recorded(key, before.get(key, {}), after.get(key, {}), answer):
            continue
        change = "adds" if key not in before else "removes" if key not in after else "changes"
        yield f"refuses with {answer.status} and {change} {key}: {before.get(key)} → {after.get(key)}"[:900]


def _recorded(key: tuple[str, str], before: Item, after: Item, answer: Answer) -> bool:
    """A refused redemption and a refused rollback are recorded, with the offers of the record and among the failures
    of its customer. The refusal names the record, but to a page.
    """
    if key[1] == "summary":
        return all(name.endswith(" failed") for name in after if before.get(name) != after[name]) or not before
    if "#redemptions#" not in key[0] or before:
        return False
    named = (key[0].rpartition("#")[2] + key[1]).encode() in answer.body
    return named or after.get("status") == {"S": "FAILED"}


class TableOf:
    """The table that a service writes to, seen from behind."""

    def __init__(self, service: Service) -> None:
        self._client: Any = boto3.client(
            "dynamodb",
            endpoint_url=endpoint_of(service),
            region_name=engine.CREDENTIALS["AWS_REGION"],
            aws_access_key_id=engine.CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=engine.CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    def idle(self) -> Items:
        """All that is in it, once no async action is under way any more."""
        deadline = monotonic() + IDLE_WITHIN
        while _busy(items := self._items()):
            assert monotonic() < deadline, f"an async action goes on for more than {IDLE_WITHIN:g} s"
            sleep(0.05)
        return items

    def _items(self) -> Items:
        pages = self._client.get_paginator("scan").paginate(TableName=engine.TABLE)
        return {(item["PK"]["S"], item["SK"]["S"]): item for page in pages for item in page["Items"]}


def _busy(items: Items) -> bool:
    return any(
        word in str(item)
        for (partition, _), item in items.items()
        if "#async_action#" in partition
        for word in ("ENQUEUED", "IN_PROGRESS")
    )
