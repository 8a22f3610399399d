"""Each change is counted once, however it is delivered; the counter speaks where counting would cost too much."""

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.storage import table as tables
from shared.storage.counters import LONGEST_SEQUENCE, Change, CounterStore, change_of, pieces
from shared.storage.keys import Key, listing
from shared.storage.table import Table, put
from tests.storage.wire import Wire, cancelled
from tests.unit.values import AT

SHARDS = count(1)


def shard() -> str:
    return f"shard-{next(SHARDS)}"


def change(number: int, left: str | None = None, entered: str | None = None) -> Change:
    return Change(str(number).zfill(LONGEST_SEQUENCE), left, entered, 1_770_000_000)


def entries(table: Table, kind: str) -> int:
    item = table.get(Key.counter(kind))
    return int(item["entries"]) if item else 0


def image(kind: str | None) -> dict[str, Any]:
    place = {"list": {"S": f"{kind}#7"}, "listed": {"S": "2026"}} if kind else {}
    return {"PK": {"S": "p"}, "SK": {"S": "s"}, **place}


@pytest.mark.parametrize(
    ("case", "images", "moved"),
    [
        ("made", {"NewImage": image("p#mug")}, (None, "p#mug", True)),
        ("made, on no list", {"NewImage": image(None)}, (None, None, False)),
        ("gone", {"OldImage": image("p#mug")}, ("p#mug", None, True)),
        ("changed", {"OldImage": image("p#mug"), "NewImage": image("p#mug")}, ("p#mug", "p#mug", False)),
        ("taken off", {"OldImage": image("p#mug"), "NewImage": image(None)}, ("p#mug", None, True)),
        ("put on", {"OldImage": image(None), "NewImage": image("p#mug")}, (None, "p#mug", True)),
        ("put on another", {"OldImage": image("p#mug"), "NewImage": image("p#cup")}, ("p#mug", "p#cup", True)),
    ],
)
def test_a_change_tells_which_list_was_left_and_which_entered(
    case: str, images: dict[str, Any], moved: tuple[str | None, str | None, bool]
) -> None:
    told = change_of({"dynamodb": {"SequenceNumber": "111", "ApproximateCreationDateTime": 1.5, **images}})
    assert (told.left, told.entered, told.counts) == moved
    assert (told.sequence, told.at) == ("0" * 37 + "111", 1)


def test_a_piece_is_one_transaction_with_one_write_a_kind(table: Table, project: str, wire: Wire) -> None:
    mug, cup = f"{project}#mug", f"{project}#cup"
    moves = [(None, mug), (None, mug), (None, cup), (mug, None), (cup, cup), (cup, None)]
    [piece] = pieces(change(number, *move) for number, move in enumerate(moves, 1))
    CounterStore(table).add(shard(), piece)
    assert wire.calls == ["TransactWriteItems"]
    assert len(wire.bodies[0]["TransactItems"]) == 2, "the checkpoint and the mugs; the cups are as many as before"
    assert (entries(table, mug), entries(table, cup)) == (1, 0)


def test_what_moves_nothing_writes_nothing() -> None:
    assert list(pieces([change(1), change(2, "p#mug", "p#mug")])) == []


def test_a_piece_holds_no_more_kinds_than_fit() -> None:
    every = [change(number, None, f"p{number % 250}#mug") for number in range(500)]
    parts = list(pieces(every))
    assert [it for part in parts for it in part] == every
    assert all(len({it.entered for it in part}) < tables.MOST_WRITES for part in parts)


def test_two_shards_count_on_each_for_itself(table: Table, project: str) -> None:
    kind, store = f"{project}#mug", CounterStore(table)
    for name in (shard(), shard()):
        store.add(name, [change(5, None, kind)])
        store.add(name, [change(5, None, kind)])
    assert entries(table, kind) == 2


def test_a_checkpoint_ends_by_itself_when_nothing_can_come_again(table: Table, project: str) -> None:
    name = shard()
    CounterStore(table).add(name, [change(7, None, f"{project}#mug")])
    checkpoint = table.get(Key.checkpoint(name))
    assert checkpoint
    assert checkpoint["expires_at"] == 1_770_000_000 + 2 * 86_400


def test_what_is_not_committed_is_not_counted(table: Table, project: str, wire: Wire) -> None:
    kind, name = f"{project}#mug", shard()
    wire.hands.append(cancelled("ValidationError"))
    with pytest.raises(Exception, match="TransactionCanceled"):
        CounterStore(table).add(name, [change(1, None, kind)])
    assert (entries(table, kind), table.get(Key.checkpoint(name))) == (0, None)
    CounterStore(table).add(name, [change(1, None, kind)])
    assert entries(table, kind) == 1


NAMES = count(1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from([(None, "a"), ("a", None), (None, "b"), ("b", "a"), ("a", "a")]), min_size=1, max_size=12),
    st.data(),
)
def test_however_it_is_delivered_each_change_counts_once(
    table: Table, moves: list[tuple[str | None, str | None]], data: st.DataObject
) -> None:
    """A shard in order, and again and again from some point that was delivered already."""
    name = f"law-{next(NAMES)}"
    kinds = {None: None, "a": f"{name}#a", "b": f"{name}#b"}
    every = [change(number, kinds[left], kinds[entered]) for number, (left, entered) in enumerate(moves, 1)]
    store, reached = CounterStore(table), 0
    while reached < len(every):
        start, end = data.draw(st.integers(0, reached)), data.draw(st.integers(reached + 1, len(every)))
        for piece in pieces(every[start:end]):
            store.add(name, piece)
        reached = end
    for letter in "ab":
        expected = sum((entered == letter) - (left == letter) for left, entered in moves)
        assert entries(table, f"{name}#{letter}") == expected


@pytest.mark.parametrize(("known", "total", "queries"), [(None, 3, 8), (10_000, 3, 8), (10_001, 10_001, 0)])
def test_a_long_list_is_counted_by_its_counter(
    table: Table, project: str, wire: Wire, *, known: int | None, total: int, queries: int
) -> None:
    kind = f"{project}#mug"
    for number in range(3):
        id_ = f"mug_{number}"
        table.commit(put(Key(f"{kind}#{id_}", "mug"), listing(project, "mug", id_, AT)))
    if known:
        table.commit(put(Key.counter(kind), {"entries": known}))
    wire.calls.clear()
    assert table.count(kind) == total
    assert wire.calls == ["GetItem"] + ["Query"] * queries


def test_who_overtook_is_not_counted_twice(table: Table, project: str) -> None:
    kind, name = f"{project}#mug", shard()
    store = CounterStore(table)
    store.add(name, [change(1, None, kind), change(2, None, kind)])
    store.add(name, [change(1, None, kind), change(2, None, kind), change(3, None, kind)])
    store.add(name, [change(2, None, kind)])
    assert entries(table, kind) == 3
