"""Who a message is from, and what its provider is told besides: which delivery it is, and of which kind."""

import json
from urllib.parse import parse_qs

import pytest

from shared.domain.post.deliveries import NeverTaken
from shared.runtime import channels as made
from tests.storage.test_channels import MAIL, TEXT, Channel, server, service

__all__ = ["server", "service"]
TAKEN = b'{"MessageId": "0101"}'
PUBLISHED = b"<PublishResponse><PublishResult><MessageId>0102</MessageId></PublishResult></PublishResponse>"


def mailed(service: Channel, **said: str) -> dict[str, object]:
    """What SES is asked when a mail says this."""
    service.does = lambda it: it.say(200, TAKEN, content_type="application/json")
    assert made.channels()["email"].send(MAIL._replace(**said)) == "0101"
    [(_, body)] = service.asked
    asked: dict[str, object] = json.loads(body)
    return asked


def texted(service: Channel, **said: str) -> dict[str, str]:
    """What SNS is told of a text besides, by its name."""
    service.does = lambda it: it.say(200, PUBLISHED, content_type="text/xml")
    assert made.channels()["sms"].send(TEXT._replace(**said)) == "0102"
    [(_, body)] = service.asked
    asked = {name: value for name, [value] in parse_qs(body.decode()).items()}
    assert (asked["PhoneNumber"], asked["Message"]) == (TEXT.to, TEXT.text)
    count = sum(name.endswith(".Name") for name in asked)
    its = [f"MessageAttributes.entry.{number}" for number in range(1, count + 1)]
    assert {asked[f"{it}.Value.DataType"] for it in its} == {"String"}
    return {asked[f"{it}.Name"]: asked[f"{it}.Value.StringValue"] for it in its}


def test_ses_is_told_which_delivery_a_mail_is(service: Channel) -> None:
    asked = mailed(service, delivery_id="dlv_1", project="proj_1")
    assert asked["EmailTags"] == [
        {"Name": "delivery", "Value": "dlv_1"},
        {"Name": "project", "Value": "proj_1"},
    ]


@pytest.mark.parametrize(
    ("case", "said", "told"),
    [
        ("an address alone", "a@b.example", "a@b.example"),
        ("a plain name", "Shop <a@b.example>", "Shop <a@b.example>"),
        ("a comma is in quotes", '"Mugs, Inc." <a@b.example>', '"Mugs, Inc." <a@b.example>'),
        ("or is put into them", "Mugs, Inc. <a@b.example>", '"Mugs, Inc." <a@b.example>'),
        ("another script", "Café <a@b.example>", "=?utf-8?b?Q2Fmw6k=?= <a@b.example>"),
        ("another domain", "Shop <a@bücher.example>", "Shop <a@xn--bcher-kva.example>"),
        ("a name that is an address", "x@y.example <a@b.example>", '"x@y.example" <a@b.example>'),
    ],
)
def test_a_mail_is_from_whom_it_says_in_ascii(service: Channel, case: str, said: str, told: str) -> None:
    asked = mailed(service, sender=said, reply_to=said)
    assert (asked["FromEmailAddress"], asked["ReplyToAddresses"]) == (told, [told])


def test_a_long_name_of_a_sender_is_words_that_a_header_may_hold(service: Channel) -> None:
    asked = str(mailed(service, sender=f"{'é' * 100} <a@b.example>")["FromEmailAddress"])
    assert asked.isascii()
    assert "\n" not in asked
    assert asked.endswith(" <a@b.example>")
    assert max(map(len, asked.split(" "))) <= 75, "RFC 2047, 2"


def test_a_sender_that_cannot_be_written_sends_nothing(service: Channel) -> None:
    with pytest.raises(NeverTaken, match="address_refused"):
        made.channels()["email"].send(MAIL._replace(sender="Shop <é@b.example>"))
    assert service.asked == []


def test_a_mail_that_says_nothing_is_from_the_deployment(service: Channel) -> None:
    asked = mailed(service)
    assert asked["FromEmailAddress"] == "shop@example.com"
    assert not {"EmailTags", "ReplyToAddresses"} & set(asked)


def test_a_text_is_of_its_kind_and_from_whom_it_says(service: Channel) -> None:
    assert texted(service) == {"AWS.SNS.SMS.SMSType": "Promotional"}
    service.asked.clear()
    assert texted(service, sender="MUGS", purpose="transactional") == {
        "AWS.SNS.SMS.SenderID": "MUGS",
        "AWS.SNS.SMS.SMSType": "Transactional",
    }
