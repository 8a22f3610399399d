"""What limits count, and the writes that count it: exact, for what a verdict rests on is a condition of its commit.

A usage is one item with three counters, what is spent and what sessions hold together. A hold stands beside the usages
that it takes of, in the order in which holds lapse, so that lapsed ones are found where a limit is full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from typing import NamedTuple

from shared.domain.escrow import SHARDS, Changes, Shard, counting, counting_on, is_hot, shard_for, taking
from shared.domain.escrow import used as used_on
from shared.domain.usages import Counted, Kept, LapsedHold, Need, Usage, Used, added
from shared.domain.vouchers import MOST_LAPSED, Hold
from shared.storage.keys import TIME_TO_LIVE, Key
from shared.storage.shards import ON_ONE_ITEM, any_number, changing, keys_of, shard_of, spread_of, spreading
from shared.storage.table import Item, Table, Write, check, delete, put, update

KEPT = timedelta(days=400)
"""How long the counters of a day, a week or a month outlive it: longer than anything is given back."""


class HeldBy(NamedTuple):
    """A hold, and the hash of its voucher's code."""

    code_hash: str
    hold: Hold


class _Use(NamedTuple):
    """What one transaction makes of one usage."""

    usage: Usage
    kept: Kept
    net: Used
    """What is added to it, less what ends."""
    holds: int
    needs: Sequence[Need]

    @property
    def more(self) -> dict[str, int]:
        """What is counted."""
        return _only(**self.net._asdict(), holds=self.holds)

    @property
    def alone(self) -> dict[str, tuple[Shard, ...]]:
        """One item as if it were the first of its shards."""
        rest = (Shard(),) * (SHARDS - 1)
        return {measure: (Shard(used), *rest) for measure, used in self.kept.used._asdict().items()}

    @property
    def is_hot(self) -> bool:
        """Whether it should be spread now."""
        if self.kept.shards or any(need.exactly is not None for need in self.needs):
            return False
        rooms = [
            is_hot(self.kept.used.times, room=room, by=by)
            for measure, most in self._bounds.items()
            for by in [getattr(self.net, measure)]
            for room in [None if most is None else most - getattr(self.kept.used, measure) - by]
        ]
        return all(rooms)

    @property
    def _bounds(self) -> dict[str, int | None]:
        """The least that each measure may come to at most."""
        bounds: dict[str, int | None] = dict.fromkeys(Used._fields)
        for need in self.needs:
            if need.most is not None:
                known = bounds[need.measure]
                bounds[need.measure] = need.most if known is None else min(known, need.most)
        return bounds

    @property
    def _fixed(self) -> dict[str, int]:
        """What measures must still be, for the verdict was about that number and no other: as they were read."""
        exact = (need.measure for need in self.needs if need.exactly is not None)
        return {measure: getattr(self.kept.used, measure) for measure in exact}

    def conditions(self) -> tuple[list[str], Item]:
        """What the counters of one item must be for the needs to hold; nothing written yet counts as nothing used."""
        conditions: list[str] = []
        values: Item = {}
        for index, need in enumerate(self.needs):
            if need.most is not None:
                most = need.most - getattr(self.net, need.measure)
                _require(conditions, values, f"most_{index}", f"#{need.measure} <=", most)
            if need.exactly is not None:
                _require(conditions, values, f"exactly_{index}", f"#{need.measure} =", self._fixed[need.measure])
        return conditions, values

    def on_shards(self, otherwise: Exception) -> tuple[int, dict[str, Changes]]:
        """The shard to begin with, and what becomes of all; raises ``otherwise`` where the needs do not hold."""
        bounds, shards = self._bounds, self.kept.shards
        first = shard_for([(getattr(self.net, it), its) for it, its in shards.items()], start=any_number())
        changes: dict[str, Changes] = {}
        for measure, its in shards.items():
            by, most = getattr(self.net, measure), bounds[measure]
            if measure in self._fixed:
                total = used_on(its)
                if total != self._fixed[measure] or (most is not None and total + by > most):
                    raise otherwise
                changes[measure] = counting_on(by, its, first=first)
            elif most is not None:
                changes[measure] = _if_any(taking(by, its, most=most, first=first), otherwise)
            elif by:
                changes[measure] = counting(by, its, first=first)
        return first, changes

    def spread_out(self, otherwise: Exception) -> dict[str, Changes]:
        """What becomes of the shards when they are made."""
        bounds = self._bounds
        changes: dict[str, Changes] = {}
        for measure, its in self.alone.items():
            by, most = getattr(self.net, measure), bounds[measure]
            if most is None:
                changes[measure] = counting(by, its, first=0)
            else:
                changes[measure] = _if_any(taking(by, its, most=most, first=0), otherwise)
        return changes


def _if_any(changes: Changes | None, otherwise: Exception) -> Changes:
    if changes is None:
        raise otherwise
    return changes


