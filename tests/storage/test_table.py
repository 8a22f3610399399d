"""One transaction for all that a request changes: whole or not at all, tried again where nobody refused it."""

import itertools
from typing import Any

import pytest

from infra.local import engine
from shared.domain.errors import Busy, Duplicate, Moved
from shared.storage.keys import Key, listing, pooling
from shared.storage.table import (
    ATTEMPTS,
    MOST_WRITES,
    Table,
    create,
    delete,
    put,
    replace,
    update,
)
from tests.storage.wire import Wire, cancelled, lost, refused, through
from tests.unit.values import AT, MILLISECOND

TAKEN = Duplicate("mug", "1")


def mug(project: str, number: int = 1) -> Key:
    return Key(f"{project}#mug#{number}", "mug")


@pytest.fixture
def counted(table: Table, project: str) -> Key:
    """An item that counts from zero."""
    table.commit(create(mug(project), {"sips": 0, "version": 1}, otherwise=TAKEN))
    return mug(project)


def sip(key: Key, **conditions: Any) -> Any:
    return update(key, "ADD #sips :one", {"one": 1}, otherwise=Moved(), **conditions)


# What a write promises


def test_an_item_is_read_as_it_was_written(table: Table, project: str) -> None:
    said = {"text": "é 🎁", "whole": 2**53, "negative": -1, "yes": True, "no": False, "bytes": b"\x00\xff"}
    table.commit(put(mug(project), {**said, "nothing": None}))
    assert table.get(mug(project)) == {**mug(project)._asdict(), **said}


def test_what_must_be_new_is_refused_where_there_is_one(table: Table, counted: Key) -> None:
    with pytest.raises(Duplicate):
        table.commit(create(counted, {"sips": 9}, otherwise=TAKEN))
    assert table.get(counted) == {**counted._asdict(), "sips": 0, "version": 1}


def test_what_is_replaced_must_be_what_was_read(table: Table, counted: Key) -> None:
    table.commit(replace(counted, {"sips": 5}, version=1, otherwise=Moved()))
    with pytest.raises(Moved):
        table.commit(replace(counted, {"sips": 9}, version=1, otherwise=Moved()))
    assert table.get(counted) == {**counted._asdict(), "sips": 5, "version": 2}


def test_what_is_changed_must_be_there_unless_it_says_otherwise(table: Table, project: str, counted: Key) -> None:
    with pytest.raises(Moved):
        table.commit(sip(mug(project, 2)))
    table.commit(sip(mug(project, 3), only_if="attribute_not_exists(PK)"))
    assert table.get(mug(project, 2)) is None
    assert table.get(mug(project, 3)) == {**mug(project, 3)._asdict(), "sips": 1}


def test_what_is_removed_must_be_as_expected(table: Table, counted: Key) -> None:
    with pytest.raises(Moved):
        table.commit(delete(counted, only_if="#sips = :sips", values={"sips": 7}, otherwise=Moved()))
    assert table.get(counted)
    table.commit(delete(counted, only_if="#sips = :sips", values={"sips": 0}, otherwise=Moved()))
    table.commit(delete(counted))
    assert table.get(counted) is None


def test_a_commit_is_whole_or_not_at_all_and_the_first_failure_says_why(table: Table, project: str) -> None:
    writes = [create(mug(project, number), {}, otherwise=Duplicate("mug", str(number))) for number in range(10)]
    table.commit(writes[4], writes[7])
    with pytest.raises(Duplicate) as refusal:
        table.commit(*writes)
    assert refusal.value.resource_id == "4"
    found = table.get_many(mug(project, number) for number in range(10))
    assert set(found) == {mug(project, 4), mug(project, 7)}


def test_more_writes_than_fit_are_refused_before_anything(table: Table, wire: Wire, project: str) -> None:
    writes = [put(mug(project, number), {}) for number in range(MOST_WRITES + 1)]
    with pytest.raises(ValueError, match="101 writes"):
        table.commit(*writes)
    assert wire.calls == []
    table.commit(*writes[:MOST_WRITES])
    assert len(table.get_many(mug(project, number) for number in range(MOST_WRITES))) == MOST_WRITES


def test_one_write_without_a_condition_is_no_transaction(table: Table, wire: Wire, project: str) -> None:
    table.commit(put(mug(project), {}))
    table.commit(put(mug(project), {}), put(mug(project, 2), {}))
    table.commit(create(mug(project, 3), {}, otherwise=TAKEN))
    assert wire.calls == ["PutItem", "TransactWriteItems", "TransactWriteItems"]


def test_what_an_outcome_is_remembered_by_is_written_with_it_or_not_at_all(table: Table, project: str) -> None:
    memory = mug(project, 9)
    remembering = table.remembering(lambda outcome: [create(memory, {"said": outcome}, otherwise=TAKEN)])
    remembering.commit(put(mug(project), {}), outcome="first")
    with pytest.raises(Duplicate):
        remembering.commit(put(mug(project, 2), {}), outcome="second")
    assert table.get(mug(project, 2)) is None
    item = table.get(memory)
    assert item
    assert item["said"] == "first"


