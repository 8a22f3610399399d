"""A counter on shards, against one on a single item: who is let in, and on what facts, is the same."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.domain.escrow import (
    SHARDS,
    Change,
    Changes,
    Shard,
    counting,
    counting_on,
    is_hot,
    shard_for,
    slices,
    taking,
    used,
)


def committed(changes: Changes, shards: Sequence[Shard]) -> list[Shard] | None:
    """The shards after all changes; None if one condition fails."""
    after = list(shards)
    for number, change in changes.items():
        shard = shards[number]
        fails = [
            change.if_used is not None and shard.used != change.if_used,
            change.if_left is not None and (shard.left is None or shard.left < change.if_left),
            change.if_bound is not None and (shard.bound is None or shard.bound > change.if_bound),
            change.if_sliceless and shard.left is not None,
        ]
        if any(fails):
            return None
        after[number] = changed(change, shard)
    return after


def changed(change: Change, shard: Shard) -> Shard:
    now = shard.used + change.more
    if change.slice_ is not None:
        return Shard(now, change.slice_, change.bound)
    if change.sliceless:
        return Shard(now, None, shard.bound)
    # what a condition has not made sure of would be a slice out of nothing
    assert not change.more or change.if_sliceless or change.if_left is not None
    return Shard(now, None if shard.left is None else shard.left - change.more, shard.bound)


def dealt(left: Sequence[int], *, used: int = 0, bound: int | None = None) -> list[Shard]:
    bound = used + sum(left) if bound is None else bound
    return [Shard(used if number == 0 else 0, some, bound) for number, some in enumerate(left)]


@pytest.mark.parametrize(
    ("case", "by", "left", "parts"),
    [
        ("from the first that has it", 3, [2, 2, 9, 9], {2: 3}),
        ("the last units, in crumbs", 5, [1, 2, 0, 2], {1: 2, 3: 2, 0: 1}),
        ("to the very last", 1, [0, 0, 0, 1], {3: 1}),
        ("money back, to any", -4, [0, 0, 0, 0], {0: -4}),
    ],
)
def test_what_is_taken_comes_from_slices(case: str, by: int, left: list[int], parts: dict[int, int]) -> None:
    shards = dealt(left)
    changes = taking(by, shards, most=sum(left), first=0)
    assert changes is not None
    assert {number: change.more for number, change in changes.items()} == parts
    assert all(change.slice_ is None for change in changes.values())


def test_slices_for_a_lower_bound_serve_a_higher_one_too_and_not_the_other_way_round() -> None:
    shards = dealt([5, 5, 5, 5], used=10)
    higher, lower = taking(1, shards, most=40, first=0), taking(1, shards, most=20, first=0)
    assert higher == {0: Change(1, if_left=1, if_bound=40)}
    assert lower == {
        0: Change(1, slice_=3, bound=20, if_used=10),
        1: Change(0, slice_=2, bound=20, if_used=0),
        2: Change(0, slice_=2, bound=20, if_used=0),
        3: Change(0, slice_=2, bound=20, if_used=0),
    }


def test_where_the_bound_is_reached_nothing_is_to_be_had() -> None:
    assert taking(1, dealt([0, 0], used=10), most=10, first=0) is None
    assert taking(6, dealt([3, 2], used=10), most=15, first=0) is None


def test_a_shard_is_chosen_that_has_room_for_all_counters() -> None:
    times, money = dealt([1, 1, 0, 1]), dealt([0, 300, 300, 299])
    assert {shard_for([(1, times), (300, money)], start=start) for start in range(9)} == {1}
    assert {shard_for([(1, times)], start=start) for start in range(9)} == {0, 1, 3}
    assert {shard_for([(2, times)], start=start) for start in range(9)} == {0, 1, 2, 3}
    assert {shard_for([], start=start) for start in range(9)} == set(range(SHARDS))


def test_a_counter_is_spread_when_it_was_used_often_and_much_is_left() -> None:
    assert [is_hot(uses, room=None, by=1) for uses in (63, 64)] == [False, True]
    assert [is_hot(64, room=room, by=1) for room in (63, 64)] == [False, True]
    assert is_hot(64, room=64, by=0)


@given(st.integers(-5, 1_000), st.integers(1, 20))
def test_slices_are_even_and_are_all_that_is_left(room: int, count: int) -> None:
    dealt = slices(room, count)
    assert sum(dealt) == max(room, 0)
    assert max(dealt) - min(dealt) <= 1


BOUNDS = st.sampled_from([0, 3, 20, 21, 40])
AMOUNTS = st.integers(1, 7)
STARTS = st.integers(0, 100)


class Racing(RuleBasedStateMachine):
    """Clients that read shard by shard, decide, and commit when others have long committed, against a plain counter."""

    @initialize(used=st.integers(0, 12))
    def begin(self, used: int) -> None:
        self.shards: list[Shard] = [Shard(used), *[Shard()] * (SHARDS - 1)]
        self.total = used
        self.read: dict[int, list[Shard]] = {}

    @rule(client=st.integers(0, 3), shards=st.sets(st.integers(0, SHARDS - 1)))
    def read_some(self, client: int, shards: set[int]) -> None:
        """A batch is no snapshot: some of the shards are read now, the others were read before."""
        seen = self.read.setdefault(client, list(self.shards))
        for number in shards:
            seen[number] = self.shards[number]

    @precondition(lambda self: self.read)
    @rule(data=st.data(), by=AMOUNTS, most=BOUNDS, start=STARTS)
    def use_up_to(self, data: st.DataObject, by: int, most: int, start: int) -> None:
        changes = taking(by, self._decider(data), most=most, first=start % SHARDS)
        if changes is not None and self._commit(changes, by):
            assert self.total <= most, "one condition on one item would have refused this"

    @precondition(lambda self: self.read)
    @rule(data=st.data(), by=AMOUNTS, start=STARTS)
    def use_if_nobody_else_has(self, data: st.DataObject, by: int, start: int) -> None:
        seen = self._decider(data)
        before = self.total
        if self._commit(counting_on(by, seen, first=start % SHARDS), by):
            assert before == used(seen)

    @precondition(lambda self: self.read)
    @rule(data=st.data(), by=AMOUNTS, start=STARTS)
    def just_count(self, data: st.DataObject, by: int, start: int) -> None:
        self._commit(counting(by, self._decider(data), first=start % SHARDS), by)

    @precondition(lambda self: self.read)
    @rule(data=st.data(), by=AMOUNTS, start=STARTS)
    def give_back(self, data: st.DataObject, by: int, start: int) -> None:
        if by <= self.total:
            self._commit(counting(-by, self._decider(data), first=start % SHARDS), -by)

    @precondition(lambda self: self.read)
    @rule(data=st.data(), by=AMOUNTS, less=AMOUNTS, most=BOUNDS, start=STARTS)
    def replace_what_a_hold_took(self, data: st.DataObject, by: int, less: int, most: int, start: int) -> None:
        if less > self.total:
            return
        changes = taking(by - less, self._decider(data), most=most, first=start % SHARDS)
        if changes is not None and self._commit(changes, by - less):
            assert self.total <= most

    @rule(by=AMOUNTS, most=BOUNDS, start=STARTS)
    def who_sees_things_as_they_are_is_let_in_if_there_is_room(self, by: int, most: int, start: int) -> None:
        room = self.total + by <= most
        changes = taking(by, self.shards, most=most, first=start % SHARDS)
        assert (changes is not None) is room
        if changes is not None:
            assert self._commit(changes, by)

    @invariant()
    def nothing_is_lost_and_no_slice_is_of_nothing(self) -> None:
        if not hasattr(self, "shards"):
            return
        assert used(self.shards) == self.total
        left = {shard.left is None for shard in self.shards}
        assert len(left) == 1, "all have slices, or none"
        if left == {False}:
            [bound] = {shard.bound for shard in self.shards}
            assert bound == self.total + sum(shard.left or 0 for shard in self.shards)
            assert all((shard.left or 0) >= 0 for shard in self.shards)

    def _decider(self, data: st.DataObject) -> Sequence[Shard]:
        seen: Sequence[Shard] = self.read.pop(data.draw(st.sampled_from(sorted(self.read))))
        return seen

    def _commit(self, changes: Changes, by: int) -> bool:
        assert sum(change.more for change in changes.values()) == by
        after = committed(changes, self.shards)
        if after is None:
            return False
        self.shards, self.total = after, self.total + by
        return True


TestRacing: Any = Racing.TestCase
TestRacing.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
