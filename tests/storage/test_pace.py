"""The pace of a channel over a real engine: one write a message, and never too many whoever takes a turn beside."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count, pairwise

import pytest

from shared.domain.post.deliveries import NotTaken
from shared.domain.post.pace import SECOND, Bucket
from shared.storage.keys import Key
from shared.storage.pace import PaceStore
from shared.storage.table import Table
from tests.storage.wire import Wire

CHANNELS = count(1)
RATE = 100


class Clock:
    def __init__(self) -> None:
        self.now = 1_773_734_400.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def channel() -> str:
    """A channel that no other test knows: a pace is of no project."""
    return f"channel {next(CHANNELS)}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def pace(table: Table, channel: str, clock: Clock, *, rate: float = 10, burst: int = 1) -> PaceStore:
    return PaceStore(table, channel, Bucket(rate, burst), patience=5, seconds=clock)  # type: ignore[arg-type]


def test_a_turn_costs_one_write(table: Table, channel: str, clock: Clock, wire: Wire) -> None:
    mails = pace(table, channel, clock)
    assert [mails.turn() for _ in range(4)] == pytest.approx([0, 0.1, 0.2, 0.3], abs=1e-6)
    clock.now += 10
    assert mails.turn() == 0
    assert wire.calls == ["UpdateItem"] * 5


def test_who_has_not_looked_yet_looks_once_more(table: Table, channel: str, clock: Clock, wire: Wire) -> None:
    assert pace(table, channel, clock).turn() == 0
    PaceStore._seen.clear()
    another = pace(table, channel, clock)
    assert [another.turn(), another.turn()] == pytest.approx([0.1, 0.2], abs=1e-6)
    assert wire.calls == ["UpdateItem"] * 4


def test_recipients_count_and_not_messages(table: Table, channel: str, clock: Clock) -> None:
    mails = pace(table, channel, clock)
    assert [mails.turn(5), mails.turn(), mails.turn(2)] == pytest.approx([0, 0.5, 0.6], abs=1e-6)


def test_a_turn_that_nobody_waits_for_is_not_taken(table: Table, channel: str, clock: Clock, wire: Wire) -> None:
    mails = pace(table, channel, clock)
    assert mails.turn(51) == 0
    before = table.get(Key.pace(channel))
    for _ in range(2):
        with pytest.raises(NotTaken):
            mails.turn()
    assert wire.calls == ["UpdateItem", "GetItem"], "who knows need not ask"
    PaceStore._seen.clear()
    with pytest.raises(NotTaken):
        mails.turn()
    assert table.get(Key.pace(channel)) == before
    clock.now += 0.2
    assert mails.turn() == pytest.approx(4.9, abs=1e-3)


def test_each_channel_has_a_pace_of_its_own_for_all_projects(table: Table, channel: str, clock: Clock) -> None:
    other = f"{channel} beside"
    assert [pace(table, it, clock).turn() for it in (channel, channel, other)] == pytest.approx([0, 0.1, 0], abs=1e-6)


def test_however_many_workers_take_turns_at_once_no_more_leave_and_hardly_fewer(table: Table, channel: str) -> None:
    """Eight workers, each of whom forgets now and then, sending for a second or so in real time."""
    gone, lock, bucket = list[float](), threading.Lock(), Bucket(RATE)

    def work(number: int) -> None:
        for step in range(15):
            if (number + step) % 7 == 0:
                PaceStore._seen.clear()
            at = time.time()
            wait = PaceStore(table, channel, bucket, patience=5, seconds=lambda at=at: at).turn()  # type: ignore[arg-type]
            with lock:
                gone.append(at + wait)
            time.sleep(wait)

    began = time.time()
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(work, range(8)))
    took, span = time.time() - began, bucket.span(1) / SECOND
    assert len(gone) == 120
    assert min(later - earlier for earlier, later in pairwise(sorted(gone))) > span - 1e-5, "no span of time has more"
    assert took >= 119 * span
    assert took < 1.5 * 120 * span + 1, "and nobody waited for a turn that was nobody's"
