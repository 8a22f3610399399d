"""The reader of the table's stream: what it could not count is delivered again, and nothing is counted twice."""

from itertools import count
from typing import Any

import pytest

from functions.facts import handler
from shared.runtime import settings
from shared.storage.keys import Key
from tests.functions.conftest import Functions
from tests.storage.wire import Wire, cancelled, through

NUMBERS = count(1)


@pytest.fixture
def project() -> str:
    return f"proj_facts_{next(NUMBERS)}"


def record(number: int, kind: str | None, *, gone: bool = False) -> dict[str, Any]:
    image = {"PK": {"S": "p"}, **({"list": {"S": f"{kind}#3"}} if kind else {})}
    return {
        "eventName": "REMOVE" if gone else "INSERT",
        "dynamodb": {
            "SequenceNumber": str(number),
            "ApproximateCreationDateTime": 1_770_000_000,
            "OldImage" if gone else "NewImage": image,
        },
    }


def event(project: str, *records: dict[str, Any]) -> dict[str, Any]:
    return {"shardId": project, "state": {}, "Records": list(records)}


def counted(kind: str) -> int:
    item = settings.table().get(Key.counter(kind))
    return int(item["entries"]) if item else 0


def test_a_batch_is_counted_once(functions: Functions, project: str) -> None:
    kind = f"{project}#mug"
    batch = event(project, *(record(number, kind) for number in range(1, 6)), record(6, kind, gone=True))
    functions.bill.calls.clear()
    assert handler(batch, None) == {"state": {}, "batchItemFailures": []}
    assert functions.bill.calls == ["TransactWriteItems"]
    assert handler(batch, None)["batchItemFailures"] == []
    assert counted(kind) == 4


def test_it_does_not_set_itself_going(functions: Functions, project: str) -> None:
    functions.bill.calls.clear()
    assert handler(event(project, record(1, None), record(2, None, gone=True)), None)["batchItemFailures"] == []
    assert handler({"isFinalInvokeForWindow": True, "Records": []}, None) == {"state": {}, "batchItemFailures": []}
    assert functions.bill.calls == []


def test_what_could_not_be_counted_is_delivered_again_and_what_came_before_is_not(
    functions: Functions, project: str
) -> None:
    kinds = [f"{project}_{number}#mug" for number in range(150)]
    batch = event(project, *(record(number, kind) for number, kind in enumerate(kinds, 1)))
    with Wire(settings.dynamodb()) as wire:
        wire.hands += [through, cancelled("ValidationError")]
        assert handler(batch, None)["batchItemFailures"] == [{"itemIdentifier": "100"}]
    assert [counted(kind) for kind in kinds] == [1] * 99 + [0] * 51
    again = event(project, *batch["Records"][99:])
    assert handler(again, None)["batchItemFailures"] == []
    assert handler(batch, None)["batchItemFailures"] == []
    assert [counted(kind) for kind in kinds] == [1] * 150