class UsageStore:
    """The usages of one project."""

    def __init__(self, table: Table, project: str) -> None:
        self._table = table
        self._project = project

    def keys(self, usages: Iterable[Usage], items: Mapping[Key, Item] | None = None) -> list[Key]:
        """What must be read to know usages, as far as it is known, or told by items that were read already."""
        return keys_of((self._key(usage) for usage in dict.fromkeys(usages)), items)

    def counted(self, usages: Iterable[Usage], items: Mapping[Key, Item]) -> Counted:
        """Usages as they were read with all of their ``keys``. What turns out to be spread over shards costs one more
        batch.
        """
        keys = {usage: self._key(usage) for usage in usages}
        spread = spread_of(self._table, keys.values(), items)
        kept = {usage: _kept([items.get(key, {})], spread.get(key, ())) for usage, key in keys.items()}
        return Counted(kept)

    def gather(self, usages: Iterable[Usage]) -> Counted:
        """Usages as they are now: one batch."""
        usages = list(dict.fromkeys(usages))
        return self.counted(usages, self._table.get_many(self.keys(usages)))

    def lapsed(
        self, counted: Counted, usages: Iterable[Usage], *, at: datetime, own: Collection[HeldBy] = ()
    ) -> Counted:
        """What is counted, without what lapsed holds of others take of these usages; a query each, where there are any.

        They are ``clear``ed away by who needs their place.
        """
        mine = {(held.code_hash, held.hold.session) for held in own}
        among = Counter(usage for held in own for usage in held.hold.uses)
        freed = dict(counted.freed)
        found = dict.fromkeys(counted.lapsed)
        for usage in dict.fromkeys(usages):
            if counted.kept[usage].holds <= among[usage]:
                continue
            pointers = self._table.query(self._key(usage).PK, starting="hold#", page=2 * MOST_LAPSED)
            past = takewhile(lambda item: item["until"] <= _ms(at), pointers)
            others = (item for item in past if (item["code_hash"], item["session"]) not in mine)
            for item in islice(others, MOST_LAPSED):
                since = datetime.fromtimestamp(item["until"] / 1000, UTC)
                found[LapsedHold(item["code_hash"], item["session"], since)] = None
                freed[usage] = freed.get(usage, Used()).plus(Used(*(item[measure] for measure in Used._fields)))
        return counted._replace(freed=freed, lapsed=tuple(found))

    def spending(
        self,
        counted: Counted,
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
        back = added(held.hold.uses for held in ending)
        holds = Counter(usage for held in starting for usage in held.hold.uses)
        holds.subtract(usage for held in ending for usage in held.hold.uses)
        needed = dict.fromkeys(need.usage for need in needs)
        touched = dict.fromkeys([*by, *back, *needed])
        if unknown := [usage for usage in touched if usage not in counted.kept]:  # what a hold took on another day
            counted = counted._replace(kept={**counted.kept, **self.gather(unknown).kept})
        writes: list[Write] = []
        may_spread = True
        for usage in touched:
            use = _Use(
                usage,
                counted.kept[usage],
                net=by.get(usage, Used()).plus(back.get(usage, Used()).negated()),
                holds=holds[usage],
                needs=[need for need in needs if need.usage == usage],
            )
            spreads = may_spread and bool(use.more) and use.is_hot
            may_spread = may_spread and not spreads  # nine writes: one in a transaction is enough
            writes += self._using(use, spreads=spreads, otherwise=otherwise)
        return [*writes, *self._pointing(starting, ending)]

    def giving_back(self, by: Mapping[Usage, Used], *, otherwise: Exception) -> list[Write]:
        """The writes that take back what was counted."""
        back = {usage: used.negated() for usage, used in by.items()}
        return self.spending(self.gather(back), back, (), otherwise=otherwise)

    def ending(self, held: HeldBy, *, otherwise: Exception) -> list[Write]:
        """The writes that end a hold's part in what is counted."""
        counted = self.gather(held.hold.uses)
        return self.spending(counted, {}, (), ending=[held], otherwise=otherwise)

    def _using(self, use: _Use, *, spreads: bool, otherwise: Exception) -> list[Write]:
        if not (use.more or use.needs):
            return []
        key = self._key(use.usage)
        expires = _swept(use.usage)
        if use.kept.shards:
            first, changes = use.on_shards(otherwise)
            return changing(key, changes, more=_only(holds=use.holds), first=first, otherwise=otherwise)
        if spreads:
            return spreading(
                key,
                use.alone,
                use.spread_out(otherwise),
                more={"holds": use.kept.holds + use.holds},
                common={TIME_TO_LIVE: expires},
                was={"holds": use.kept.holds},
                otherwise=otherwise,
            )
        conditions, values = use.conditions()
        conditions.append(ON_ONE_ITEM)
        only_if = " AND ".join(conditions)
        if not use.more:
            return [check(key, only_if, values, otherwise=otherwise)]
        expression = "ADD " + ", ".join(f"#{name} :by_{name}" for name in use.more)
        values |= {f"by_{name}": by for name, by in use.more.items()}
        if expires:
            expression += f" SET #{TIME_TO_LIVE} = :expires"
            values["expires"] = expires
        return [update(key, expression, values, only_if=only_if, otherwise=otherwise)]

    def _key(self, usage: Usage) -> Key:
        return Key.usage(self._project, usage.name)

    def _pointing(self, starting: Sequence[HeldBy], ending: Sequence[HeldBy]) -> list[Write]:
        gone = {self._pointer(usage, held): None for held in ending for usage in held.hold.uses}
        come = {
            self._pointer(usage, held): {
                **used._asdict(),
                "until": _ms(held.hold.until),
                "code_hash": held.code_hash,
                "session": held.hold.session,
            }
            for held in starting
            for usage, used in held.hold.uses.items()
        }
        return [
            *(delete(key) for key in gone if key not in come),
            *(put(key, item) for key, item in come.items()),
        ]

    def _pointer(self, usage: Usage, held: HeldBy) -> Key:
        return Key.held(self._project, usage.name, _ms(held.hold.until), held.code_hash, held.hold.session)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _kept(roots: Sequence[Item], shards: Sequence[Item]) -> Kept:
    items = shards or roots
    measured = {measure: tuple(shard_of(item, measure) for item in items) for measure in Used._fields}
    used = Used(*(used_on(its) for its in measured.values()))
    return Kept(used, sum(item.get("holds", 0) for item in items), measured if shards else {})


def _only(**counters: int) -> dict[str, int]:
    return {name: by for name, by in counters.items() if by}


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
