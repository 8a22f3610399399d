"""The post under faults: workers killed at every step, two on one message, a channel that throttles or breaks off."""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from functions import deliver
from infra.local import engine
from infra.local.service import free_port
from shared.delivery import pacing
from shared.domain.model import iso
from shared.domain.post.deliveries import LEASE
from shared.runtime import settings
from shared.runtime.channels import channels
from shared.runtime.clock import clock
from shared.storage.table import Table
from tests.builders import until
from tests.storage.office import OnTable
from tests.unit.values import AT

LATER = AT + LEASE
WORKER = """
import json, os, sys
from datetime import datetime
from itertools import count

from botocore.httpsession import URLLib3Session

from functions.deliver import handler
from shared.delivery import pacing
from shared.runtime.clock import clock

pacing.PAUSES = (0.0, 0.0)
at, kill_at, batches = datetime.fromisoformat(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.stdin.read())
clock.follow(lambda: at)
send = URLLib3Session.send


def counted(self, request):
    if next(sent) == step:
        os.kill(os.getpid(), 9)
    return send(self, request)


URLLib3Session.send = counted
for step, bodies in zip(kill_at or [0], batches):
    if step and (child := os.fork()):
        ended = os.waitpid(child, 0)[1]
        print(json.dumps(os.WIFSIGNALED(ended)), flush=True)
        continue
    sent = count(1)
    records = [{"messageId": str(n), "body": json.dumps(body), "attributes": {}} for n, body in enumerate(bodies)]
    failed = [int(it["itemIdentifier"]) for it in handler({"Records": records}, None)["batchItemFailures"]]
    if step:
        os._exit(0)
    print(json.dumps(failed), flush=True)
"""
"""Works through batches of messages. One for which it is to be killed it leaves to a process that knows what itself
knows, and ends before its so manieth request."""

Body = dict[str, Any]


class Ses(ThreadingHTTPServer):
    """Takes mails as SES does, but for what ``behaviours`` say of the next ones."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.mails: list[str] = []
        self.behaviours: list[str] = []
        self.holding, self.go_on = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Taking(BaseHTTPRequestHandler):
    server: Ses

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        [address] = said["Destination"]["ToAddresses"]
        behaviour = self.server.behaviours.pop(0) if self.server.behaviours else ""
        if behaviour == "throttle":
            self._answer(429, {"message": "Maximum sending rate exceeded."}, kind="TooManyRequestsException")
            return
        self.server.mails.append(address)
        if behaviour == "hold":
            self.server.holding.set()
            self.server.go_on.wait(60)
        if behaviour not in ("hold", "break off"):
            self._answer(200, {"MessageId": f"message-{len(self.server.mails)}"})

    def _answer(self, status: int, body: Body, *, kind: str = "") -> None:
        self.send_response(status)
        if kind:
            self.send_header("x-amzn-ErrorType", kind)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """An engine of these tests' own."""
    with engine.running(free_port()) as endpoint, pytest.MonkeyPatch.context() as patch:
        environment = {**engine.CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, "TABLE_NAME": engine.TABLE}
        its = {"QUEUE_URL": "none", "SENDER": "offers@shop.example", "PUBLIC_URL": "https://shop.example"}
        for name, value in {**environment, **its}.items():
            patch.setenv(name, value)
        engine.create_table(endpoint)
        for cached in (settings.dynamodb, settings.table):
            cached.cache_clear()
        yield settings.dynamodb()
        for cached in (settings.dynamodb, settings.table):
            cached.cache_clear()


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ses]:
    with Ses() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        monkeypatch.setattr(pacing, "PAUSES", (0.0, 0.0))
        channels.cache_clear()
        yield server
        channels.cache_clear()
        server.go_on.set()
        server.shutdown()


class Birthdays(OnTable):
    """Everybody's birthday, worked through by processes that may die."""

    def people(self, count: int) -> list[str]:
        return [self.customer(f"{self.project}-{number}") for number in range(count)]

    def body(self, *customers: str) -> Body:
        run = {"schedule_id": "sch_1", "day": "2026-03-17", "at": iso(AT)}
        return {"project": self.project, **run, "customers": customers}

    def left(self, *bodies: Body, at: datetime = AT) -> list[Body]:
        """The messages that go back to the queue when a worker had them that lives."""
        records = [{"messageId": str(n), "body": json.dumps(body), "attributes": {}} for n, body in enumerate(bodies)]
        clock.follow(lambda: at)
        failed = deliver.handler({"Records": records}, None)["batchItemFailures"]
        clock.follow(None)
        return [bodies[int(it["itemIdentifier"])] for it in failed]

    def states(self) -> Counter[str]:
        """How many entries there are of each status; the counters must say the same."""
        found = Counter(entry.status for entry in self.ledger)
        assert self.counters == {"due": found.total(), **found}
        return found


