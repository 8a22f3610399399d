"""The calendar's and the post's queues: ten messages a round trip, and none that is lost without a word."""

import json
from datetime import date
from typing import Any

import pytest

from shared.domain.calendar.agenda import DueRun, Errand, Parcel, Waiting
from shared.domain.calendar.schedules import Run
from shared.runtime.errands import CalendarQueue, NotSent, PostQueue, errand_of
from tests.unit.values import AT, PROJECT

RUN = Run(schedule_id="sch_1", day=date(2026, 3, 17), zone="Europe/Dublin", at=AT)


class Sqs:
    """A queue service that takes all messages but those that it is told not to."""

    def __init__(self, *refused: str) -> None:
        self._refused = refused
        self.taken: list[list[Any]] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        self.taken.append([json.loads(it["MessageBody"]) for it in Entries if it["Id"] not in self._refused])
        failed = [{"Id": it["Id"], "SenderFault": False, "Code": "Busy"} for it in Entries if it["Id"] in self._refused]
        return {"Successful": [], "Failed": failed} if failed else {"Successful": []}


@pytest.mark.parametrize(
    "errand",
    [
        DueRun(PROJECT, RUN),
        DueRun(PROJECT, RUN.model_copy(update={"zone": None}), "a partition\na place"),
        Waiting(AT),
        Waiting(AT, "deferred\na place"),
    ],
)
def test_an_errand_arrives_as_it_was_sent(errand: Errand) -> None:
    sqs: Any = Sqs()
    CalendarQueue(sqs, "queue").send([errand])
    assert [[errand_of(body) for body in piece] for piece in sqs.taken] == [[errand]]


def test_ten_messages_go_together_and_nothing_makes_no_round_trip() -> None:
    sqs: Any = Sqs()
    PostQueue(sqs, "queue").send(Parcel(PROJECT, RUN, (f"cust_{number}",)) for number in range(23))
    assert [len(piece) for piece in sqs.taken] == [10, 10, 3]
    PostQueue(sqs, "queue").send([])
    assert len(sqs.taken) == 3


def test_a_message_that_is_not_taken_is_no_secret() -> None:
    sqs: Any = Sqs("1")
    with pytest.raises(NotSent):
        CalendarQueue(sqs, "queue").send([Waiting(AT), Waiting(AT), Waiting(AT)])
