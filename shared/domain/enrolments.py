"""Who enters an auto-update segment, and who leaves it: facts that others may act upon.

What was told of a customer and a segment is kept beside the customer; a change is first kept, then told, then marked as
told. Whoever dies in between has it told again, under the same id: at least once, and never of nothing.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from shared.domain.ids import timed
from shared.domain.model import Frozen, Instant
from shared.domain.summaries import Person


class Enrolment(Frozen):
    """A customer's latest turn in a segment: in, or out again."""

    segment_id: str
    customer_id: str
    inside: bool
    fact: str
    """The id under which it is told."""
    at: Instant
    told: bool = False

    @property
    def name(self) -> str:
        """What happened."""
        return "CustomerEnteredSegment" if self.inside else "CustomerLeftSegment"


class Standing(NamedTuple):
    """A customer as they are now (None: forgotten), with the segments watched that they are in, and their latest turns,
    by segment.
    """

    person: Person | None
    inside: frozenset[str]
    kept: Mapping[str, Enrolment]


def turns(
    customer_id: str, watched: Collection[str], standing: Standing, *, at: datetime, chance: str
) -> Iterator[Enrolment]:
    """What has changed of a customer and the segments that are watched."""
    for number, segment_id in enumerate(sorted(watched)):
        before, inside = standing.kept.get(segment_id), segment_id in standing.inside
        late = before is not None and at < before.at  # a change that comes again tells of a time before that turn
        if inside is not (before is not None and before.inside) and not late:
            fact = timed("fact", at, chance, of=f"{number:02x}")
            yield Enrolment(segment_id=segment_id, customer_id=customer_id, inside=inside, fact=fact, at=at)
