"""A value as an item: a few attributes of their own, the rest a JSON document."""

import json
from collections.abc import Sequence
from typing import TypeVar

from shared.domain.model import Frozen
from shared.storage.keys import Key
from shared.storage.table import Item, Write, update

M = TypeVar("M", bound=Frozen)


def item_of(value: Frozen, attributes: Sequence[str]) -> Item:
    """The item that keeps a value; ``attributes`` are the fields that conditions and counters touch."""
    document = value.model_dump_json(exclude_none=True, exclude=set(attributes))
    return {**{name: getattr(value, name) for name in attributes}, "document": document}


def value_of(kind: type[M], item: Item, attributes: Sequence[str]) -> M:
    """The reverse of ``item_of``."""
    own = {name: item[name] for name in attributes if name in item}
    return kind.model_validate({**json.loads(item["document"]), **own})


def revising(
    key: Key,
    value: Frozen,
    attributes: Sequence[str],
    *,
    sets: Sequence[str],
    version: int,
    removes: Sequence[str] = (),
    adds: Item | None = None,
    otherwise: Exception,
) -> Write:
    """The write that changes a value from the version that was read: its document and the attributes in ``sets``.

    Its other attributes are counters that others may be counting up right now; they stay what they are, or become more
    by what ``adds`` says.
    """
    item = item_of(value, attributes)
    changed = {"document": item["document"], **{name: item[name] for name in sets}}
    values = {name: given for name, given in changed.items() if given is not None}
    gone = [*removes, *(name for name, given in changed.items() if given is None)]
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values) + ", #version = :next"
    if gone:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
    if adds:
        expression += " ADD " + ", ".join(f"#{name} :more_{name}" for name in adds)
        values |= {f"more_{name}": more for name, more in adds.items()}
    values |= {"was": version, "next": version + 1}
    return update(key, expression, values, only_if="#version = :was", otherwise=otherwise)
