"""The local outbox shows what the mail and text services were asked to send."""

import os
from typing import Any

import boto3

from infra.local.clock import Clock
from infra.local.outbox import Outbox
from tests.functions.conftest import NOW, Functions


def test_mails_and_texts_are_shown_oldest_first_until_they_are_cleared(functions: Functions) -> None:
    clock = Clock()
    clock.set(NOW)
    outbox = Outbox(os.environ["AWS_ENDPOINT_URL"], clock)
    outbox.clear()
    mail: Any = boto3.client("sesv2")
    mail.create_email_identity(EmailIdentity="shop@example.com")
    mail.send_email(
        FromEmailAddress="shop@example.com",
        Destination={"ToAddresses": ["ann@example.com"]},
        Content={"Simple": {"Subject": {"Data": "A code for you"}, "Body": {"Text": {"Data": "HELLO"}}}},
    )
    boto3.client("sns").publish(PhoneNumber="+353851234567", Message="HELLO again")
    at = "2026-03-17T08:00:00.000Z"
    assert outbox.messages() == [
        {"channel": "email", "to": "ann@example.com", "subject": "A code for you", "body": "HELLO", "at": at},
        {"channel": "sms", "to": "+353851234567", "subject": "", "body": "HELLO again", "at": at},
    ]
    outbox.clear()
    assert outbox.messages() == []
