"""The same service twice: under AWS's runtime client, and as `bonbon serve`; each with a table of its own."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import boto3
import httpx
import pytest

from infra.local import engine
from infra.local.clock import Clock
from infra.local.events import event_of
from infra.local.serve import add_keys
from infra.local.service import free_port
from shared.storage.access_keys import AccessKeyStore
from shared.storage.table import Table
from tests.builders import SANDBOX
from tests.ric.runtime import Lambdas


class Said(NamedTuple):
    """An answer: its status, the type of its body, its body."""

    status: int
    type: str
    body: Any


@dataclass
class Cloud:
    """Our functions as AWS runs them, with API Gateway's events and the queue's."""

    lambdas: Lambdas
    sqs: Any
    queue: str

    def ask(self, method: str, path: str, content: bytes = b"", **headers: str) -> Said:
        fields = {**SANDBOX, **{name.replace("_", "-"): value for name, value in headers.items()}}
        place, _, query = path.partition("?")
        now = Clock().now()
        function, event = event_of(method, place, query=query, headers=fields.items(), body=content, now=now)
        return answered(self.lambdas.invoke(function, event))

    def work(self, *, seconds: int) -> Any:
        """Deliver a message of the queue to the worker, as the event source does; what it reports as failed."""
        received = self.sqs.receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=1, WaitTimeSeconds=5, AttributeNames=["All"]
        )
        records = [
            {
                "messageId": it["MessageId"],
                "receiptHandle": it["ReceiptHandle"],
                "body": it["Body"],
                "attributes": it["Attributes"],
                "eventSource": "aws:sqs",
            }
            for it in received["Messages"]
        ]
        failed = self.lambdas.invoke("generate", {"Records": records}, seconds=seconds)
        for record in records:
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=record["receiptHandle"])
        return failed


def answered(result: dict[str, Any]) -> Said:
    """What API Gateway would send for what a function returned."""
    assert set(result) >= {"statusCode", "headers", "body", "isBase64Encoded"}
    assert result["isBase64Encoded"] is False
    body = json.loads(result["body"]) if result["body"] else None
    return Said(result["statusCode"], result["headers"].get("content-type", ""), body)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with engine.running(free_port()) as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in engine.CREDENTIALS.items():
            patch.setenv(name, value)
        engine.create_table(endpoint)
        sqs = boto3.client("sqs", endpoint_url=endpoint)
        queue, calendar, post = (
            sqs.create_queue(QueueName=name)["QueueUrl"] for name in (engine.QUEUE, engine.CALENDAR, engine.POST)
        )
        store = AccessKeyStore(Table(boto3.client("dynamodb", endpoint_url=endpoint), engine.TABLE))
        add_keys(store, at=Clock().now())
        environment = {
            **engine.CREDENTIALS,
            "AWS_ENDPOINT_URL": endpoint,
            "TABLE_NAME": engine.TABLE,
            "QUEUE_URL": queue,
            "CALENDAR_QUEUE_URL": calendar,
            "POST_QUEUE_URL": post,
        }
        lambdas = Lambdas(environment, tmp_path_factory.mktemp("logs"))
        yield Cloud(lambdas, sqs, queue)
        lambdas.close()


@pytest.fixture(scope="module")
def local(service: Any) -> Iterator[Callable[..., Said]]:
    """`bonbon serve`, asked in the same words."""
    with httpx.Client(base_url=service.url, headers=SANDBOX, timeout=30) as http:

        def ask(method: str, path: str, content: bytes = b"", **headers: str) -> Said:
            fields = {name.replace("_", "-"): value for name, value in headers.items()}
            response = http.request(method, path, content=content or None, headers=fields)
            body = response.json() if response.content else None
            return Said(response.status_code, response.headers.get("content-type", ""), body)

        yield ask


PASSING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), "an instant"),
    (re.compile(r"v-[0-9a-f]{24}"), "a request"),
    (re.compile(r"([a-z]+)_[0-9a-zA-Z]{16,}"), r"\1 of its own"),
    (re.compile(r"AUTO-[0-9A-Z]{8}"), "a code"),
)
"""What differs from one life of the same story to another: instants, ids, codes that chance has drawn."""


def alike(said: Said) -> Said:
    """An answer without what must differ."""
    text = json.dumps(said.body, ensure_ascii=False)
    for pattern, name in PASSING:
        text = pattern.sub(name, text)
    return said._replace(body=json.loads(text))
