"""The one table: items, conditional writes, and what a failed condition means.

Everything that a request changes is one ``commit``: one transaction, all or nothing. The answer that an
``Idempotency-Key`` remembers is one more write of the same transaction, so there is no moment between doing and
remembering in which a crash could fall.

An item is its keys, the few attributes that conditions and counters touch, and a ``document``: the rest as JSON.
The document keeps items small (a write unit a kilobyte) and spares the client library a node for every field.
"""

from __future__ import annotations

import random
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from botocore.exceptions import ClientError

from shared.domain.errors import Busy, Moved
from shared.storage.keys import SHARDS, TABLE_INDEXES, TIME_TO_LIVE, Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

Item = dict[str, Any]
"""An item as Python sees it: strings, whole numbers, booleans."""

T = TypeVar("T")

ATTEMPTS = 14
FIRST_PAUSE = 0.004
LONGEST_PAUSE = 0.25
PASSING = {
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
    "TransactionInProgressException",
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
}
"""Reasons of a cancelled transaction, and errors, that are no answer: somebody was writing, so it is tried again."""
MOST_READS = 100
MOST_WRITES = 100
MOST_AT_ONCE = 25
"""Writes in one round trip that are no transaction."""
FEW = 10_000
"""Entries of a list up to which they are counted one by one, about 200 read units; beyond, a counter knows."""
LAST = "\uffff"
"""Comes after every sort key."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction, and what its failed condition means (None: it has no condition)."""

    action: dict[str, Any]
    otherwise: Exception | None = None
    addition: Addition | None = None


class Addition(NamedTuple):
    """What is added to an item, whoever adds to it beside; whatever it holds, unless it says what that must be."""

    key: Key
    more: Mapping[str, int]
    sets: Mapping[str, Any]
    removes: frozenset[str]
    only_if: Mapping[str, int] = {}
    """What counters must be before it; one that is not there is 0."""
    otherwise: Exception | None = None

    def and_then(self, other: Addition) -> Addition:
        """Both of them at once."""
        more = {name: self.more.get(name, 0) + other.more.get(name, 0) for name in {**self.more, **other.more}}
        sets = {name: value for name, value in self.sets.items() if name not in other.removes}
        removes = self.removes.difference(other.sets) | other.removes
        only_if = {**self.only_if, **other.only_if}
        return Addition(self.key, more, {**sets, **other.sets}, removes, only_if, self.otherwise or other.otherwise)


def put(key: Key, item: Item) -> Write:
    """Write an item, whatever was there."""
    return Write({"Put": {"Item": encoded({**key._asdict(), **item})}})


def create(key: Key, item: Item, *, otherwise: Exception) -> Write:
    """Write an item that must not exist yet."""
    body = {"Item": encoded({**key._asdict(), **item}), "ConditionExpression": "attribute_not_exists(PK)"}
    return Write({"Put": body}, otherwise)


def replace(key: Key, item: Item, *, version: int, otherwise: Exception) -> Write:
    """Write an item over the version that was read, and no other."""
    return Write(
        {
            "Put": {
                "Item": encoded({**key._asdict(), **item, "version": version + 1}),
                "ConditionExpression": "version = :version",
                "ExpressionAttributeValues": encoded({":version": version}),
            }
        },
        otherwise,
    )


def update(
    key: Key, expression: str, values: Item, *, only_if: str = "attribute_exists(PK)", otherwise: Exception
) -> Write:
    """Change attributes in place; ``#word`` stands for a reserved attribute name."""
    body: dict[str, Any] = {
        "Key": encoded(key._asdict()),
        "UpdateExpression": expression,
        "ConditionExpression": only_if,
    }
    if names := set(re.findall(r"#\w+", f"{expression} {only_if}")):
        body["ExpressionAttributeNames"] = {name: name[1:] for name in sorted(names)}
    if values:
        body["ExpressionAttributeValues"] = encoded({f":{name}": value for name, value in values.items()})
    return Write({"Update": body}, otherwise)


def check(key: Key, only_if: str, values: Item, *, otherwise: Exception) -> Write:
    """Change nothing of an item, which must be as expected."""
    body: dict[str, Any] = {"Key": encoded(key._asdict()), "ConditionExpression": only_if}
    if names := set(re.findall(r"#\w+", only_if)):
        body["ExpressionAttributeNames"] = {name: name[1:] for name in sorted(names)}
    if values:
        body["ExpressionAttributeValues"] = encoded({f":{name}": value for name, value in values.items()})
    return Write({"ConditionCheck": body}, otherwise)


