"""What counts of what somebody says to an offer, and which messages wait for it to be said."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.post.deliveries import LEASE, Delivery
from shared.domain.publications import Publication, Response, Word
from tests.unit.values import AT, DAY

LATER = AT + timedelta(hours=2)


def said(response: Word, at: datetime = LATER, channel: str = "phone") -> Response:
    return Response(response=response, channel=channel, at=at)


def publication(response: Response | None = None) -> Publication:
    return Publication(id="pub_1", customer_id="cust_1", codes=("MUG",), response=response, created_at=AT - DAY)


@given(st.lists(st.tuples(st.sampled_from(["ACCEPTED", "DECLINED"]), st.integers(0, 5)), min_size=1))
def test_of_all_that_is_said_the_latest_counts_and_of_one_instant_the_last(words: list[tuple[Word, int]]) -> None:
    told = [said(word, AT + minutes * timedelta(minutes=1)) for word, minutes in words]
    known = publication()
    for response in told:
        known = known.answered(response, at=LATER)
        assert known.answered(known.response or response, at=LATER) is known, "told again"
    assert known.response == max(enumerate(told), key=lambda it: (it[1].at, it[0]))[1]


def test_what_is_told_without_an_instant_says_nothing_that_counts_already() -> None:
    known = publication(said("ACCEPTED", AT))
    assert known.answered(said("ACCEPTED", LATER), at=LATER) is known
    later = known.answered(said("ACCEPTED", LATER), at=LATER + DAY)
    assert later.response == said("ACCEPTED", LATER), "an instant of its own, and a later one"
    elsewhere = known.answered(said("ACCEPTED", LATER, "chat"), at=LATER)
    assert elsewhere.response == said("ACCEPTED", LATER, "chat")


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
    its = {"id": "dlv_1", "customer_id": "cust_1", "due_at": AT, "created_at": AT}
    assert Delivery(status=status, lease=lease, **its).waits(AT) is waits
