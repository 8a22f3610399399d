"""The pace of a channel: never more than it allows in any span of time, and near to it where much is to be sent."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.delivery.pacing import InTurn
from shared.domain.post.deliveries import Message, NotTaken
from shared.domain.post.pace import SECOND, Bucket

MAIL = Message("email", "ann@example.com", "For you", "Hello")
Asked = list[tuple[int, int]]
"""Microseconds since the one before, and to how many."""


def turns(bucket: Bucket, asked: Asked, *, mark: int = 0) -> list[tuple[int, int]]:
    """When so many leave, for all who ask one after the other."""
    at, gone = 0, []
    for later, recipients in asked:
        at += later
        mark = bucket.moved(mark, recipients, at=at)
        gone.append((at + bucket.wait(mark, recipients, at=at), recipients))
    return gone


asking = st.lists(st.tuples(st.integers(0, 3 * SECOND), st.integers(1, 9)), min_size=1, max_size=40)
buckets = st.builds(Bucket, st.floats(0.2, 500), st.integers(1, 20))


@given(bucket=buckets, asked=asking)
def test_in_no_span_of_time_leave_more_than_the_rate_and_a_burst(bucket: Bucket, asked: Asked) -> None:
    gone = sorted(turns(bucket, asked))
    burst = max(bucket.burst, *(recipients for _, recipients in asked))
    for first in range(len(gone)):
        total = 0
        for at, recipients in gone[first:]:
            total += recipients
            span = at - gone[first][0]
            assert total <= bucket.rate * span / SECOND + burst + 1e-6


@given(bucket=buckets, asked=asking)
def test_a_message_to_many_takes_as_long_as_many_messages(bucket: Bucket, asked: Asked) -> None:
    alone = [(later if first else 0, 1) for later, many in asked for first in [True] + [False] * (many - 1)]
    bucket = bucket._replace(burst=20)
    together, apart = turns(bucket, asked), turns(bucket, alone)
    assert sum(many for _, many in together) == len(apart)
    assert together[-1][0] == apart[-1][0]


@given(bucket=buckets, count=st.integers(2, 200))
def test_who_has_much_to_send_is_kept_from_none_of_it(bucket: Bucket, count: int) -> None:
    """All at once: the burst leaves, then one after the other as fast as they may."""
    gone = [at for at, _ in turns(bucket, [(0, 1)] * count)]
    assert gone[: bucket.burst] == [0] * min(count, bucket.burst)
    assert all(later - earlier == bucket.span(1) for earlier, later in pairwise(gone[bucket.burst - 1 :]))


def test_after_a_rest_there_is_a_burst_and_no_more() -> None:
    bucket = Bucket(10, burst=3)
    day = 86_400 * SECOND
    assert [at for at, _ in turns(bucket, [(day, 1), *[(0, 1)] * 4])] == [
        *[day] * 3,
        *(day + 100_000, day + 200_000),
    ]


@given(bucket=buckets, recipients=st.integers(1, 9), patience=st.integers(0, 10 * SECOND))
def test_whoever_is_patient_enough_is_let_in_and_nobody_else(bucket: Bucket, recipients: int, patience: int) -> None:
    latest = bucket.latest(recipients, at=0, patience=patience)
    for mark, waits in ((latest, True), (latest + 1, False)):
        if mark >= 0:
            wait = bucket.wait(bucket.moved(mark, recipients, at=0), recipients, at=0)
            assert (wait <= patience) is waits


def test_a_message_waits_for_its_turn() -> None:
    slept = list[float]()
    turn = iter([0.0, 0.25])
    pace = InTurn({"email": lambda: next(turn)}, sleep=slept.append)
    pace.wait("email")
    pace.wait("sms")  # has no pace
    pace.wait("email")
    assert slept == [0.0, 0.25]


@pytest.mark.parametrize("error", [NotTaken(), TimeoutError("the table is away")])
def test_where_nobody_can_tell_when_its_turn_is_a_message_has_surely_not_left(error: Exception) -> None:
    def turn() -> float:
        raise error

    slept = list[float]()
    with pytest.raises(NotTaken):
        InTurn({"email": turn}, sleep=slept.append).wait("email")
    assert slept == []
