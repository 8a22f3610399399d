"""The pace of a channel: how many recipients a second its provider allows, whoever writes to them.

A bucket is one mark in time, the instant at which it is full again (GCRA, ITU-T I.371): each recipient moves it on by
the time that one takes, and whoever has moved it leaves as soon as it lies no further ahead than a burst takes. So in
any t seconds at most rate · t + burst leave, in whatever order they came, and nobody has to come back: a turn that was
taken is kept, and waited for.
"""

from math import ceil
from typing import NamedTuple

SECOND = 1_000_000
"""Instants and spans are whole microseconds, which a table counts exactly."""


class Bucket(NamedTuple):
    """So many recipients a second, and a burst of them at once after a rest. A message to more is a burst itself."""

    rate: float
    burst: int = 1

    def span(self, recipients: int) -> int:
        """How long so many take; rounded up, so that they never go faster than they may.

        >>> Bucket(14).span(1), Bucket(14).span(14)
        (71429, 1000006)
        """
        return recipients * ceil(SECOND / self.rate)

    def moved(self, mark: int, recipients: int, *, at: int) -> int:
        """Where the mark is when so many have taken their turn."""
        return max(mark, at) + self.span(recipients)

    def wait(self, mark: int, recipients: int, *, at: int) -> int:
        """How long those wait who have moved the mark to where it is."""
        return max(0, mark - self.span(max(recipients, self.burst)) - at)

    def latest(self, recipients: int, *, at: int, patience: int) -> int:
        """The last mark from which so many may move it and have no longer to wait than they are patient."""
        return at + patience + self.span(max(recipients, self.burst)) - self.span(recipients)