def test_that_it_was_answered_before_comes_before_every_other_reason(table: Table, counted: Key) -> None:
    memory = counted._replace(SK="memory")
    remembering = table.remembering(lambda _: [create(memory, {}, otherwise=TAKEN)])
    remembering.commit(sip(counted), outcome=1)
    with pytest.raises(Duplicate):
        remembering.commit(create(counted, {}, otherwise=Moved()), outcome=2)


# What is no answer is tried again


@pytest.mark.parametrize(
    ("why", "times"),
    [
        ("TransactionConflict", 1),
        ("TransactionConflict", ATTEMPTS - 1),
        ("ThrottlingError", 3),
        ("ProvisionedThroughputExceeded", 3),
    ],
)
def test_a_conflict_or_a_throttle_refuses_nobody_and_counts_nothing_twice(
    table: Table, counted: Key, wire: Wire, why: str, times: int
) -> None:
    wire.hands += [cancelled(why)] * times
    table.commit(sip(counted), put(counted._replace(SK="other"), {}))
    assert len(wire.calls) == times + 1
    assert table.get(counted) == {**counted._asdict(), "sips": 1, "version": 1}


def test_who_meets_nothing_but_conflicts_is_told_to_ask_again_and_nothing_is_written(
    table: Table, counted: Key, wire: Wire
) -> None:
    wire.hands += [cancelled("TransactionConflict", at=1)] * ATTEMPTS
    with pytest.raises(Busy):
        table.commit(sip(counted), put(counted._replace(SK="other"), {}))
    assert wire.calls == ["TransactWriteItems"] * ATTEMPTS
    assert table.get(counted) == {**counted._asdict(), "sips": 0, "version": 1}
    assert table.get(counted._replace(SK="other")) is None


def test_a_condition_that_fails_after_a_conflict_refuses(table: Table, counted: Key, wire: Wire) -> None:
    wire.hands += [cancelled("TransactionConflict"), cancelled("ThrottlingError")]
    with pytest.raises(Duplicate):
        table.commit(create(counted, {}, otherwise=TAKEN))
    assert len(wire.calls) == 3


def test_a_condition_that_fails_beside_a_conflict_refuses(table: Table, wire: Wire, project: str) -> None:
    wire.hands.append(cancelled("ConditionalCheckFailed", at=1))
    with pytest.raises(Duplicate):
        table.commit(create(mug(project), {}, otherwise=Moved()), create(mug(project, 2), {}, otherwise=TAKEN))


def test_a_mistake_of_ours_is_not_tried_again(table: Table, counted: Key, wire: Wire, client: Any) -> None:
    wire.hands.append(cancelled("ValidationError"))
    with pytest.raises(client.exceptions.TransactionCanceledException):
        table.commit(sip(counted))
    assert len(wire.calls) == 1


def test_an_answer_that_is_lost_on_the_way_is_no_second_transaction(table: Table, counted: Key, wire: Wire) -> None:
    wire.hands.append(lost)
    table.commit(sip(counted))
    assert wire.calls == ["TransactWriteItems"] * 2
    assert wire.bodies[0]["ClientRequestToken"] == wire.bodies[1]["ClientRequestToken"]
    assert table.get(counted) == {**counted._asdict(), "sips": 1, "version": 1}


def test_each_attempt_of_ours_is_a_transaction_of_its_own(table: Table, counted: Key, wire: Wire) -> None:
    wire.hands += [cancelled("TransactionConflict"), through]
    table.commit(sip(counted))
    assert wire.bodies[0]["ClientRequestToken"] != wire.bodies[1]["ClientRequestToken"]


def test_an_engine_that_hiccups_is_asked_again(table: Table, counted: Key, wire: Wire) -> None:
    wire.hands.append(refused("ThrottlingException"))
    assert table.get(counted)
    assert wire.calls == ["GetItem"] * 2


# Reading


def test_many_items_are_read_a_hundred_at_a_time_each_once(table: Table, wire: Wire, project: str) -> None:
    keys = [mug(project, number) for number in range(150)]
    for piece in (keys[:75], keys[75:]):
        table.commit(*(put(key, {"number": 1}) for key in piece))
    wire.calls.clear()
    assert set(table.get_many([*keys, *keys, mug(project, 999)])) == set(keys)
    assert wire.calls == ["BatchGetItem"] * 2


def test_what_decides_is_read_as_it_is_now(table: Table, counted: Key, wire: Wire) -> None:
    table.get(counted)
    table.get_many([counted])
    list(table.query(counted.PK))
    one, many, query = wire.bodies
    assert one["ConsistentRead"] is query["ConsistentRead"] is True
    assert many["RequestItems"][engine.TABLE]["ConsistentRead"] is True