def add(
    key: Key,
    more: Mapping[str, int],
    *,
    sets: Item | None = None,
    removes: Iterable[str] = (),
    only_if: Mapping[str, int] | None = None,
    otherwise: Exception | None = None,
) -> Write:
    """Add to an item's counters, set and remove attributes; the item is made where there is none.

    It fails for nobody, unless counters must still be as they were read (``only_if``); several to one item in one
    transaction become one.
    """
    return _adding(Addition(key, more, sets or {}, frozenset(removes), only_if or {}, otherwise))


def _adding(addition: Addition) -> Write:
    # Any name will do, an order's id too: so none is written out in the expression.
    names = sorted({*addition.more, *addition.sets, *addition.removes, *addition.only_if})
    number = {name: f"n{index}" for index, name in enumerate(names)}
    clauses = {
        "ADD": [f"#{number[name]} :{number[name]}" for name in addition.more],
        "SET": [f"#{number[name]} = :{number[name]}" for name in addition.sets],
        "REMOVE": [f"#{number[name]}" for name in addition.removes],
    }
    values = {f":{number[name]}": value for name, value in {**addition.more, **addition.sets}.items()}
    body: dict[str, Any] = {
        "Key": encoded(addition.key._asdict()),
        "UpdateExpression": " ".join(f"{word} {', '.join(parts)}" for word, parts in clauses.items() if parts),
        "ExpressionAttributeNames": {f"#{short}": name for name, short in number.items()},
    }
    if addition.only_if:
        were = {name: f"were_{number[name]}" for name in addition.only_if}
        body["ConditionExpression"] = " AND ".join(
            f"(attribute_not_exists(#{number[name]}) OR #{number[name]} = :{were[name]})"
            if not was
            else f"#{number[name]} = :{were[name]}"
            for name, was in addition.only_if.items()
        )
        values |= {f":{were[name]}": was for name, was in addition.only_if.items()}
    if values:
        body["ExpressionAttributeValues"] = encoded(values)
    return Write({"Update": body}, addition.otherwise, addition=addition)


def _merged(writes: Iterable[Write]) -> list[Write]:
    """The writes, those that add to one item as one: a transaction may write an item once."""
    plain: list[Write] = []
    additions: dict[Key, Addition] = {}
    for write in writes:
        if write.addition is None:
            plain.append(write)
        else:
            key = write.addition.key
            additions[key] = additions[key].and_then(write.addition) if key in additions else write.addition
    worth = (it for it in additions.values() if any(it.more.values()) or it.sets or it.removes)
    return [*plain, *map(_adding, worth)]


def delete(key: Key, *, only_if: str = "", values: Item | None = None, otherwise: Exception | None = None) -> Write:
    """Remove an item, if it is as expected."""
    body: dict[str, Any] = {"Key": encoded(key._asdict())}
    if only_if:
        body["ConditionExpression"] = only_if
    if names := set(re.findall(r"#\w+", only_if)):
        body["ExpressionAttributeNames"] = {name: name[1:] for name in sorted(names)}
    if values:
        body["ExpressionAttributeValues"] = encoded({f":{name}": value for name, value in values.items()})
    return Write({"Delete": body}, otherwise)


def encoded(item: Item) -> dict[str, Any]:
    """An item in DynamoDB's notation; what is None is left out.

    >>> encoded({"code": "MUG", "taken": 1, "active": True, "quantity": None})
    {'code': {'S': 'MUG'}, 'taken': {'N': '1'}, 'active': {'BOOL': True}}
    """
    return {name: _typed(value) for name, value in item.items() if value is not None}


def decoded(item: dict[str, Any]) -> Item:
    """The reverse of ``encoded``.

    >>> decoded({"code": {"S": "MUG"}, "taken": {"N": "1"}, "active": {"BOOL": True}})
    {'code': 'MUG', 'taken': 1, 'active': True}
    """
    return {name: int(value) if kind == "N" else value for name, typed in item.items() for kind, value in typed.items()}


def _typed(value: object) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case _:
            return {"S": value}


