"""Closures that judge a case: one a condition, one a rule, one a set of rules."""

from collections.abc import Callable, Sequence
from typing import Any

from shared.domain.rules.case import Case
from shared.domain.rules.conditions import COUNTS, SIZES, Check, Sort, count_of, each
from shared.domain.rules.logic import All, Logic
from shared.domain.rules.names import Lines, OfCase, OfLines, Quantifier, Read, Switch

Judge = Callable[[Case], bool]


def all_of(judges: Sequence[Judge]) -> Judge:  # noqa: PLR0911 - a line a number of judges
    """One that holds where all of them do.

    >>> all_of([lambda case: case > 1, lambda case: case < 3])(2)
    True
    """
    match judges:
        case [one]:
            return one
        case [one, two]:
            return lambda case: one(case) and two(case)
        case [one, two, three]:
            return lambda case: one(case) and two(case) and three(case)
        case [one, two, three, four]:
            return lambda case: one(case) and two(case) and three(case) and four(case)
        case [one, two, three, four, five]:
            return lambda case: one(case) and two(case) and three(case) and four(case) and five(case)
        case [one, two, three, four, five, *rest]:
            first, others = all_of([one, two, three, four, five]), all_of(rest)
            return lambda case: first(case) and others(case)
    return lambda _: True


def any_of(judges: Sequence[Judge]) -> Judge:
    """One that holds where one of them does."""
    match judges:
        case [one]:
            return one
        case [one, two]:
            return lambda case: one(case) or two(case)
        case [one, two, three]:
            return lambda case: one(case) or two(case) or three(case)
        case [one, two, three, *rest]:
            first, others = any_of([one, two, three]), any_of(rest)
            return lambda case: first(case) or others(case)
    return lambda _: False


def joined(tree: Logic, judges: dict[str, Judge]) -> Judge:
    """The judge of a set, from those of its rules."""
    if isinstance(tree, str):
        return judges[tree]
    parts = [joined(part, judges) for part in tree.parts]
    return all_of(parts) if isinstance(tree, All) else any_of(parts)


def of_case(name: OfCase, checks: Sequence[Check]) -> Judge:
    """A rule about the case as a whole."""
    return all_of([_condition(name, check) for check in checks])


def _condition(name: OfCase, check: Check) -> Judge:
    positive = _positive(name, check)
    if not check.negative:
        return positive
    known = name.known or _has_value(name.read)
    return lambda case: known(case) and not positive(case)


def _has_value(read: Read) -> Judge:
    return lambda case: read(case) is not None


def _positive(name: OfCase, check: Check) -> Judge:
    read = name.read
    if name.sort is Sort.ANY:
        return _count(read, check) if check.verb in COUNTS else _own(read, check)
    if check.test is None:
        return _timed(read, check)
    if check.verb in SIZES:
        least, _ = SIZES[check.verb]
        return _SIZED[check.verb](read, least(check.values))
    test = check.test
    if check.verb in ("is", "in") and len(check.values) == 1:
        return (_among if name.sort is Sort.IDS else _equal)(read, check.values[0])

    def judge(case: Case) -> bool:
        found = read(case)
        return found is not None and test(found)

    return judge


def _equal(read: Read, wanted: Any) -> Judge:
    return lambda case: bool(read(case) == wanted)


def _among(read: Read, wanted: Any) -> Judge:
    def judge(case: Case) -> bool:
        found = read(case)
        return found is not None and wanted in found

    return judge


def _more(read: Read, bound: Any) -> Judge:
    def judge(case: Case) -> bool:
        found = read(case)
        return found is not None and found > bound

    return judge


def _more_or_equal(read: Read, bound: Any) -> Judge:
    def judge(case: Case) -> bool:
        found = read(case)
        return found is not None and found >= bound

    return judge


def _less(read: Read, bound: Any) -> Judge:
    def judge(case: Case) -> bool:
        found = read(case)
        return found is not None and found < bound

    return judge


