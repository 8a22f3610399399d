"""Counters on shards: which there are, how they are read, and the writes that change them (``shared.domain.escrow``).

An item that is too hot has an attribute ``shards``, their number, and counts nothing any more: its shards do. It is
read with them and never written or looked at by who uses it, for that is what would make them queue.
"""

import random
from collections.abc import Iterable, Mapping, Sequence

from shared.domain.escrow import SHARDS, Change, Changes, Shard
from shared.storage.keys import Key
from shared.storage.table import Item, Table, Write, check, create, update

MOST_KNOWN = 10_000
ON_ONE_ITEM = "attribute_not_exists(#shards)"
"""A condition: nobody has spread it meanwhile."""

_known: set[Key] = set()
"""What this process has seen to be on shards: it reads those in the same batch. What is forgotten costs one more."""


def keys_of(roots: Iterable[Key], items: Mapping[Key, Item] | None = None) -> list[Key]:
    """What is to be read for things that may be on shards: these too, where it is known, or seen by the items that
    were read already, that there are any.
    """
    roots = list(roots)
    spread = [root for root in roots if root in _known or "shards" in (items or {}).get(root, ())]
    _remember(spread)
    return [*roots, *(shard for root in spread for shard in shards_of(root))]


def spread_of(table: Table, roots: Iterable[Key], items: Mapping[Key, Item]) -> dict[Key, list[Item]]:
    """The shards of those things that have any; one more batch if they were not read with them."""
    spread = {root: shards_of(root) for root in roots if "shards" in items.get(root, ())}
    _remember(spread)
    missing = [shard for shards in spread.values() for shard in shards if shard not in items]
    if missing:
        items = {**items, **table.get_many(missing)}
    return {root: [items.get(shard, {}) for shard in shards] for root, shards in spread.items()}


def _remember(spread: Iterable[Key]) -> None:
    if len(_known) > MOST_KNOWN:
        _known.clear()
    _known.update(spread)


def shard_of(item: Item, measure: str) -> Shard:
    """What a shard has of one counter."""
    return Shard(item.get(measure, 0), item.get(f"{measure}_left"), item.get(f"{measure}_bound"))


def any_number() -> int:
    """Something to choose a shard by."""
    return random.getrandbits(16)


def spreading(
    root: Key,
    counters: Mapping[str, Sequence[Shard]],
    changes: Mapping[str, Changes],
    *,
    was: Mapping[str, int],
    more: Mapping[str, int],
    common: Item,
    sets: Item | None = None,
    otherwise: Exception,
) -> list[Write]:
    """The writes that spread an item's counters, and change them: all is on the first shard, but for slices.

    Every shard has what is ``common``, and the first what else is counted, ``more``. The item is marked, with what
    ``sets`` says, if its counters, and what else it ``was``, are still what was read.
    """
    marks = {"shards": SHARDS, **(sets or {})}
    was = {**{name: shards[0].used for name, shards in counters.items()}, **was}
    conditions = [ON_ONE_ITEM, *(_equals(name, value) for name, value in was.items())]
    values = {f"mark_{name}": value for name, value in marks.items()}
    marking = update(
        root,
        "SET " + ", ".join(f"#{name} = :mark_{name}" for name in marks),
        {**values, **{f"is_{name}": value for name, value in was.items()}},
        only_if=" AND ".join(conditions),
        otherwise=otherwise,
    )
    made: list[Write] = []
    for number in range(SHARDS):
        item = {**common, **(more if number == 0 else {})}
        for name, shards in counters.items():
            change = changes.get(name, {}).get(number, Change())
            item[name] = item.get(name, 0) + shards[number].used + change.more
            if change.slice_ is not None:
                item |= {f"{name}_left": change.slice_, f"{name}_bound": change.bound}
        made.append(create(root.shard(number), item, otherwise=otherwise))
    return [marking, *made]


def changing(
    root: Key,
    changes: Mapping[str, Changes],
    *,
    more: Mapping[str, int],
    first: int,
    only_if: Sequence[str] = (),
    values: Item | None = None,
    otherwise: Exception,
) -> list[Write]:
    """The writes that change counters on shards, each on its conditions and on those that all have; ``more`` is what
    else is counted, wherever it is (the ``first`` will do).
    """
    numbers = {number for its in changes.values() for number in its} | ({first} if more else set())
    return [
        _changing(
            root.shard(number),
            {name: its[number] for name, its in changes.items() if number in its},
            more if number == first else {},
            only_if,
            values or {},
            otherwise,
        )
        for number in sorted(numbers)
    ]


def _changing(
    key: Key,
    changes: Mapping[str, Change],
    more: Mapping[str, int],
    only_if: Sequence[str],
    values: Item,
    otherwise: Exception,
) -> Write:
    adds, sets, removes = {**more}, Item(), list[str]()
    conditions = ["attribute_exists(PK)", *only_if]
    values = {**values}
    for name, change in changes.items():
        left, bound = f"{name}_left", f"{name}_bound"
        adds[name] = adds.get(name, 0) + change.more
        if change.slice_ is not None:
            sets |= {left: change.slice_, bound: change.bound}
        elif change.sliceless:
            removes.append(left)
        elif not change.if_sliceless:
            adds[left] = -change.more
        if change.if_used is not None:
            conditions.append(_equals(name, change.if_used))
            values[f"is_{name}"] = change.if_used
        if change.if_left is not None:
            conditions.append(f"#{left} >= :least_{name}")
            values[f"least_{name}"] = change.if_left
        if change.if_bound is not None:
            conditions.append(f"#{bound} <= :most_{name}")
            values[f"most_{name}"] = change.if_bound
        if change.if_sliceless:
            conditions.append(f"attribute_not_exists(#{left})")
    adds = {name: by for name, by in adds.items() if by}
    clauses = {
        "ADD": [f"#{name} :by_{name}" for name in adds],
        "SET": [f"#{name} = :to_{name}" for name in sets],
        "REMOVE": [f"#{name}" for name in removes],
    }
    only = " AND ".join(conditions)
    if not (adds or sets or removes):
        return check(key, only, values, otherwise=otherwise)
    values |= {f"by_{name}": by for name, by in adds.items()} | {f"to_{name}": value for name, value in sets.items()}
    expression = " ".join(f"{word} {', '.join(parts)}" for word, parts in clauses.items() if parts)
    return update(key, expression, values, only_if=only, otherwise=otherwise)


def _equals(name: str, value: int) -> str:
    """What nobody has counted yet is nothing."""
    equals = f"#{name} = :is_{name}"
    return equals if value else f"(attribute_not_exists(#{name}) OR {equals})"


def shards_of(root: Key) -> list[Key]:
    """Where the shards of a thing are."""
    return [root.shard(number) for number in range(SHARDS)]
