"""Who enters a segment and who leaves it is told: each change at least once under one id, and nothing else ever."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.domain.customers import Customer, Profile
from shared.domain.enrolments import Enrolment, Standing
from shared.domain.errors import Busy, Moved
from shared.domain.summaries import Person, Summary
from shared.usecases.enrol import enrol
from tests.unit.values import AT, DAY, counting

ANN = Person(Customer(id="cust_1", profile=Profile(), created_at=AT), Summary())


class Kept:
    """What a store of enrolments promises, in memory: a turn is kept only over the one that was read."""

    def __init__(self, *watched: str) -> None:
        self.watched = watched
        self.person: Person | None = ANN
        self.inside: set[str] = set()
        self.kept: dict[str, Enrolment] = {}
        self.commits = 0
        self.breaks_at = 0

    def standing(self, _customer_id: str, *, at: Any) -> Standing:
        return Standing(self.person, frozenset(self.inside), dict(self.kept))

    def keep(self, changed: Sequence[Enrolment], told: Sequence[Enrolment], *, standing: Standing) -> None:
        self.commits += 1
        if self.commits == self.breaks_at:
            raise KeyboardInterrupt
        anew = {turn.segment_id for turn in changed}
        marked = [turn.model_copy(update={"told": True}) for turn in told if turn.segment_id not in anew]
        for turn in (*changed, *marked):
            before, now = standing.kept.get(turn.segment_id), self.kept.get(turn.segment_id)
            if (before and before.fact) != (now and now.fact):
                raise Moved
            self.kept[turn.segment_id] = turn

    def forget(self, _standing: Standing) -> None:
        self.kept.clear()


class Heard:
    """A bus that remembers what it was told, and may be away."""

    def __init__(self) -> None:
        self.facts: list[Enrolment] = []
        self.away = False

    def tell(self, facts: Sequence[Enrolment]) -> None:
        if self.away:
            raise ConnectionError
        self.facts += facts

    @property
    def names(self) -> list[tuple[str, str]]:
        return [(fact.name, fact.segment_id) for fact in self.facts]


@pytest.fixture
def kept() -> Kept:
    return Kept("seg_1", "seg_2")


@pytest.fixture
def bus() -> Heard:
    return Heard()


def looked(kept: Kept, bus: Heard, *, at: Any = AT, chance: Any = counting()) -> int:  # noqa: B008 - one for all
    return enrol("cust_1", at=at, enrolments=kept, bus=bus, chance=chance)


def test_entering_and_leaving_are_told_once_each_and_nothing_where_nothing_changed(kept: Kept, bus: Heard) -> None:
    told = []
    for number, inside in enumerate((set(), {"seg_1"}, {"seg_1"}, {"seg_1", "seg_2"}, {"seg_2"}, set(), set())):
        kept.inside = inside
        told.append(looked(kept, bus, at=AT + number * DAY))
    assert told == [0, 1, 0, 1, 1, 1, 0]
    entered, left = "CustomerEnteredSegment", "CustomerLeftSegment"
    assert bus.names == [(entered, "seg_1"), (entered, "seg_2"), (left, "seg_1"), (left, "seg_2")]
    assert len({fact.fact for fact in bus.facts}) == 4
    assert all(turn.told for turn in kept.kept.values())


def test_where_nothing_is_watched_nothing_is_looked_at(bus: Heard) -> None:
    assert looked(Kept(), bus) == 0


@pytest.mark.parametrize("breaks_at", [1, 2])
def test_who_dies_in_between_has_it_told_again_under_the_same_id(kept: Kept, bus: Heard, breaks_at: int) -> None:
    kept.inside, kept.breaks_at = {"seg_1"}, breaks_at
    with pytest.raises(KeyboardInterrupt):
        looked(kept, bus)
    assert len(bus.facts) == breaks_at - 1, "first it is kept, then told"
    looked(kept, bus)
    assert looked(kept, bus) == 0
    assert (len({fact.fact for fact in bus.facts}), len(bus.facts)) == (1, breaks_at)


def test_a_bus_that_was_away_is_told_when_it_is_back_in_order(kept: Kept, bus: Heard) -> None:
    kept.inside, bus.away = {"seg_1"}, True
    with pytest.raises(ConnectionError):
        looked(kept, bus)
    kept.inside, bus.away = set(), False
    assert looked(kept, bus, at=AT + DAY) == 2, "nobody leaves who has not entered"
    assert bus.names == [("CustomerEnteredSegment", "seg_1"), ("CustomerLeftSegment", "seg_1")]


def test_an_old_change_that_comes_again_turns_nothing_back(kept: Kept, bus: Heard) -> None:
    kept.inside = {"seg_1"}
    looked(kept, bus, at=AT + DAY)
    kept.inside = set()
    assert looked(kept, bus, at=AT) == 0


def test_who_is_forgotten_is_told_of_no_more(kept: Kept, bus: Heard) -> None:
    kept.inside = {"seg_1"}
    looked(kept, bus)
    kept.person = None
    assert looked(kept, bus) == 0
    assert kept.kept == {}
    kept.person = ANN
    looked(kept, bus)
    assert len({fact.fact for fact in bus.facts}) == 2


def test_two_that_look_at_once_keep_one_turn(kept: Kept, bus: Heard) -> None:
    class Slow(Kept):
        def standing(self, customer_id: str, *, at: Any) -> Standing:
            before = super().standing(customer_id, at=at)
            if not self.kept:
                other = Kept(*self.watched)
                other.inside, other.kept = self.inside, self.kept
                looked(other, bus)
            return before

    slow = Slow("seg_1")
    slow.inside = {"seg_1"}
    try:
        looked(slow, bus)
    except Busy:
        pytest.fail("nobody kept changing it")
    assert len({fact.fact for fact in bus.facts}) == 1
