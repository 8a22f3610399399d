"""What customers did, counted: in their summaries, and no more names than a checkout should read."""

import pytest

from shared.domain.errors import InvalidPayload
from shared.domain.events import MOST_NAMES, refuse_uncounted
from shared.domain.summaries import Happened, Summary, Tally
from tests.unit.values import AT, DAY


def test_an_event_is_counted_and_dated() -> None:
    summary = Summary().plus(Tally("cust_1", happened={"seen": AT})).plus(Tally("cust_1", happened={"left": AT}))
    summary = summary.plus(Tally("cust_1", happened={"seen": AT + DAY}))
    assert summary.events == {"seen": Happened(2, AT + DAY), "left": Happened(1, AT)}
    assert summary.plus(Tally("cust_1", orders=1)).events == summary.events


def test_so_many_names_are_counted_of_one_customer_and_no_more() -> None:
    few = Summary(events={str(number): Happened(1, AT) for number in range(MOST_NAMES - 1)})
    many = Summary(events={**few.events, "seen": Happened(1, AT)})
    for name, summary in (("seen", None), ("seen", few), ("seen", many), ("7", many)):
        refuse_uncounted(name, summary)
    with pytest.raises(InvalidPayload) as refused:
        refuse_uncounted("left", many)
    assert refused.value.details.startswith("event: ")
