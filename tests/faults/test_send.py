"""What is asked for, under faults: its worker killed at every step, asked for again, and found by ticks; and a channel
that is busy.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions import send
from infra.local import engine
from infra.local.events import event_of
from shared.domain.model import iso
from shared.domain.post.deliveries import LEASE
from shared.storage.access_keys import AccessKeyStore
from shared.storage.agenda import Agenda
from shared.storage.table import Table
from tests.faults.test_deliver import Birthdays, Ses, client, ses  # noqa: F401 - pytest finds fixtures by their names
from tests.unit.values import AT

LATER = AT + LEASE
ASKER = """
import json, os, sys
from datetime import datetime
from itertools import count

from botocore.httpsession import URLLib3Session

from functions.send import handler
from infra.local.events import event_of
from shared.delivery import pacing

pacing.PAUSES = (0.0, 0.0)
at, asked = datetime.fromisoformat(sys.argv[1]), json.loads(sys.stdin.read())
send = URLLib3Session.send


def counted(self, request):
    if next(sent) == step:
        os.kill(os.getpid(), 9)
    return send(self, request)


URLLib3Session.send = counted
for step, key, body in asked:
    if step and (child := os.fork()):
        ended = os.waitpid(child, 0)[1]
        print(json.dumps("killed" if os.WIFSIGNALED(ended) else "whole"), flush=True)
        continue
    sent = count(1)
    headers = [("x-app-id", sys.argv[2]), ("x-app-token", "secret"), ("idempotency-key", key)]
    _, event = event_of("POST", "/v1/deliveries", headers=headers, body=json.dumps(body).encode(), now=at)
    answer = handler(event, None)
    if step:
        os._exit(0)
    print(json.dumps([answer["statusCode"], json.loads(answer["body"])]), flush=True)
"""
"""Asks for messages. One for which it is to be killed it leaves to a process that knows what itself knows, and ends
before its so manieth request to anybody."""

Ask = tuple[int, str, dict[str, Any]]


class Desk(Birthdays):
    """Messages that are asked for by processes that may die."""

    def asks(self, steps: list[int]) -> list[Ask]:
        people = [self.customer(f"ann-{number}") for number in range(len(steps))]
        known = {"campaign": {"id": "camp_1"}, "template": "tmpl_email"}
        return [
            (step, f"key-{who}", {**known, "customer": {"id": who}}) for step, who in zip(steps, people, strict=True)
        ]

    def tick(self) -> list[dict[str, Any]]:
        """What a tick would send to the post, at the end of all leases."""
        found = [it.id for it in Agenda(self.table).waiting(LATER)]
        return [{"project": self.project, "deliveries": found}]

    def ask(self, ask: Ask, *, at: datetime = AT) -> tuple[int, dict[str, Any]]:
        """What one is answered by a worker that lives."""
        _, key, body = ask
        headers = {"x-app-id": self.project, "x-app-token": "secret", "idempotency-key": key}
        said = json.dumps(body).encode()
        _, event = event_of("POST", "/v1/deliveries", headers=headers.items(), body=said, now=at)
        answer = send.handler(event, None)
        return answer["statusCode"], json.loads(answer["body"])

    def killed(self, asks: list[Ask], *, at: datetime = AT) -> list[Any]:
        """What each is answered, or how its worker ended."""
        done = subprocess.run(
            [sys.executable, "-c", ASKER, iso(at), self.project],
            env={**os.environ, "PYTHONPATH": str(Path.cwd()), "POWERTOOLS_LOG_LEVEL": "CRITICAL"},
            input=json.dumps(asks),
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def desk(client: Any, request: pytest.FixtureRequest) -> Desk:  # noqa: F811
    office = Desk(Table(client, engine.TABLE), f"proj_{request.node.name[5:45]}")
    AccessKeyStore(office.table).add(office.project, "server", at=AT, app_id=office.project, token="secret")
    office.policy()
    return office


def test_killed_at_any_step_it_leaves_once_or_nobody_can_know(desk: Desk, ses: Ses) -> None:  # noqa: F811
    steps = [0, *range(1, 15)]
    asks = desk.asks(steps)
    [[status, first], *ended] = desk.killed(asks)
    killed = ended.count("killed")
    assert (status, first["status"]) == (200, "SENT")
    assert ended == ["killed"] * killed + ["whole"] * (len(ended) - killed)
    assert 10 <= killed < len(ended), "every step was met"
    before = Counter(it.status for it in desk.ledger)
    assert before["PREPARED"] >= 1
    assert before["SENDING"] == 2, "right before it left, and right after"
    # While nobody knows that a worker is dead, whoever asks again is told to ask once more. Where nothing was written
    # yet, it is as if nobody had asked before.
    again = [desk.ask(it) for it in asks]
    busy = [told["key"] for status, told in again if status != 200]
    assert busy == ["multiple_requests"] * (before["PREPARED"] + before["SENDING"])
    # Then half of them are asked for again, and a tick finds what is left.
    for it in asks[::2]:
        desk.ask(it, at=LATER)
    assert desk.left(*desk.tick(), at=LATER) == []
    assert desk.waiting == []
    last = [desk.ask(it, at=LATER)[1]["status"] for it in asks]
    assert Counter(last) == {"SENT": len(steps) - 2, "UNKNOWN": 2}
    assert len(desk.ledger) == len(desk.publications) == len(steps), "nobody was given a second code"
    assert max(Counter(ses.mails).values()) == 1
    assert len(ses.mails) == len(steps) - 1, "one of the two was killed when its mail had left"


def test_a_busy_channel_loses_nothing_and_sends_nothing_twice(desk: Desk, ses: Ses) -> None:  # noqa: F811
    ses.behaviours = ["throttle"] * 3
    [ask] = desk.asks([0])
    status, told = desk.ask(ask)
    assert (status, told["status"], told["reason"]) == (200, "DEFERRED", "channel_busy")
    assert desk.left(*desk.tick(), at=AT + timedelta(minutes=15)) == []
    assert len(ses.mails) == 1