def test_no_items_are_no_round_trip(table: Table, wire: Wire) -> None:
    assert table.get_many([]) == {}
    assert wire.calls == []


def held_back(client: Any, times: int) -> Any:
    """An engine that answers only the first of the keys that it is asked for, and gives the others back."""
    left = itertools.repeat(None, times)

    def give_back(parsed: dict[str, Any], **_: Any) -> None:
        for _ in left:
            every = parsed["Responses"][engine.TABLE]
            parsed["UnprocessedKeys"] = {
                engine.TABLE: {
                    "Keys": [{"PK": item["PK"], "SK": item["SK"]} for item in every[1:]],
                    "ConsistentRead": True,
                }
            }
            parsed["Responses"][engine.TABLE] = every[:1]
            return

    client.meta.events.register("after-call.dynamodb.BatchGetItem", give_back)
    return give_back


@pytest.mark.parametrize("times", [1, 2])
def test_keys_that_are_given_back_are_asked_for_again(client: Any, table: Table, project: str, times: int) -> None:
    keys = [mug(project, number) for number in range(5)]
    table.commit(*(put(key, {}) for key in keys))
    hand = held_back(client, times)
    try:
        assert set(table.get_many(keys)) == set(keys)
    finally:
        client.meta.events.unregister("after-call.dynamodb.BatchGetItem", hand)


def test_a_partition_is_read_in_order_page_by_page(table: Table, wire: Wire, project: str) -> None:
    rows = [Key(f"{project}#cup", f"{kind}#{number:03}") for kind in "ab" for number in range(40)]
    for piece in (rows[:40], rows[40:]):
        table.commit(*(put(row, {"document": "x" * 30_000}) for row in piece))
    wire.calls.clear()
    assert [item["SK"] for item in table.query(f"{project}#cup")] == [row.SK for row in rows]
    assert len(wire.calls) == 3, "a page is a megabyte"
    newest = [item["SK"] for item in table.query(f"{project}#cup", starting="a#", newest_first=True)]
    assert newest == [row.SK for row in reversed(rows[:40])]


# Lists


@pytest.fixture
def list_of_fifty(table: Table, project: str) -> list[str]:
    """Fifty ids in order of their instants, spread over the shards of their list."""
    ids = [f"mug_{number:02}" for number in range(50)]
    table.commit(
        *(
            put(Key(f"{project}#mug#{id_}", "mug"), {"id": id_, **listing(project, "mug", id_, AT + n * MILLISECOND)})
            for n, id_ in enumerate(ids)
        )
    )
    return ids


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_shards_of_a_list_are_merged_in_order(
    table: Table, project: str, list_of_fifty: list[str], *, newest_first: bool
) -> None:
    entries = table.listed(f"{project}#mug", newest_first=newest_first)
    assert [item["id"] for item in table.items(entries)] == list_of_fifty[:: -1 if newest_first else 1]


def test_a_list_is_read_in_pieces_and_comes_out_whole(table: Table, project: str, list_of_fifty: list[str]) -> None:
    entries = table.listed(f"{project}#mug", newest_first=False, page=3)
    assert [entry["PK"].rpartition("#")[2] for entry in entries] == list_of_fifty


def test_a_list_is_counted_without_reading_what_is_on_it(
    table: Table, project: str, list_of_fifty: list[str], wire: Wire
) -> None:
    assert table.count(f"{project}#mug") == 50
    counter, *queries = wire.bodies
    assert counter["Key"]["SK"] == {"S": "count"}
    assert {body["Select"] for body in queries} == {"COUNT"}
    assert table.count(f"{project}#cup") == 0


def test_an_entry_whose_item_is_gone_is_left_out(table: Table, project: str, list_of_fifty: list[str]) -> None:
    entries = list(table.listed(f"{project}#mug", newest_first=False))
    table.commit(*(delete(Key(entry["PK"], entry["SK"])) for entry in entries[:2]))
    assert [item["id"] for item in table.items(entries)] == list_of_fifty[2:]


def test_a_pool_is_read_from_a_point_to_a_point(table: Table, project: str) -> None:
    hashes = [f"{number:016x}" for number in range(0, 160, 16)]
    for free, piece in ((True, hashes[:5]), (False, hashes[5:])):
        table.commit(*(put(Key(f"{project}#v#{it}", "v"), pooling(project, "camp_1", it, free=free)) for it in piece))
    found = [
        entry["pooled"]
        for shard in range(8)
        for entry in table.index("pools", f"{project}#pool#camp_1#{shard}", since=f"free#{hashes[2]}", until="free#~")
    ]
    assert sorted(found) == [f"free#{it}" for it in hashes[2:5]]
