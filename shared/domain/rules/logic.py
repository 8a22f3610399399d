"""How the rules of a set are joined: ``1 AND (2 OR 3)``, in capital letters or small; AND binds closer than OR."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

LONGEST = 2_000
"""Characters; a hundred rules joined by AND have 786."""
DEEPEST = 16
"""Brackets within brackets."""

_TOKEN = re.compile(r"\s*([()]|\w+|\S)", re.ASCII)
_WORDS = frozenset({"AND", "OR", "(", ")"})


class All(NamedTuple):
    """Every one of them must hold."""

    parts: tuple["Logic", ...]


class Either(NamedTuple):
    """One of them must hold."""

    parts: tuple["Logic", ...]


Logic = All | Either | str
"""A rule is named by its key."""


def parse(text: str) -> Logic:
    """The tree that a text means.

    >>> parse("1 and (2 or 3)")
    All(parts=('1', Either(parts=('2', '3'))))
    >>> parse("1 OR 2 AND 3")
    Either(parts=('1', All(parts=('2', '3'))))
    >>> parse("((1))")
    '1'

    Raises:
        ValueError: saying what is wrong with it.
    """
    if len(text) > LONGEST:
        raise ValueError(f"has more than {LONGEST} characters")
    tokens = _Tokens(text)
    tree = _any(tokens, DEEPEST)
    if tokens.next:
        raise ValueError(
            f"has a {tokens.next} too many" if tokens.next == ")" else f"needs AND or OR before {tokens.next}"
        )
    return tree


def joined(keys: Iterator[str]) -> str:
    """The logic of rules that come without one: all of them.

    >>> joined(iter(["1", "2"]))
    '1 AND 2'
    """
    return " AND ".join(keys)


def named(logic: Logic) -> Iterator[str]:
    """The keys that a tree names, in its order.

    >>> [*named(parse("3 AND (1 OR 2)"))]
    ['3', '1', '2']
    """
    if isinstance(logic, str):
        yield logic
        return
    for part in logic.parts:
        yield from named(part)


def holds(logic: Logic, of: Callable[[str], bool]) -> bool:
    """Whether a tree holds, by whether each of its rules does.

    >>> holds(parse("1 AND (2 OR 3)"), {"1": True, "2": False, "3": True}.__getitem__)
    True
    """
    if isinstance(logic, str):
        return of(logic)
    held = (holds(part, of) for part in logic.parts)
    return all(held) if isinstance(logic, All) else any(held)


class _Tokens:
    """What is left to read of a text; ``next`` is the first of it, empty at the end."""

    def __init__(self, text: str) -> None:
        self._rest = iter([found[1] for found in _TOKEN.finditer(text)])
        self.next = ""
        self.take()

    def take(self) -> str:
        taken, self.next = self.next, next(self._rest, "")
        return taken

    def took(self, word: str) -> bool:
        """Whether the next was this word; then it is taken."""
        if self.next.upper() != word:
            return False
        self.take()
        return True


def _any(tokens: _Tokens, levels: int) -> Logic:
    parts = [_all(tokens, levels)]
    while tokens.took("OR"):
        parts.append(_all(tokens, levels))
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def _all(tokens: _Tokens, levels: int) -> Logic:
    parts = [_one(tokens, levels)]
    while tokens.took("AND"):
        parts.append(_one(tokens, levels))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _one(tokens: _Tokens, levels: int) -> Logic:
    if tokens.took("("):
        if not levels:
            raise ValueError(f"has more than {DEEPEST} brackets within brackets")
        inner = _any(tokens, levels - 1)
        if not tokens.took(")"):
            raise ValueError("has a ( that is not closed")
        return inner
    if not tokens.next or tokens.next.upper() in _WORDS:
        raise ValueError(f"needs a rule before {tokens.next}" if tokens.next else "ends where a rule is needed")
    return tokens.take()
