"""A microburst: for a while every channel throttles, breaks, is silent, hangs up or cannot be reached at all, whoever
asks. Nothing is lost, nothing leaves twice, and of what nobody can know everybody is told.
"""

import json
import os
import random
import socket
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import boto3
import httpx
import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from functions import deliveries
from infra.local import engine
from infra.local.events import event_of
from shared.domain.model import iso
from shared.domain.post.deliveries import Channel
from shared.domain.post.templates import MessageTemplate
from shared.domain.post.webhooks import Webhook, secret_of
from shared.storage.access_keys import AccessKeyStore
from shared.storage.table import Table
from shared.storage.webhooks import WebhookStore
from tests.faults.test_deliver import Birthdays, Body, client
from tests.unit.sorting import MAKING
from tests.unit.values import AT

__all__ = ["client"]

CHANNELS: tuple[Channel, ...] = ("email", "sms", "push")
PEOPLE = 10
SECRET = secret_of(b"s" * 32)
MAIL, HOOK = "/v2/email/outbound-emails", "/hooks"
WORKER = """
import json, sys
from datetime import datetime

from botocore.config import Config

from functions.deliver import handler
from shared.delivery import pacing, webhook
from shared.runtime import channels
from shared.runtime.clock import clock

pacing.PAUSES = (0.0,)
webhook.TO_ANSWER = 2.5
channels.ONCE = channels.ONCE.merge(Config(read_timeout=2.5))
at = datetime.fromisoformat(sys.argv[1])
clock.follow(lambda: at)
for line in sys.stdin:
    bodies = json.loads(line)
    records = [{"messageId": str(n), "body": json.dumps(body), "attributes": {}} for n, body in enumerate(bodies)]
    failed = handler({"Records": records}, None)["batchItemFailures"]
    print(json.dumps([bodies[int(it["itemIdentifier"])] for it in failed]), flush=True)
"""
"""Works through the messages of each line, and tells which go back to the queue."""

WEATHER = {"throttles": 9, "takes": 5, "breaks": 1, "hangs up": 1, "takes and hangs up": 2, "takes and is silent": 1}
"""How often what happens to a request in a microburst."""
PASSED_ON = {"takes", "takes and hangs up", "takes and is silent"}


class Between(ThreadingHTTPServer):
    """Stands between the workers and whoever takes messages. It is bound from the start, but refuses connections until
    it listens; then does to each request what the weather says.
    """

    daemon_threads = True

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing, bind_and_activate=False)
        self.server_bind()
        self.behind = behind
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.chance = random.Random(6)
        self.weather = WEATHER
        self.happened: dict[str, list[str]] = defaultdict(list)
        """To each address, in order."""
        self.handed: list[tuple[dict[str, str], bytes]] = []
        """What the shop's webhook has taken."""
        self.lock = threading.Lock()

    def happens(self, address: str) -> str:
        with self.lock:
            [what] = self.chance.choices([*self.weather], [*self.weather.values()])
            self.happened[address].append(what)
            return what

    def pass_on(self, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        if path == HOOK:
            self.handed.append((headers, body))
            return httpx.Response(204)
        kept = {name: value for name, value in headers.items() if name.lower() not in ("host", "connection")}
        return httpx.post(self.behind + path, headers=kept, content=body)


class _Passing(BaseHTTPRequestHandler):
    server: Between

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        what = self.server.happens(_address(self.path, body))
        answer = self.server.pass_on(self.path, dict(self.headers.items()), body) if what in PASSED_ON else None
        match what:
            case "takes":
                assert answer
                self._say(answer.status_code, answer.content, answer.headers.get("content-type", ""))
            case "throttles":
                self._throttle()
            case "breaks":
                self._say(500, b"<html>")
            case "takes and is silent":
                self.connection.settimeout(30)
                with suppress(OSError):
                    self.connection.recv(1)  # until the other side has had enough
            case _:
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)

    def _throttle(self) -> None:
        if self.path == MAIL:
            self.send_response(429)
            self.send_header("x-amzn-ErrorType", "TooManyRequestsException")
            self.end_headers()
            self.wfile.write(b'{"message": "Maximum sending rate exceeded."}')
        elif self.path == HOOK:
            self._say(429, b"")
        else:
            self._say(400, b"<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>", "text/xml")

    def _say(self, status: int, body: bytes, kind: str = "text/html") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _address(path: str, body: bytes) -> str:
    if path == MAIL:
        [address] = json.loads(body)["Destination"]["ToAddresses"]
        return str(address)
    if path == HOOK:
        return str(json.loads(body)["customer_id"])
    return parse_qs(body.decode())["PhoneNumber"][0]


