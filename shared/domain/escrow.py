"""A counter that is too hot for one item lives on several, its shards, and no bound on it is ever passed.

What was used is the sum over the shards. Of what is left under a bound every shard holds a slice, which it may give
away without a look at the others: ``used + slices = bound``, always. Slices are dealt anew where they do not serve:
where all are too little, where the bound is another, where somebody uses the counter who asks for no bound.
Dealing looks at all shards at once, and its conditions say that each is as it was read; so whoever decides on stale
facts changes nothing.

    a shard          used, and what is left of its slice, if it has one
    to use           from the slice of one shard; else in crumbs from several; else deal anew
    to count         where nobody asks for a bound: from the slices if they have as much, else no slice is worth
                     anything any more, and who asks for a bound next deals anew
    to give back     to the slice of any shard; where there are no slices, just off what was used
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

SHARDS = 8
"""Shards of one counter; it never has fewer again."""
HOT = 64
"""Uses after which a counter is worth spreading, and as many like it must be left."""


class Shard(NamedTuple):
    """One shard of one counter as it was read. A slice is of one bound; ``left`` is None where there is no slice."""

    used: int = 0
    left: int | None = None
    bound: int | None = None


class Change(NamedTuple):
    """What becomes of one shard, on conditions.

    ``more`` is added to what it has used and, where it has a slice, taken off what is left of that. ``slice_`` is a new
    slice, of ``bound``; ``sliceless`` takes away what slice there is.
    """

    more: int = 0
    slice_: int | None = None
    bound: int | None = None
    sliceless: bool = False
    if_used: int | None = None
    """Only if so much has been used, neither more nor less."""
    if_left: int | None = None
    """Only if it has a slice with at least so much left, …"""
    if_bound: int | None = None
    """… which was dealt for at most this bound."""
    if_sliceless: bool = False
    """Only if it has none."""


Changes = Mapping[int, Change]
"""By the number of the shard; all are made, or none."""


def is_hot(used: int, *, room: int | None, by: int) -> bool:
    """Whether a counter is worth spreading that was used so often and has ``room`` (None: no end of it).

    >>> [is_hot(64, room=room, by=300) for room in (None, 64 * 300, 64 * 300 - 1)]
    [True, True, False]
    """
    return used >= HOT and (room is None or room >= HOT * max(by, 1))


def used(shards: Sequence[Shard]) -> int:
    """What was used, in all."""
    return sum(shard.used for shard in shards)


def slices(room: int, count: int = SHARDS) -> list[int]:
    """What is left, dealt as evenly as can be.

    >>> slices(19, 8)
    [3, 3, 3, 2, 2, 2, 2, 2]
    """
    each, more = divmod(max(room, 0), count)
    return [each + (number < more) for number in range(count)]


def shard_for(uses: Sequence[tuple[int, Sequence[Shard]]], *, start: int) -> int:
    """The shard to take from, at best one that has room for the uses of all counters that are spread alike."""
    every = range(len(uses[0][1]) if uses else SHARDS)
    roomy = [number for number in every if all(_has(by, shards[number]) for by, shards in uses)]
    among = roomy or every
    return among[start % len(among)]


def taking(by: int, shards: Sequence[Shard], *, most: int, first: int) -> Changes | None:
    """Use ``by`` more where all that is used may come to ``most``; None where that is too much."""
    if _sliced(shards) and all((shard.bound or 0) <= most for shard in shards):
        parts = _parts(by, shards, first)
        if parts is not None:
            return {number: Change(part, if_left=max(part, 0), if_bound=most) for number, part in parts.items()}
    room = most - used(shards) - by
    return None if room < 0 else dealing(by, shards, bound=most, room=room, first=first)


def dealing(by: int, shards: Sequence[Shard], *, bound: int, room: int, first: int) -> Changes:
    """Use ``by`` more and deal anew what is left after it, while all shards are as they were read."""
    return {
        number: Change(by if number == first else 0, slice_=slice_, bound=bound, if_used=shard.used)
        for number, (shard, slice_) in enumerate(zip(shards, slices(room, len(shards)), strict=True))
    }


def counting(by: int, shards: Sequence[Shard], *, first: int) -> Changes:
    """Use ``by`` more, whatever that comes to; below zero, give back."""
    if _sliced(shards):
        parts = _parts(by, shards, first)
        if parts is not None:
            return {number: Change(part, if_left=max(part, 0)) for number, part in parts.items()}
    if any(shard.left is not None for shard in shards):
        return {number: Change(by if number == first else 0, sliceless=True) for number in range(len(shards))}
    return {first: Change(by, if_sliceless=True)}


def counting_on(by: int, shards: Sequence[Shard], *, first: int) -> Changes:
    """Use ``by`` more, if all that was used is what was read."""
    changes = counting(by, shards, first=first)
    return {number: changes.get(number, Change())._replace(if_used=shard.used) for number, shard in enumerate(shards)}


def unchanged(uses: Sequence[int]) -> Changes:
    """Nothing, if each shard has used what was read."""
    return {number: Change(if_used=use) for number, use in enumerate(uses)}


def _sliced(shards: Sequence[Shard]) -> bool:
    return all(shard.left is not None for shard in shards)


def _has(by: int, shard: Shard) -> bool:
    return shard.left is None or shard.left >= by


def _parts(by: int, shards: Sequence[Shard], first: int) -> dict[int, int] | None:
    """How much to take from which slice: all from one that has it, else crumbs; None where all of them are too little.

    What is given back goes to any.
    """
    turns = [(first + turn) % len(shards) for turn in range(len(shards))]
    left = {number: shards[number].left or 0 for number in turns}
    enough = next((number for number in turns if left[number] >= by), None)
    if enough is not None:
        return {enough: by}
    if sum(left.values()) < by:
        return None
    parts: dict[int, int] = {}
    for number in sorted(turns, key=lambda number: -left[number]):
        if by:
            parts[number] = min(by, left[number])
            by -= parts[number]
    return parts
