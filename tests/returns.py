"""What AWS tells of messages, shaped as in the cloud: events of a configuration set, and texts that phones answer."""

import json
from datetime import datetime
from typing import Any

from shared.domain.model import iso

Json = dict[str, Any]
SET = "bonbon"


def bounce(
    delivery: str, message: str, to: str, at: datetime, *, kind: str = "Permanent", sub: str = "General"
) -> Json:
    return {
        "eventType": "Bounce",
        "bounce": {
            "feedbackId": "0100018f-61b59c11-9236-11e6-8f96-7be8aexample-000000",
            "bounceType": kind,
            "bounceSubType": sub,
            "bouncedRecipients": [
                {
                    "emailAddress": to,
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                }
            ],
            "timestamp": iso(at),
            "reportingMTA": "dsn; mta.example.com",
        },
        "mail": mail(delivery, message, to, at),
    }


def complaint(delivery: str, message: str, to: str, at: datetime, *, kind: str | None = "abuse") -> Json:
    return {
        "eventType": "Complaint",
        "complaint": {
            "feedbackId": "0100018f-61b59c11-9236-11e6-8f96-7be8aexample-000000",
            "complaintSubType": None,
            "complainedRecipients": [{"emailAddress": to}],
            "timestamp": iso(at),
            "userAgent": "ExampleCorp Feedback Loop (V0.01)",
            "complaintFeedbackType": kind,
            "arrivalDate": iso(at),
        },
        "mail": mail(delivery, message, to, at),
    }


def mail(delivery: str, message: str, to: str, at: datetime, *, project: str = "proj_sandbox") -> Json:
    return {
        "timestamp": iso(at),
        "source": "Shop <offers@example.com>",
        "sourceArn": "arn:aws:ses:us-east-1:123456789012:identity/example.com",
        "sendingAccountId": "123456789012",
        "messageId": message,
        "destination": [to],
        "headersTruncated": False,
        "headers": [{"name": "From", "value": "Shop <offers@example.com>"}, {"name": "To", "value": to}],
        "commonHeaders": {"from": ["Shop <offers@example.com>"], "to": [to], "subject": "For you"},
        "tags": {
            "ses:configuration-set": [SET],
            "ses:source-ip": ["192.0.2.0"],
            "ses:from-domain": ["example.com"],
            "ses:caller-identity": ["bonbon-deliver"],
            "delivery": [delivery],
            "project": [project],
        },
    }


def text(number: str, said: str) -> Json:
    return {
        "originationNumber": number,
        "destinationNumber": "+12125550101",
        "messageKeyword": "KEYWORD_123456789012",
        "messageBody": said,
        "inboundMessageId": "cae173d2-66b9-564c-8309-21f858e9fb84",
        "previousPublishedMessageId": "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY",
    }


def record(said: Json | str, at: datetime, number: int = 0) -> Json:
    """A message of the queue, as Lambda hands it over."""
    return {
        "messageId": str(number),
        "body": said if isinstance(said, str) else json.dumps(said),
        "attributes": {"SentTimestamp": str(int(at.timestamp() * 1000)), "ApproximateReceiveCount": "1"},
    }