def chunks(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Pieces of at most ``size`` things.

    >>> list(chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    iterator = iter(things)
    while piece := list(islice(iterator, size)):
        yield piece


def _remembers_nothing(_outcome: object) -> Sequence[Write]:
    return ()


class Table:
    """The table, as one request sees it: ``remember`` makes of an outcome the write that remembers its answer."""

    def __init__(
        self,
        client: DynamoDBClient,
        name: str,
        remember: Callable[[Any], Sequence[Write]] = _remembers_nothing,
    ) -> None:
        self._client = client
        self.name = name
        self._remember = remember

    def remembering(self, remember: Callable[[Any], Sequence[Write]]) -> Table:
        """The same table; each commit also writes what ``remember`` makes of its outcome."""
        return Table(self._client, self.name, remember)

    def get(self, key: Key) -> Item | None:
        """One item as it is now."""
        found = self._client.get_item(TableName=self.name, Key=encoded(key._asdict()), ConsistentRead=True)
        return decoded(found["Item"]) if "Item" in found else None

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Items as they are now, those that exist, by key; one round trip a hundred."""
        found: dict[Key, Item] = {}
        for piece in chunks(dict.fromkeys(keys), MOST_READS):
            waiting: Any = {
                self.name: {"Keys": [encoded(key._asdict()) for key in piece], "ConsistentRead": True},
            }
            for pause in _pauses():
                answer = self._client.batch_get_item(RequestItems=waiting)
                for raw in answer["Responses"].get(self.name, ()):
                    item = decoded(raw)
                    found[Key(item["PK"], item["SK"])] = item
                if not (waiting := answer.get("UnprocessedKeys")):
                    break
                time.sleep(pause)
            else:
                raise Busy
        return found

    def put_many(self, items: Iterable[tuple[Key, Item]]) -> None:
        """Write items, each by itself and whatever was there: only for what nobody sees until a commit shows it.

        Raises:
            Busy: if the table took no more for a while; some may be written.
        """
        self._write_many({"PutRequest": {"Item": encoded({**key._asdict(), **item})}} for key, item in items)

    def remove_many(self, keys: Iterable[Key]) -> None:
        """Remove items, each by itself: only what nobody can see any more.

        Raises:
            Busy: if the table took no more for a while; some may be gone.
        """
        self._write_many({"DeleteRequest": {"Key": encoded(key._asdict())}} for key in keys)

    def _write_many(self, requests: Iterable[Any]) -> None:
        for piece in chunks(requests, MOST_AT_ONCE):
            waiting: Any = {self.name: piece}
            for pause in _pauses():
                try:
                    waiting = self._client.batch_write_item(RequestItems=waiting).get("UnprocessedItems")
                except ClientError as error:
                    if error.response["Error"]["Code"] not in PASSING:
                        raise
                if not waiting:
                    break
                time.sleep(pause)
            else:
                raise Busy

    def query(
        self, partition: str, *, starting: str = "", newest_first: bool = False, page: int = 1_000
    ) -> Iterator[Item]:
        """The items of a partition whose sort key starts so, as they are now, in order; read page by page."""
        arguments: dict[str, Any] = {
            "KeyConditionExpression": "PK = :pk AND begins_with(SK, :starting)",
            "ExpressionAttributeValues": encoded({":pk": partition, ":starting": starting}),
        }
        if not starting:
            arguments["KeyConditionExpression"] = "PK = :pk"
            del arguments["ExpressionAttributeValues"][":starting"]
        yield from self._pages(ConsistentRead=True, ScanIndexForward=not newest_first, Limit=page, **arguments)

    def between(self, partition: str, *, since: str = "", until: str = LAST, page: int = 1_000) -> Iterator[Item]:
        """The items of a partition whose sort key lies in ``[since, until]``, as they are now, in order."""
        bounds = _between(*Key._fields, partition, since, until)
        yield from self._pages(ConsistentRead=True, Limit=page, **bounds)

    def listed(
        self, partition: str, *, since: str = "", until: str = LAST, newest_first: bool = True, page: int = 1_000
    ) -> Iterator[Item]:
        """The entries of one kind, from all shards of its list, merged in order of their instants."""
        shards = (
            self.index("lists", f"{partition}#{shard}", since=since, until=until, newest_first=newest_first, page=page)
            for shard in range(SHARDS)
        )
        yield from merge(*shards, key=lambda entry: entry["listed"], reverse=newest_first)

    def items(self, entries: Iterable[Item]) -> list[Item]:
        """The items behind index entries, in their order."""
        keys = [Key(entry["PK"], entry["SK"]) for entry in entries]
        found = self.get_many(keys)
        return [found[key] for key in keys if key in found]

    def index(
        self,
        index: str,
        partition: str,
        *,
        since: str = "",
        until: str = LAST,
        newest_first: bool = False,
        page: int = 1_000,
    ) -> Iterator[Item]:
        """The entries of one partition of an index whose sort attribute lies in ``[since, until]``, in order."""
        yield from self._pages(
            IndexName=index,
            **_between(*TABLE_INDEXES[index], partition, since, until),
            ScanIndexForward=not newest_first,
            Limit=page,
        )

    def count(self, kind: str) -> int:
        """How many entries a kind has: exact while they are few, beyond that as the stream has counted them."""
        counter = self.get(Key.counter(kind))
        if counter and counter["entries"] > FEW:
            return int(counter["entries"])
        return sum(self.count_index("lists", f"{kind}#{shard}") for shard in range(SHARDS))

    def count_index(
        self, index: str, partition: str, *, since: str = "", until: str = LAST, most: int | None = None
    ) -> int:
        """How many entries of a partition of an index lie in ``[since, until]``; stops when it has seen ``most``."""
        return self._count(most, IndexName=index, **_between(*TABLE_INDEXES[index], partition, since, until))

    def count_items(self, partition: str, *, most: int) -> int:
        """How many items a partition of the table has; stops when it has seen ``most``."""
        return self._count(most, **_between(*Key._fields, partition, "", LAST))

    def _count(self, most: int | None, **arguments: Any) -> int:
        total = 0
        while most is None or total < most:
            answer = self._client.query(TableName=self.name, Select="COUNT", **arguments)
            total += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                break
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return total if most is None else min(total, most)

    def count_up(self, key: Key, *, below: int, expires_at: int) -> int | None:
        """One more in a counter of its own: the new number, or None if it has reached its bound. One write unit.

        An answer that was lost on the way is asked for again and may count twice, against who is counted.
        """
        try:
            answer = self._client.update_item(
                TableName=self.name,
                Key=encoded(key._asdict()),
                UpdateExpression="ADD #counted :one SET #expires_at = :expires_at",
                ConditionExpression="attribute_not_exists(#counted) OR #counted < :below",
                ExpressionAttributeNames={"#counted": "counted", "#expires_at": TIME_TO_LIVE},
                ExpressionAttributeValues=encoded({":one": 1, ":below": below, ":expires_at": expires_at}),
                ReturnValues="UPDATED_NEW",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return None
        return int(answer["Attributes"]["counted"]["N"])

    def change(self, key: Key, expression: str, values: Item, *, only_if: str) -> tuple[bool, Item]:
        """Change one item by itself if it is as expected: whether it was, and how it is now. One write unit either way.

        An answer that was lost on the way is asked for again, and may change it twice.
        """
        try:
            answer = self._client.update_item(
                TableName=self.name,
                **update(key, expression, values, only_if=only_if, otherwise=Moved()).action["Update"],
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            before: Any = error.response.get("Item", {})
            return False, decoded(before)
        return True, decoded(answer["Attributes"])

    def commit(self, *writes: Write, outcome: object = None) -> None:
        """Make every write or none, and remember the outcome's answer with them.

        A conflict with another transaction, or a throttle, is no refusal: it is tried again, with jitter.

        Raises:
            Exception: what the first failed condition means (``Write.otherwise``).
            Busy: if others kept writing to the same items; nothing was written.
        """
        every = (*self._remember(outcome), *_merged(writes))
        if not every:
            return
        if len(every) > MOST_WRITES:
            raise ValueError(f"{len(every)} writes do not fit one transaction")
        if len(every) == 1 and every[0].otherwise is None and "Put" in every[0].action:
            # Nothing to be atomic with and no condition that a repeated attempt could trip over: half the price.
            self._client.put_item(TableName=self.name, **every[0].action["Put"])
        else:
            self._transact(every)

    def _transact(self, every: Sequence[Write]) -> None:
        actions: Any = [
            {kind: {"TableName": self.name, **body}} for write in every for kind, body in write.action.items()
        ]
        token = uuid.uuid4().hex
        for pause in _pauses():
            try:
                # One token for one transaction, so that an answer lost on the way is no second one.
                self._client.transact_write_items(TransactItems=actions, ClientRequestToken=token)
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = [reason.get("Code") for reason in error.response["CancellationReasons"]]
                if refusal := _first_refusal(every, reasons):
                    if isinstance(refusal, Moved):
                        time.sleep(pause)  # so that the same ones do not meet again at once
                    raise refusal from None
                if not PASSING.intersection(reasons):
                    raise
                token = uuid.uuid4().hex  # that one is over; the next attempt is another
            except ClientError as error:
                if error.response["Error"]["Code"] not in PASSING:
                    raise
            else:
                return
            time.sleep(pause)
        raise Busy

    def _pages(self, **arguments: Any) -> Iterator[Item]:
        while True:
            answer = self._client.query(TableName=self.name, **arguments)
            for item in answer["Items"]:
                yield decoded(item)
            if "LastEvaluatedKey" not in answer:
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _between(hash_name: str, sort_name: str, partition: str, since: str, until: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "#p = :p AND #s BETWEEN :since AND :until",
        "ExpressionAttributeNames": {"#p": hash_name, "#s": sort_name},
        "ExpressionAttributeValues": encoded({":p": partition, ":since": since or "\u0001", ":until": until}),
    }


def _first_refusal(writes: Sequence[Write], reasons: Sequence[str | None]) -> Exception | None:
    pairs = zip(writes, reasons, strict=True)
    return next((write.otherwise for write, why in pairs if why == "ConditionalCheckFailed" and write.otherwise), None)


def _pauses() -> Iterator[float]:
    """How long to wait after each attempt: full jitter under a doubling bound.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    for attempt in range(ATTEMPTS):
        yield random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt))  # noqa: S311 - spreads, guards nothing