class Burst(Birthdays):
    """Everybody's birthday, told on each channel by a schedule of its own."""

    def open_for(self, between: Between) -> None:
        self.policy(frequency_caps=())
        webhook = Webhook(url=f"{between.url}{HOOK}", secret=SECRET, created_at=MAKING)
        WebhookStore(self.table, self.project).save(webhook)
        push = MessageTemplate(id="tmpl_push", name="Wishes", channel="push", body="Hi", created_at=MAKING)
        self.keep("message_template", push.id, thing=push)
        for channel in CHANNELS:
            self.schedule(f"sch_{channel}", channels=(channel,), templates={channel: f"tmpl_{channel}"})
        people = [
            self.customer(f"{self.project}-{number}", phone=f"+35385{number:07d}", allows=CHANNELS)
            for number in range(PEOPLE)
        ]
        self.addresses: dict[tuple[str, str], str] = {}
        """Of whom, by channel."""
        for number, person in enumerate(people):
            its = (f"{self.project}-{number}@example.com", f"+35385{number:07d}", person)
            self.addresses |= {(person, channel): address for channel, address in zip(CHANNELS, its, strict=True)}
        run = {"project": self.project, "day": "2026-03-17", "at": iso(AT)}
        self.messages: list[Body] = [
            {**run, "schedule_id": f"sch_{channel}", "customers": people[first : first + 5]}
            for first in range(0, PEOPLE, 5)
            for channel in CHANNELS
        ]

    def told(self, status: str) -> list[str]:
        """The ids of the deliveries that the API tells for a status."""
        keys = {"app_id": f"{self.project}-id", "token": "secret"}
        with suppress(Exception):
            AccessKeyStore(self.table).add(self.project, "server", at=MAKING, **keys)
        headers = [("x-app-id", keys["app_id"]), ("x-app-token", keys["token"])]
        query = f"status={status}&limit=100"
        _, event = event_of("GET", "/v1/deliveries", query=query, headers=headers, now=AT)
        return [it["id"] for it in json.loads(deliveries.handler(event, None)["body"])["deliveries"]]


@pytest.fixture
def between(client: Any) -> Iterator[Between]:
    behind = os.environ["AWS_ENDPOINT_URL"]
    boto3.client("sesv2", endpoint_url=behind).create_email_identity(EmailIdentity=os.environ["SENDER"])
    server = Between(behind)
    yield server
    server.shutdown()
    server.server_close()


@contextmanager
def workers(count: int, between: Between) -> Iterator[list[subprocess.Popen[str]]]:
    environment = {
        **os.environ,
        **{f"AWS_ENDPOINT_URL_{service}": between.url for service in ("SESV2", "SNS")},
        **dict.fromkeys(("MAIL_RATE", "TEXT_RATE"), "500"),
        "PUBLIC_URL": "http://127.0.0.1:1",
        "PYTHONPATH": str(Path.cwd()),
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    }
    with ExitStack() as stack:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        yield [
            stack.enter_context(subprocess.Popen([sys.executable, "-c", WORKER, iso(AT)], env=environment, **pipes))
            for _ in range(count)
        ]


def worked(processes: Sequence[subprocess.Popen[str]], parts: Sequence[Sequence[Body]]) -> list[Body]:
    """What goes back to the queue when each has worked through its part, all at once."""
    for process, part in zip(processes, parts, strict=True):
        assert process.stdin
        print(json.dumps(part), file=process.stdin, flush=True)
    back: list[Body] = []
    for process in processes:
        assert process.stdout
        back += json.loads(process.stdout.readline())
    return back


def arrived(between: Between) -> Counter[str]:
    """How often what was sent has come to whom."""
    mails = httpx.get(f"{between.behind}/_ministack/ses/messages").json()["messages"]
    texts = httpx.get(f"{between.behind}/_ministack/sns/sms-messages").json()["sms_messages"]
    return Counter(
        [
            *(mail["To"][0] for account in mails.values() for mail in account),
            *(number for number, kept in texts.items() for _ in kept),
            *(json.loads(body)["customer_id"] for _, body in between.handed),
        ]
    )


def test_in_a_microburst_nothing_is_lost_nothing_leaves_twice_and_what_nobody_knows_is_told(
    client: Any, between: Between, request: pytest.FixtureRequest
) -> None:
    burst = Burst(Table(client, engine.TABLE), f"proj_{request.node.name[:40]}")
    burst.open_for(between)
    with workers(2, between) as both:
        # Nobody can be reached: whatever is due waits in the queue, its code drawn.
        half = len(burst.messages) // 2
        waiting = worked(both, [burst.messages[:half], burst.messages[half:]])
        key = json.dumps
        assert sorted(map(key, waiting)) == sorted(map(key, burst.messages))
        assert burst.states() == {"PREPARED": 3 * PEOPLE}

        # Then comes the burst; each worker has all that is left, the one in this order and the other in that.
        between.server_activate()
        threading.Thread(target=between.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        for _ in range(3):
            waiting = [*{key(it): it for it in worked(both, [waiting, waiting[::-1]])}.values()]
        assert between.happened, "it was a burst"

        # It passes.
        between.weather = {"takes": 1}
        while waiting:
            waiting = worked(both[:1], [waiting])
        for process in both:
            assert process.stdin
            process.stdin.close()

    ended = {(it.customer_id, it.channel): it for it in burst.ledger}
    assert len(ended) == 3 * PEOPLE
    assert set(between.happened) == {*burst.addresses.values()}
    came = arrived(between)
    for spot, address in burst.addresses.items():
        *before, last = between.happened[address]
        assert {*before} <= {"throttles"}, "asked again only where it had surely not left"
        assert ended[spot].status == ("SENT" if last == "takes" else "UNKNOWN")
        assert came[address] == (last in PASSED_ON)
    assert {*came} <= {*burst.addresses.values()}
    for headers, body in between.handed:
        assert Verifier(SECRET).verify(body, headers)

    states = burst.states()  # what the runs have counted is what stands in the ledger
    assert {*states} == {"SENT", "UNKNOWN"}
    assert states["UNKNOWN"] >= 3, "the burst was one"
    for status in states:
        found = burst.told(status)
        assert sorted(found) == sorted(it.id for it in ended.values() if it.status == status)
    assert len(burst.publications) == 3 * PEOPLE, "nobody was given a second code of a schedule"
