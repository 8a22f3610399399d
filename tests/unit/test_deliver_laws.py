"""Whatever channels answer and whoever comes when: the ledger, its counters and what has left agree."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.post.deliveries import LEASE, Delivery, NeverTaken, NotTaken, PerhapsTaken
from shared.usecases.deliver import UnderWay
from tests.unit.sorting import Office
from tests.unit.values import AT, DAY


def told(ledger: Sequence[Delivery]) -> dict[str, int]:
    """What the counters must be."""
    words = (f"dropped#{it.reason}" if it.status == "DROPPED" else it.status for it in ledger)
    return dict(Counter([*words, *["due"] * len(ledger)]))


ANSWERS = st.sampled_from([None, NotTaken(), NeverTaken("message_rejected"), PerhapsTaken(), ConnectionError()])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["sch_1", "sch_2"]),
        ANSWERS,
        st.sampled_from([AT, AT + LEASE, AT + DAY, AT + 2 * DAY]),
        st.sampled_from([(), ("email",), ("email",), ("email",)]),
    ),
    max_size=12,
)


@given(STEPS)
@settings(max_examples=60)
def test_whatever_happens_the_counters_are_what_the_ledger_says_and_nothing_leaves_twice(steps: Any) -> None:
    office = Office()
    office.policy()
    office.schedule("sch_2")
    for name, schedule, answer, at, allows in steps:
        office.customer(name, allows=allows)
        office.email.answers = [answer] if answer else []
        with suppress(NotTaken, UnderWay, ConnectionError):
            office.deliver(name, schedule=schedule, at=at)
        assert office.counters == told(office.ledger)
    left = [message.text for message in office.email.taken]
    assert len(left) == len(set(left)) == sum(it.status == "SENT" for it in office.ledger)
    assert len(office.publications) <= len(office.ledger)
