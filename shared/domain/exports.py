"""An export: everything that is held of one person, in pages."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from shared.domain.post.suppressions import Suppression
from shared.domain.segments import Segment
from shared.domain.summaries import Person
from shared.domain.vouchers import Made


class Held(NamedTuple):
    """One thing that is held of somebody, with every field of it."""

    kind: str
    """``order``, ``consent``, …"""
    place: str
    """Where it stands among all that is held; an export goes on after it."""
    said: dict[str, Any]
    vouchers: Sequence[Made] = ()
    """Of a publication: the codes that it gave, as they are now."""
    size: int = 0
    """Of all of it as JSON, in characters."""


class Overview(NamedTuple):
    """What is not kept in any one place: it begins an export."""

    segments: Sequence[Segment]
    """Those that they are in at this moment."""
    suppressions: Sequence[Suppression]
    """Of the addresses that they have."""


class Export(NamedTuple):
    """A page of an export."""

    person: Person
    held: Sequence[Held]
    overview: Overview | None = None
    """On the first page."""
    next: str | None = None
    """Where the next one begins, if there is one."""
