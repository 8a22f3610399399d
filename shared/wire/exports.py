"""What may be said of an export."""

import re
from typing import Annotated

from pydantic import AfterValidator

from shared.domain.model import LongText, Sent
from shared.wire.body import Body

LONGEST_PLACE = 1_024
"""Bytes of a sort key."""
A_PLACE = re.compile(r"(beside|owned) (.+)", re.DOTALL)


def _place(said: str) -> str:
    place = A_PLACE.fullmatch(said)
    if place is None or len(place[2].encode()) > LONGEST_PLACE:
        raise ValueError("is not what next of the page before has said")
    return said


class ExportBody(Body, Sent):
    """Which page of it: the first, or the one after where the page before has ended."""

    after: Annotated[LongText, AfterValidator(_place)] | None = None
