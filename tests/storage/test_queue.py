"""The message that starts an async action is one that its worker understands."""

import json

import boto3
import pytest
from moto import mock_aws

from infra.local import engine
from shared.runtime.queue import ActionQueue


def test_a_message_names_the_project_and_the_action(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in engine.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="actions")["QueueUrl"]
        ActionQueue(sqs, url).send("proj_sandbox", "async_1")
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(message["Body"]) for message in messages] == [
        {"project": "proj_sandbox", "action_id": "async_1"}
    ]
