"""Rules compiled: each with its judge, and what to tell of it where it fails, where it holds, and to whom wants to see.

What can be known of a rule when it is compiled is not asked again when it is judged: each condition is one closure over
its reader and its values, and a set is one closure over those of its rules. The rest may take its time.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from math import ceil, floor
from operator import attrgetter
from typing import Any, NamedTuple

from shared.domain.model import iso
from shared.domain.rules import judges, logic
from shared.domain.rules.case import Case
from shared.domain.rules.conditions import Check, Sort, check_of
from shared.domain.rules.judges import Judge
from shared.domain.rules.logic import All, Logic
from shared.domain.rules.model import Rule, RuleSet
from shared.domain.rules.names import UNUSED, Lines, Name, OfCase, OfLines, Quantifier, Switch, counted, name_of
from shared.domain.usages import LIMITS, Need

SUBJECTS = ("customer", "order", "redemption")
"""Whom rules are about, in the order in which reasons count."""


class Explained(NamedTuple):
    """What a rule saw and wanted; of a set, how its rules are joined. What it saw is JSON: of lines a list."""

    passed: bool
    key: str | None = None
    name: str | None = None
    property: str | None = None
    wanted: Mapping[str, Any] | None = None
    saw: Any = None
    logic: str | None = None
    parts: tuple["Explained", ...] = ()


NOTHING = Explained(True)


class CompiledRule:
    """One rule, and the rules below it."""

    def __init__(self, rule: Rule, inherited: Quantifier) -> None:
        self.rule = rule
        self.name = name_of(rule.name, rule.attribute)
        self.checks = [check_of(self.name.sort, one.verb, one.values) for one in rule.conditions]
        self.quantifier = _quantifier(self.name, inherited)
        self.below = CompiledSet(rule.below, self.quantifier) if rule.below else None
        self._finding = judges.finding(self.name, self.checks) if isinstance(self.name, OfLines) else None
        self.judge: Judge = self._judge(self.below.judge if self.below else None)

    def _judge(self, below: Judge | None) -> Judge:
        match self.name:
            case OfCase():
                return judges.of_case(self.name, self.checks)
            case OfLines():
                return judges.of_lines(self.name, self.checks, below=below, quantifier=self.quantifier)
            case Switch():
                return judges.switched(self.name, self.checks)

    @property
    def subject(self) -> str:
        """Whom it is about: the customer, the order, or the redemption."""
        first = self.rule.name.partition(".")[0]
        return first if first == "customer" else "order" if first in ("order", "product", "sku") else "redemption"

    def found(self, case: Case) -> Lines:
        """The lines that it finds."""
        return self._finding(case) if self._finding else case.lines

    def message(self, case: Case) -> str | None:
        """What the shop says to who does not meet it: of a rule below, where only that one is not met."""
        if self.below:
            lines = self.found(case)
            narrowed = case._replace(lines=lines)
            if lines and not self.below.judge(narrowed):
                own = self.below.culprit(narrowed)
                return (own and own.message(narrowed)) or self.rule.error
        return self.rule.error

    def wants(self, case: Case) -> bool:
        """Whether it asks for things by name, and they are among the lines."""
        name = self.name
        by_name = isinstance(name, OfLines) and name.sort is Sort.IDS and self.quantifier is not Quantifier.NONE
        return by_name and bool(self.found(case))

    def explain(self, case: Case) -> Explained:
        """What it saw, and what the rules below saw of the lines that it found."""
        below = self.below.explain(case._replace(lines=self.found(case))) if self.below else NOTHING
        rule = self.rule
        return Explained(
            self.judge(case),
            rule.key,
            rule.name,
            rule.attribute,
            rule.wanted,
            self._saw(case),
            below.logic,
            below.parts,
        )

    def _saw(self, case: Case) -> Any:
        match self.name:
            case OfCase() | Switch():
                return _json(self.name.read(case))
            case OfLines():
                lines = self.name.among(case.lines) if self.name.among else case.lines
                return [_json(value) for value in self.name.values(lines)]

    def needs(self, case: Case) -> Iterator[Need]:
        """What must go on being true of what it counts."""
        if isinstance(self.name, OfCase) and self.name.limit:
            yield from _needs(self.name.limit, self.checks, case)


class CompiledSet:
    """Rules and how they are joined."""

    def __init__(self, rules: RuleSet, inherited: Quantifier = Quantifier.SOME) -> None:
        self.text = rules.text
        self.logic = rules.logic
        self.rules = {key: CompiledRule(rule, inherited) for key, rule in rules.rules.items()}
        self.judge: Judge = judges.joined(rules.logic, {key: rule.judge for key, rule in self.rules.items()})

    def culprit(self, case: Case) -> CompiledRule | None:
        """The rule that is to blame: of several the first, of the customer's before the order's before the rest."""
        return self._culprit(self.logic, case)

    def _culprit(self, tree: Logic, case: Case) -> CompiledRule | None:
        if isinstance(tree, str):
            rule = self.rules[tree]
            return None if rule.judge(case) else rule
        found = [self._culprit(part, case) for part in tree.parts]
        failed = [rule for rule in found if rule]
        if not failed or not (isinstance(tree, All) or all(found)):
            return None
        return min(failed, key=lambda rule: SUBJECTS.index(rule.subject))

    def needs(self, case: Case) -> tuple[Need, ...]:
        """What the verdict rests on, where the set holds: of a choice, that which needs least."""
        return merged(self._needs(self.logic, case))

    def _needs(self, tree: Logic, case: Case) -> list[Need]:
        if isinstance(tree, str):
            return [*self.rules[tree].needs(case)]
        if isinstance(tree, All):
            return [need for part in tree.parts for need in self._needs(part, case)]
        holding = [part for part in tree.parts if logic.holds(part, lambda key: self.rules[key].judge(case))]
        return min((self._needs(part, case) for part in holding), key=_burden)

    def meets(self, case: Case, subjects: Collection[str]) -> bool:
        """Whether what it says of these subjects is met, were all the rest so, too."""
        judged = {key: rule.subject not in subjects or rule.judge(case) for key, rule in self.rules.items()}
        return logic.holds(self.logic, judged.__getitem__)

    def explain(self, case: Case, name: str | None = None) -> Explained:
        """What each of its rules saw, and so whether it holds."""
        parts = {key: rule.explain(case) for key, rule in self.rules.items()}
        passed = logic.holds(self.logic, lambda key: parts[key].passed)
        return Explained(passed, name=name, logic=self.text, parts=tuple(parts.values()))

    @property
    def all(self) -> Iterator[CompiledRule]:
        """Every rule of it, and every one below."""
        for rule in self.rules.values():
            yield rule
            if rule.below:
                yield from rule.below.all


def _json(value: Any) -> Any:
    match value:
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case _:
            return value


def _quantifier(name: Name, inherited: Quantifier) -> Quantifier:
    """How many lines must be so: what a name below does not say, it has from the rule above."""
    said = name.quantifier if isinstance(name, OfLines) else Quantifier.SOME
    every = said is Quantifier.SOME and inherited is Quantifier.EVERY
    return Quantifier.EVERY if every else said


def _needs(limit: str, checks: Sequence[Check], case: Case) -> Iterator[Need]:
    usage, measure = counted(limit, case), LIMITS[limit].measure
    if usage is None:
        return
    bounds = [_most(check) for check in checks]
    if None in bounds:
        yield Need(usage, measure, exactly=attrgetter(measure)(case.used.get(usage, UNUSED)))
    else:
        yield Need(usage, measure, most=min(bound for bound in bounds if bound is not None))


def _most(check: Check) -> int | None:
    """The most that a count may come to; None where a condition is no upper bound."""
    match check.verb:
        case "less_than":
            return ceil(float(max(check.values))) - 1
        case "less_than_or_equal":
            return floor(float(max(check.values)))
        case _:
            return None


def _burden(needs: Sequence[Need]) -> tuple[int, int]:
    """How much stands in others' way: an exact count is turned by whoever comes, a bound only at its end."""
    return sum(need.exactly is not None for need in needs), len(needs)


def merged(needs: Sequence[Need]) -> tuple[Need, ...]:
    """One a usage and measure, the strictest."""
    by: dict[Any, Need] = {}
    for need in needs:
        known = by.setdefault((need.usage, need.measure), need)
        by[need.usage, need.measure] = _stricter(known, need)
    return tuple(by.values())


def _stricter(one: Need, other: Need) -> Need:
    exact = next((need for need in (one, other) if need.exactly is not None), None)
    return exact or min(one, other, key=lambda need: need.most or 0)