def _less_or_equal(read: Read, bound: Any) -> Judge:
    def judge(case: Case) -> bool:
        found = read(case)
        return found is not None and found <= bound

    return judge


_SIZED = {
    "more_than": _more,
    "more_than_or_equal": _more_or_equal,
    "less_than": _less,
    "less_than_or_equal": _less_or_equal,
}


def _timed(read: Read, check: Check) -> Judge:
    at = check.at

    def judge(case: Case) -> bool:
        found = read(case)
        return found is not None and at(case)(found)

    return judge


def _own(read: Read, check: Check) -> Judge:
    """Of the shop's own attribute any value may meet a condition."""
    at, test = check.at, check.test

    def judge(case: Case) -> bool:
        found = read(case)
        if found is None:
            return False
        if found.__class__ is str and test is not None:
            return test(found)
        return any(map(at(case), each(found)))

    return judge


def _count(read: Read, check: Check) -> Judge:
    at = check.at

    def judge(case: Case) -> bool:
        count = count_of(read(case))
        return count is not None and at(case)(count)

    return judge


def finding(name: OfLines, checks: Sequence[Check]) -> Callable[[Case], Lines]:
    """The lines that a rule is about and that meet its conditions, each by itself."""
    among, values = name.among, name.values
    wanted = [(check.at, check.negative) for check in checks if check.verb not in COUNTS]
    parts = each if name.sort is Sort.ANY else _itself

    def found(case: Case) -> Lines:
        lines = among(case.lines) if among else case.lines
        for at, negative in wanted:
            test = at(case)
            told = zip(lines, values(lines), strict=True)
            lines = [line for line, value in told if any(map(test, parts(value))) is not negative]
        return lines

    return found


def _itself(found: Any) -> tuple[Any, ...]:
    return () if found is None else (found,)


def of_lines(name: OfLines, checks: Sequence[Check], *, below: Judge | None, quantifier: Quantifier) -> Judge:
    """A rule about the lines; ``below`` judges those that it finds as if they were the whole order."""
    if below is None and (quick := _quick(name, checks, quantifier)):
        return quick
    found, among = finding(name, checks), name.among
    negatives = [check for check in checks if check.negative and quantifier is Quantifier.SOME]
    spared = finding(name, negatives) if negatives else None
    counts = [check.at for check in checks if check.verb in COUNTS]

    def judge(case: Case) -> bool:
        lines = found(case)
        if not lines:
            return False
        judged = among(case.lines) if among else case.lines
        if quantifier is Quantifier.EVERY and len(lines) < len(judged):
            return False
        if spared and len(spared(case)) < len(judged):
            return False
        if not all(at(case)(len(lines)) for at in counts):
            return False
        return below is None or below(case._replace(lines=lines))

    if quantifier is Quantifier.NONE:
        return lambda case: bool(case.lines) and not judge(case)
    return judge


def _quick(name: OfLines, checks: Sequence[Check], quantifier: Quantifier) -> Judge | None:
    """A line that answers to a name: what most rules about lines ask."""
    if len(checks) != 1 or checks[0].verb not in ("is", "in") or name.sort is not Sort.IDS or name.among:
        return None
    if quantifier not in (Quantifier.SOME, Quantifier.ANY):
        return None
    if len(checks[0].values) == 1:
        [wanted] = checks[0].values

        def has(case: Case) -> bool:
            for line in case.lines:  # noqa: SIM110 - any() would make a generator, three times as slow
                if wanted in line.names:
                    return True
            return False

        return has
    several = frozenset(checks[0].values)

    def has_one(case: Case) -> bool:
        for line in case.lines:  # noqa: SIM110 - see above
            if not several.isdisjoint(line.names):
                return True
        return False

    return has_one


def switched(name: Switch, checks: Sequence[Check]) -> Judge:
    """What must hold where a switch is as it is said to be."""
    return all_of([any_of([name.on if value else name.off for value in check.values]) for check in checks])
