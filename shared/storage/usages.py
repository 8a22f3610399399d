"""What limits count, and the writes that count it: exact, for what a verdict rests on is a condition of its commit.

A usage is one item with three counters, what is spent and what sessions hold together. A hold stands beside the usages
that it takes of, in the order in which holds lapse, so that lapsed ones are found where a limit is full.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from shared.domain.usages import Counted, Kept, Need, Usage, Used
from shared.domain.vouchers import Hold
from shared.storage.keys import TIME_TO_LIVE, Key
from shared.storage.table import Item, Table, Write, check, delete, put, update

KEPT = timedelta(days=400)
"""How long the counters of a day, a week or a month outlive it: longer than anything is given back."""


class HeldBy(NamedTuple):
    """A hold, and the hash of its voucher's code."""

    code_hash: str
    hold: Hold


class UsageStore:
    """The usages of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._project = project

    def keys(self, usages: Iterable[Usage]) -> list[Key]:
        """What must be read to know usages."""
        return [Key.usage(self._project, usage.name) for usage in dict.fromkeys(usages)]

    def counted(self, usages: Iterable[Usage], items: Mapping[Key, Item], *, own: Iterable[Hold] = ()) -> Counted:
        """Usages as they were read with all of their ``keys``; what a request's ``own`` holds take does not stand in
        its way. What turns out to be spread over shards costs one more batch.
        """
        kept = {usage: _kept(items.get(Key.usage(self._project, usage.name), {})) for usage in usages}
        return Counted(kept, summed(_taken_by(own)))

    def gather(self, usages: Iterable[Usage], *, own: Iterable[Hold] = ()) -> Counted:
        """Usages as they are now: one batch."""
        usages = list(dict.fromkeys(usages))
        return self.counted(usages, self._table.get_many(self.keys(usages)), own=own)

    def spending(
        self,
        counted: Counted,  # noqa: ARG002 - one day it tells where a usage is kept
        by: Mapping[Usage, Used],
        needs: Sequence[Need],
        *,
        otherwise: Exception,
        starting: Sequence[HeldBy] = (),
        ending: Sequence[HeldBy] = (),
    ) -> list[Write]:
        """The writes that count what is used, if every need still holds; ``otherwise`` is what it means that one does
        not. Holds that end in the same transaction give back what they took; what starting ones take is ``by``.
        """
        back = summed(_taken_by(held.hold for held in ending))
        holds = dict.fromkeys({**by, **back}, 0)
        for more, these in ((1, starting), (-1, ending)):
            for usage, _ in _taken_by(held.hold for held in these):
                holds[usage] += more
        needed = dict.fromkeys(need.usage for need in needs)
        writes: list[Write] = []
        for usage in {**by, **back, **needed}:
            less = back.get(usage, Used())
            net = by.get(usage, Used()).plus(less.negated())
            its = [need for need in needs if need.usage == usage]
            writes += self._changing(usage, net, holds.get(usage, 0), its, less=less, otherwise=otherwise)
        return [*writes, *self._pointing(starting, ending)]

    def giving_back(self, by: Mapping[Usage, Used], *, otherwise: Exception) -> list[Write]:
        """The writes that take back what was counted."""
        back = {usage: used.negated() for usage, used in by.items()}
        return self.spending(self.gather(back), back, (), otherwise=otherwise)

    def _changing(
        self, usage: Usage, net: Used, holds: int, needs: Sequence[Need], *, less: Used, otherwise: Exception
    ) -> list[Write]:
        key = Key.usage(self._project, usage.name)
        conditions, values = _conditions(needs, net, less)
        conditions.append("attribute_not_exists(#shards)")
        more = {**net._asdict(), "holds": holds}
        more = {name: by for name, by in more.items() if by}
        if not more:
            return [check(key, " AND ".join(conditions), values, otherwise=otherwise)] if needs else []
        expression = "ADD " + ", ".join(f"#{name} :by_{name}" for name in more)
        values |= {f"by_{name}": by for name, by in more.items()}
        if expires := _swept(usage):
            expression += f" SET #{TIME_TO_LIVE} = :expires"
            values["expires"] = expires
        return [update(key, expression, values, only_if=" AND ".join(conditions), otherwise=otherwise)]

    def _pointing(self, starting: Sequence[HeldBy], ending: Sequence[HeldBy]) -> list[Write]:
        gone = {self._pointer(usage, held): None for held in ending for usage, _ in _taken_by([held.hold])}
        come = {
            self._pointer(usage, held): used._asdict() for held in starting for usage, used in _taken_by([held.hold])
        }
        return [
            *(delete(key) for key in gone if key not in come),
            *(put(key, item) for key, item in come.items()),
        ]

    def _pointer(self, usage: Usage, held: HeldBy) -> Key:
        until = round(held.hold.until.timestamp() * 1000)
        return Key.held(self._project, usage.name, until, held.code_hash, held.hold.session)


def summed(parts: Iterable[tuple[Usage, Used]]) -> dict[Usage, Used]:
    """What was used of each usage, in all."""
    total: dict[Usage, Used] = {}
    for usage, used in parts:
        total[usage] = total.get(usage, Used()).plus(used)
    return total


def _taken_by(holds: Iterable[Hold]) -> list[tuple[Usage, Used]]:
    return [(Usage.named(name), used) for hold in holds for name, used in hold.counted.items()]


def _kept(item: Mapping[str, Any]) -> Kept:
    return Kept(Used(*(item.get(measure, 0) for measure in Used._fields)), item.get("holds", 0))


def _conditions(needs: Sequence[Need], net: Used, less: Used) -> tuple[list[str], Item]:
    """What the counters of a usage must be for its needs to hold; nothing written yet counts as nothing used."""
    conditions: list[str] = []
    values: Item = {}
    for index, need in enumerate(needs):
        if need.most is not None:
            _require(conditions, values, f"most_{index}", f"#{need.measure} <=", need.most - getattr(net, need.measure))
        if need.exactly is not None:
            was = need.exactly + getattr(less, need.measure)
            _require(conditions, values, f"exactly_{index}", f"#{need.measure} =", was)
    return conditions, values


def _require(conditions: list[str], values: Item, name: str, clause: str, value: int) -> None:
    condition, values[name] = f"{clause} :{name}", value
    if value >= 0 if clause.endswith("<=") else value == 0:
        condition = f"(attribute_not_exists({clause.split(maxsplit=1)[0]}) OR {condition})"
    conditions.append(condition)


def _swept(usage: Usage) -> int | None:
    """When the counters of a day, week or month may go, in epoch seconds."""
    match usage.period.split("-"):
        case [year, month, day]:
            began = date(int(year), int(month), int(day))
        case [year, week] if week.startswith("W"):
            began = date.fromisocalendar(int(year), int(week[1:]), 1)
        case [year, month]:
            began = date(int(year), int(month), 1)
        case _:
            return None
    return int((datetime(began.year, began.month, began.day, tzinfo=UTC) + KEPT).timestamp())
