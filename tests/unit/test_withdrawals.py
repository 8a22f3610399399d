"""What takes back a message that waits, case by case; and what counts of what somebody says to an offer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.post.contact_policy import Contact, Contacts
from shared.domain.post.deliveries import LEASE, Asked, Delivery
from shared.domain.post.withdrawals import Waiting, given_back
from shared.domain.publications import Publication, Response, Word
from shared.domain.summaries import Purchase, Summary
from tests.unit.values import AT, DAY, MILLISECOND, campaign, code_of, voucher

BEFORE, AFTER = AT - DAY, AT + timedelta(hours=2)
UNLESS = Asked(channels=("email",), templates={"email": "tmpl_1"}, publication_id="pub_1", unless_ordered=True)
OF_FIVE = code_of(campaign(quantity=5), "CUP", redeemed_quantity=1)
REGARDLESS = UNLESS.model_copy(update={"unless_ordered": False})


def delivery(**fields: Any) -> Delivery:
    known = {"id": "dlv_1", "status": "DEFERRED", "customer_id": "cust_1", "due_at": AT, "created_at": AT, "version": 1}
    return Delivery(**known | fields)


def said(response: Word, at: datetime = AFTER, channel: str = "phone") -> Response:
    return Response(response=response, channel=channel, at=at)


def publication(response: Response | None = None) -> Publication:
    return Publication(id="pub_1", customer_id="cust_1", codes=("MUG",), response=response, created_at=BEFORE)


def bought(at: datetime) -> Summary:
    return Summary(orders=1, amount=500, purchases={"ord_1": Purchase(at, 500)})


@pytest.mark.parametrize(
    ("case", "known", "reason"),
    [
        ("nothing is known", {}, None),
        ("nothing was said", {"publication": publication()}, None),
        ("its offer was accepted", {"publication": publication(said("ACCEPTED"))}, "accepted"),
        ("its offer was declined", {"publication": publication(said("DECLINED"))}, "declined"),
        ("it was declined before", {"publication": publication(said("DECLINED", BEFORE))}, "declined"),
        ("another offer of the campaign was accepted", {"heard": said("ACCEPTED")}, "accepted"),
        ("at the very moment at which it began", {"heard": said("DECLINED", AT)}, "declined"),
        ("last year's offer was accepted", {"heard": said("ACCEPTED", AT - MILLISECOND)}, None),
        ("its code was redeemed", {"vouchers": (voucher(redeemed_quantity=1),)}, "redeemed"),
        ("one of its codes was", {"vouchers": (voucher(), voucher("CUP", redeemed_quantity=1))}, "redeemed"),
        ("a campaign's code was, of many uses", {"vouchers": (OF_FIVE,)}, "redeemed"),
        ("its code is held", {"vouchers": (voucher(taken=1),)}, None),
        ("everybody's code was", {"vouchers": (voucher(quantity=None, redeemed_quantity=9),)}, None),
        ("they have bought", {"delivery": delivery(asked=UNLESS), "summary": bought(AFTER)}, "already_bought"),
        ("they had bought", {"delivery": delivery(asked=UNLESS), "summary": bought(BEFORE)}, None),
        ("they have bought, and may", {"delivery": delivery(asked=REGARDLESS), "summary": bought(AFTER)}, None),
        ("what is due, whatever they buy", {"summary": bought(AFTER)}, None),
    ],
)  # fmt: skip
def test_what_takes_a_message_back(case: str, known: Mapping[str, Any], reason: str | None) -> None:
    assert Waiting(**{"delivery": delivery(), **known}).overtaken == reason, case


@pytest.mark.parametrize(
    ("status", "lease", "waits"),
    [
        ("DEFERRED", None, True),
        ("PREPARED", None, True),
        ("PREPARED", AT + LEASE, False),
        ("PREPARED", AT, True),
        *((status, None, False) for status in ("SENDING", "SENT", "DROPPED", "FAILED", "UNKNOWN")),
    ],
)
def test_what_waits_is_not_in_anybodys_hands(status: str, lease: datetime | None, *, waits: bool) -> None:
    assert delivery(status=status, lease=lease).waits(AT) is waits


def test_a_place_is_given_back_and_no_other() -> None:
    mail, text, twin = (Contact(at=AT, channel=channel, purpose="marketing") for channel in ("email", "sms", "email"))
    known = Contacts(sent=(mail, text, twin), version=3)
    left = given_back(known, delivery(contact_at=AT, channel="email"))
    assert left == Contacts(sent=(text, mail), version=3)
    assert given_back(known, delivery(contact_at=AFTER, channel="email")) == known


@given(st.lists(st.tuples(st.sampled_from(["ACCEPTED", "DECLINED"]), st.integers(0, 5)), min_size=1))
def test_of_all_that_is_said_the_latest_counts_and_of_one_instant_the_last(words: list[tuple[Word, int]]) -> None:
    told = [said(word, AT + minutes * timedelta(minutes=1)) for word, minutes in words]
    known = publication()
    for response in told:
        known = known.answered(response, at=AFTER)
        assert known.answered(known.response or response, at=AFTER) is known, "told again"
    assert known.response == max(enumerate(told), key=lambda it: (it[1].at, it[0]))[1]


def test_what_is_told_without_an_instant_says_nothing_that_counts_already() -> None:
    known = publication(said("ACCEPTED", AT))
    assert known.answered(said("ACCEPTED", AFTER), at=AFTER) is known
    later = known.answered(said("ACCEPTED", AFTER), at=AFTER + DAY)
    assert later.response == said("ACCEPTED", AFTER), "an instant of its own, and a later one"
    elsewhere = known.answered(said("ACCEPTED", AFTER, "chat"), at=AFTER)
    assert elsewhere.response == said("ACCEPTED", AFTER, "chat")
