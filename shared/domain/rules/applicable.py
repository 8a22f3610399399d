"""Which lines a discount is for: by ``applicable_to``, and by what rules say of the lines that they find."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter

from shared.domain.rules.case import Case, Line
from shared.domain.rules.model import Applicable, ApplicableTo
from shared.domain.rules.names import Lines, Switch
from shared.domain.rules.sets import CompiledRule, CompiledSet

Finder = Callable[[Case], Lines]


def _named(applicables: Sequence[Applicable]) -> Finder:
    names = frozenset(name for one in applicables for name in one.names)
    return lambda case: [line for line in case.lines if not names.isdisjoint(line.names)]


def _marks(rules: CompiledSet, of: Finder = attrgetter("lines")) -> Iterator[tuple[bool, Finder]]:
    """What rules say of the lines that they find: whether the discount is for them."""
    for rule in rules.rules.values():
        if isinstance(rule.name, Switch) and rule.name.marks:
            yield any(value for check in rule.checks for value in check.values), of
        elif rule.below:
            yield from _marks(rule.below, _within(rule, of))


def _within(rule: CompiledRule, of: Finder) -> Finder:
    return lambda case: rule.found(case._replace(lines=of(case)))


class Discounted:
    """The lines that a discount is for. It says nothing where nobody named any: then it is for all of them."""

    def __init__(self, to: ApplicableTo | None, sets: Iterable[CompiledSet]) -> None:
        to = to or ApplicableTo()
        marks = [mark for one in sets for mark in _marks(one)]
        self.named = bool(to.included or to.excluded)
        """Whether ``applicable_to`` says something."""
        self.favours = self.named or any(applies for applies, _ in marks)
        """Whether it is for certain lines."""
        self._all = to.included_all or not (to.included or any(applies for applies, _ in marks))
        self._wanted = [_named(to.included), *(found for applies, found in marks if applies)]
        self._spared = [_named(to.excluded), *(found for applies, found in marks if not applies)]

    def lines(self, case: Case) -> tuple[Line, ...]:
        """Those of a case."""
        included = {line.number for found in self._wanted for line in found(case)}
        excluded = {line.number for found in self._spared for line in found(case)}
        return tuple(
            line for line in case.lines if (self._all or line.number in included) and line.number not in excluded
        )