@pytest.fixture
def birthdays(client: Any, request: pytest.FixtureRequest) -> Birthdays:
    office = Birthdays(Table(client, engine.TABLE), f"proj_{request.node.name[:40]}")
    office.policy()
    return office


@contextmanager
def worker(
    batches: Sequence[Sequence[Body]], *, at: datetime = AT, kill_at: Sequence[int] = ()
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, iso(at), json.dumps(kill_at)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "POWERTOOLS_LOG_LEVEL": "CRITICAL"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(json.dumps(batches))
    process.stdin.close()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def finished(process: subprocess.Popen[str]) -> list[Any]:
    assert process.stdout
    said = [json.loads(line) for line in process.stdout]
    assert process.wait(60) == 0
    return said


def test_killed_in_the_middle_of_a_message_the_rest_leaves_and_nothing_leaves_twice(
    birthdays: Birthdays, ses: Ses
) -> None:
    message = birthdays.body(*birthdays.people(10))
    ses.behaviours = ["", "", "", "hold"]
    with worker([[message]]) as process:
        assert ses.holding.wait(60)
        process.kill()
        process.wait()
    assert birthdays.states() == {"SENT": 3, "SENDING": 1}
    assert birthdays.left(message) == [message], "nobody knows yet that its worker is dead"
    assert birthdays.states() == {"SENT": 9, "SENDING": 1}
    assert birthdays.left(message, at=LATER) == []
    assert birthdays.states() == {"SENT": 9, "UNKNOWN": 1}
    assert Counter(ses.mails).most_common(1)[0][1] == 1
    assert len(ses.mails) == 10


def test_killed_at_any_step_a_message_leaves_once_or_nobody_can_know(birthdays: Birthdays, ses: Ses) -> None:
    steps = [0, *range(1, 10)]
    messages = [birthdays.body(person) for person in birthdays.people(len(steps))]
    with worker([[message] for message in messages], kill_at=steps) as process:
        whole, *killed = finished(process)
    requests = killed.count(True)
    assert (whole, killed) == ([], [True] * requests + [False] * (len(killed) - requests))
    assert 6 <= requests < len(killed), "every step of a message was met"
    assert len(ses.mails) == len(steps) - requests + 1, "one that was killed had left"
    assert birthdays.left(*messages, at=LATER) == []
    # One was killed right before its mail left, and one right after that: they look alike.
    assert birthdays.states() == {"SENT": len(steps) - 2, "UNKNOWN": 2}
    assert max(Counter(ses.mails).values()) == 1
    assert len(ses.mails) == len(steps) - 1
    assert len(birthdays.publications) == len(steps), "nobody was given a second code"


def test_a_tick_doubled_and_two_workers_at_once_send_each_once(birthdays: Birthdays, ses: Ses) -> None:
    people = birthdays.people(20)
    messages = [birthdays.body(*people[:10]), birthdays.body(*people[10:])]
    with worker([messages]) as other:
        until(lambda: ses.mails, bool, within=60)
        birthdays.left(*messages)
        finished(other)
    assert birthdays.left(*messages, at=LATER) == []
    assert birthdays.states() == {"SENT": 20}
    assert sorted(ses.mails) == sorted(f"{birthdays.project}-{number}@example.com" for number in range(20))


def test_a_channel_that_throttles_loses_nothing_and_sends_nothing_twice(birthdays: Birthdays, ses: Ses) -> None:
    message = birthdays.body(*birthdays.people(10))
    ses.behaviours = ["", "", *["throttle"] * 30]
    rounds = 0
    waiting = [message]
    while waiting:
        waiting = birthdays.left(*waiting)
        rounds += 1
        if waiting:
            assert birthdays.states()["SENDING"] == 0
    assert rounds == 3
    assert birthdays.states() == {"SENT": 10}
    assert sorted(Counter(ses.mails).values()) == [1] * 10
    assert len(birthdays.publications) == 10


def test_a_channel_that_breaks_off_after_it_has_taken_a_mail_is_not_asked_again(birthdays: Birthdays, ses: Ses) -> None:
    message = birthdays.body(*birthdays.people(3))
    ses.behaviours = ["", "break off"]
    assert birthdays.left(message) == []
    assert birthdays.left(message, at=LATER) == []
    assert birthdays.states() == {"SENT": 2, "UNKNOWN": 1}
    assert sorted(Counter(ses.mails).values()) == [1] * 3
